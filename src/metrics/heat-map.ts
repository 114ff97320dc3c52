// Errors as a picture: black for none over red and yellow to white, by the largest error that is worth telling apart.
// Places that were not compared are grey, so that nothing seen and nothing wrong do not look alike.

import type { Picture } from '../scene/types.ts';

/** Root mean square over three channels, colours 0..1, that is drawn white. */
export const WHITE_ERROR = 0.3;
export const NOT_COMPARED = [96, 96, 96] as const;

/** @param error root mean square over three channels */
export function heatColour(error: number): [number, number, number] {
  const heat = (3 * error) / WHITE_ERROR;
  return [0, 1, 2].map((c) => 255 * Math.min(1, Math.max(0, heat - c))) as [number, number, number];
}

/**
 * @param a, b [H, W, 3], 0..1
 * @param mask [H, W], 0 where nothing is compared; everything is where not given
 */
export function heatMap(a: Float32Array, b: Float32Array, width: number, height: number, mask?: Float32Array): Picture {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let p = 0; p < width * height; p++) {
    let sum = 0;
    for (let c = 0; c < 3; c++) sum += (a[3 * p + c] - b[3 * p + c]) ** 2;
    const compared = !mask || mask[p] > 0;
    data.set(compared ? heatColour(Math.sqrt(sum / 3)) : NOT_COMPARED, 4 * p);
    data[4 * p + 3] = 255;
  }
  return { width, height, data };
}
