// Where a rendered view and its photograph differ, as the command's reports draw it (metrics/heat-map.ts), and the PSNR of
// the whole.

import { heatColour, heatMap, WHITE_ERROR } from '../metrics/heat-map.ts';
import { psnr } from '../metrics/psnr.ts';
import { pictureFromRgb, rgbOver } from '../scene/picture.ts';
import type { Picture } from '../scene/types.ts';
import { BACKGROUNDS } from '../session/backgrounds.ts';
import type { Background } from '../session/types.ts';

/** Where a colour of the scale has another one added. */
const STOPS = [0, 1, 2, 3].map((i) => (i * WHITE_ERROR) / 3);

/** The whole scale as a CSS image, from no error to the worst that is told apart. */
export const SCALE_CSS = `linear-gradient(90deg, ${STOPS.map((error) => `rgb(${heatColour(error).join(' ')})`).join(', ')})`;
/** What the scale ends with. */
export const SCALE_END = `${100 * WHITE_ERROR} %`;

/** Over what the field is shown and measured before. */
export function overBackground(picture: Picture, background: Background): Picture {
  return pictureFromRgb(rgbOver(picture, BACKGROUNDS[background]), picture.width, picture.height);
}

/** Two solid pictures of one size. @returns psnr in dB, at most 99 */
export function viewError(render: Picture, truth: Picture): { picture: Picture; psnr: number } {
  const { width, height } = truth;
  if (render.width !== width || render.height !== height) {
    throw new Error(`view error: expected ${width}x${height} twice, got ${render.width}x${render.height}`);
  }
  const [shown, wanted] = [render, truth].map((picture) => rgbOver(picture, [0, 0, 0]));
  return { picture: heatMap(shown, wanted, width, height), psnr: Math.min(99, psnr(shown, wanted)) };
}
