// A pair of views for the eye: the view, the other one warped to it and where they differ, each named, with the scale of
// the heat map below.

import { drawText, GLYPH_HEIGHT } from '../export/bitmap-font.ts';
import { contactSheet } from '../export/contact-sheet.ts';
import { heatColour, heatMap, NOT_COMPARED, WHITE_ERROR } from '../metrics/heat-map.ts';
import { pictureFromRgb } from '../scene/picture.ts';
import type { Picture } from '../scene/types.ts';
import type { ConsistencyPair } from '../session/types.ts';
import { rmseText } from './report.ts';

/** Long side of each picture on the sheet at least, pixels: smaller ones are blown up. */
const CELL = 240;
const MARGIN = 8;
const SWATCH = 12;
const INK = [34, 34, 40] as const;
/** Of the scale, marked from 0 to WHITE_ERROR in this many steps. */
const MARKS = 3;

export function pairSheet({ frames, rgb, seen, mask, width, height, rmse, pixels }: ConsistencyPair): Picture {
  const [view, warped] = [rgb, seen].map((picture) => pictureFromRgb(picture, width, height));
  const difference = heatMap(rgb, seen, width, height, mask);
  const long = Math.max(width, height);
  const columns = [`frame ${frames[0]}`, `frame ${frames[1]} warped`, 'difference'];
  const share = Math.round((100 * pixels) / (width * height));
  const figure = Number.isFinite(rmse) ? rmseText(rmse) : 'unknown';
  const caption = `rmse ${figure} over the ${share} % seen by both`;
  // Whole multiples, so that no pixel of the map is blurred.
  const cellSize = long * Math.ceil(CELL / long);
  return withScale(contactSheet([{ pictures: [view, warped, difference], caption }], { columns, cellSize }));
}

/** The sheet with a legend under it: what colour means how large a difference, and that grey means none was taken. */
function withScale(sheet: Picture): Picture {
  const { width } = sheet;
  const strip = SWATCH + GLYPH_HEIGHT + 2 * MARGIN;
  const height = sheet.height + strip;
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  data.set(sheet.data);
  const out = { width, height, data };
  const top = sheet.height;
  const fill = (left: number, right: number, colour: (x: number) => readonly number[]) => {
    for (let y = top; y < top + SWATCH; y++)
      for (let x = left; x < right; x++) data.set([...colour(x), 255], 4 * (y * width + x));
  };
  const ramp = Math.floor((width - 2 * MARGIN) * 0.6);
  fill(MARGIN, MARGIN + ramp, (x) => heatColour((WHITE_ERROR * (x - MARGIN)) / (ramp - 1)));
  const text = top + SWATCH + 4;
  for (let i = 0; i <= MARKS; i++) {
    const value = (WHITE_ERROR * i) / MARKS;
    const mark = i === 0 ? '0' : i === MARKS ? `${value.toFixed(1)} or more` : value.toFixed(1);
    drawText(out, mark, MARGIN + Math.floor((ramp * i) / MARKS), text, INK);
  }
  const grey = MARGIN + Math.floor((width - 2 * MARGIN) * 0.78);
  fill(grey, grey + 2 * SWATCH, () => NOT_COMPARED);
  drawText(out, 'not seen by both', grey, text, INK);
  return out;
}
