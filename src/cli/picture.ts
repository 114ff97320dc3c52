// A rendered view as an 8-bit picture.

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
