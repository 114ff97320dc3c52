// How much of a style's picture is one bare colour: paper, ground, sky. The nearest-neighbour losses find a place's
// match wherever it is likest, and of a picture that is mostly paper that is paper, everywhere: what the scene shows
// would go with it. So content counts the more, the plainer the style is.

import type { Picture } from '../scene/types.ts';

/** The pictures are looked at as so many cells a side. */
const CELLS = 32;
/** Colours that are no further apart, sRGB 0..1, are one. */
const SAME = 0.06;
/**
 * Shares between which a picture counts as bare, and how much content then weighs. Of twenty-five paintings only an ink
 * wash on paper (.37) and two woodcuts (.37, .55) lie above the lower one; what is painted all over is at .23 at most.
 */
const [BARE_FROM, BARE_TO, CONTENT_THEN] = [0.25, 0.37, 3];

/** Largest share of the pictures' area that is of one colour, 0..1. */
export function plainness(pictures: readonly Picture[]): number {
  const cells = pictures.flatMap(cellColours);
  let most = 0;
  for (const [r, g, b] of cells) {
    let like = 0;
    for (const [s, h, c] of cells) if ((r - s) ** 2 + (g - h) ** 2 + (b - c) ** 2 < SAME ** 2) like++;
    most = Math.max(most, like);
  }
  return most / cells.length;
}

/** What the content weight is multiplied by for a style of these pictures: 1 but for bare ones. */
export function contentForPlain(pictures: readonly Picture[]): number {
  const x = Math.min(1, Math.max(0, (plainness(pictures) - BARE_FROM) / (BARE_TO - BARE_FROM)));
  return 1 + (CONTENT_THEN - 1) * x * x * (3 - 2 * x);
}

/** Mean colours of CELLS x CELLS cells, or of every pixel where there are fewer. */
function cellColours({ width, height, data }: Picture): [number, number, number][] {
  const [columns, rows] = [Math.min(CELLS, width), Math.min(CELLS, height)];
  const sums = new Float64Array(4 * columns * rows);
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * rows) / height);
    for (let x = 0; x < width; x++) {
      const cell = 4 * (row * columns + Math.floor((x * columns) / width));
      const pixel = 4 * (y * width + x);
      for (let c = 0; c < 3; c++) sums[cell + c] += data[pixel + c];
      sums[cell + 3] += 255;
    }
  }
  return Array.from({ length: columns * rows }, (_, i) => {
    const [r, g, b, count] = sums.subarray(4 * i, 4 * i + 4);
    return [r / count, g / count, b / count];
  });
}
