// A rendered view as an 8-bit picture, and pictures in a row.

import type { Picture } from '../scene/types.ts';

/** @param rgb [H, W, 3], sRGB 0..1; what lies outside is clipped */
export function pictureFromRgb(rgb: Float32Array, width: number, height: number): Picture {
  // A clamped array rounds and clips by itself.
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0, o = 0; i < rgb.length; i += 3) {
    data[o++] = rgb[i] * 255;
    data[o++] = rgb[i + 1] * 255;
    data[o++] = rgb[i + 2] * 255;
    data[o++] = 255;
  }
  return { width, height, data };
}

/** Pictures of one height next to each other. */
export function beside(pictures: readonly Picture[]): Picture {
  const { height } = pictures[0];
  const width = pictures.reduce((sum, picture) => sum + picture.width, 0);
  const data = new Uint8ClampedArray(width * height * 4);
  let left = 0;
  for (const picture of pictures) {
    const row = 4 * picture.width;
    for (let y = 0; y < height; y++) data.set(picture.data.subarray(y * row, (y + 1) * row), 4 * (y * width + left));
    left += picture.width;
  }
  return { width, height, data };
}
