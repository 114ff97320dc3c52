// A 5x7 pixel font for captions, so that pictures can be labelled without a canvas or a font file. Capitals,
// digits and some signs; small letters are drawn as capitals, anything else as a box. Each glyph is seven rows of
// five bits, the leftmost pixel the highest bit.

import type { Picture } from '../scene/types.ts';

export const GLYPH_WIDTH = 5;
export const GLYPH_HEIGHT = 7;
const ADVANCE = GLYPH_WIDTH + 1;

const GLYPHS: Record<string, string> = {
  ' ': '00 00 00 00 00 00 00',
  A: '0e 11 11 1f 11 11 11',
  B: '1e 11 11 1e 11 11 1e',
  C: '0e 11 10 10 10 11 0e',
  D: '1e 11 11 11 11 11 1e',
  E: '1f 10 10 1e 10 10 1f',
  F: '1f 10 10 1e 10 10 10',
  G: '0e 11 10 17 11 11 0f',
  H: '11 11 11 1f 11 11 11',
  I: '0e 04 04 04 04 04 0e',
  J: '07 02 02 02 02 12 0c',
  K: '11 12 14 18 14 12 11',
  L: '10 10 10 10 10 10 1f',
  M: '11 1b 15 15 11 11 11',
  N: '11 19 15 13 11 11 11',
  O: '0e 11 11 11 11 11 0e',
  P: '1e 11 11 1e 10 10 10',
  Q: '0e 11 11 11 15 12 0d',
  R: '1e 11 11 1e 14 12 11',
  S: '0f 10 10 0e 01 01 1e',
  T: '1f 04 04 04 04 04 04',
  U: '11 11 11 11 11 11 0e',
  V: '11 11 11 11 11 0a 04',
  W: '11 11 11 15 15 1b 11',
  X: '11 11 0a 04 0a 11 11',
  Y: '11 11 0a 04 04 04 04',
  Z: '1f 01 02 04 08 10 1f',
  '0': '0e 11 13 15 19 11 0e',
  '1': '04 0c 04 04 04 04 0e',
  '2': '0e 11 01 02 04 08 1f',
  '3': '1f 02 04 02 01 11 0e',
  '4': '02 06 0a 12 1f 02 02',
  '5': '1f 10 1e 01 01 11 0e',
  '6': '06 08 10 1e 11 11 0e',
  '7': '1f 01 02 04 08 08 08',
  '8': '0e 11 11 0e 11 11 0e',
  '9': '0e 11 11 0f 01 02 0c',
  '.': '00 00 00 00 00 0c 0c',
  ',': '00 00 00 00 0c 04 08',
  ':': '00 0c 0c 00 0c 0c 00',
  '-': '00 00 00 1f 00 00 00',
  '+': '00 04 04 1f 04 04 00',
  '=': '00 00 1f 00 1f 00 00',
  _: '00 00 00 00 00 00 1f',
  '/': '01 01 02 04 08 10 10',
  '%': '18 19 02 04 08 13 03',
  '(': '02 04 08 08 08 04 02',
  ')': '08 04 02 02 02 04 08',
  "'": '04 04 08 00 00 00 00',
  '!': '04 04 04 04 04 00 04',
  '?': '0e 11 01 02 04 00 04',
  '#': '0a 0a 1f 0a 1f 0a 0a',
  '&': '0c 12 14 08 15 12 0d',
};
const BOX = '1f 11 11 11 11 11 1f';

export const textWidth = (text: string, size = 1): number => Math.max([...text].length * ADVANCE - 1, 0) * size;

/** Draws with the top left corner at (left, top), each font pixel size x size, clipped to the picture. */
export function drawText(
  picture: Picture,
  text: string,
  left: number,
  top: number,
  colour: readonly [number, number, number],
  size = 1,
): void {
  [...text.toUpperCase()].forEach((character, n) => {
    const rows = (GLYPHS[character] ?? BOX).split(' ').map((row) => Number.parseInt(row, 16));
    for (let y = 0; y < GLYPH_HEIGHT * size; y++) {
      for (let x = 0; x < GLYPH_WIDTH * size; x++) {
        const on = rows[Math.floor(y / size)] & (1 << (GLYPH_WIDTH - 1 - Math.floor(x / size)));
        const [px, py] = [left + n * ADVANCE * size + x, top + y];
        if (on === 0 || px < 0 || py < 0 || px >= picture.width || py >= picture.height) continue;
        picture.data.set([...colour, 255], 4 * (py * picture.width + px));
      }
    }
  });
}
