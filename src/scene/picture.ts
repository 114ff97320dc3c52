// Pictures of 8 bits and colours of 0..1, each from the other; pictures in a row; and whether photographs are there.

import type { Picture, Scene, View } from './types.ts';

/** In the place of a photograph that is not at hand. */
export const NO_PICTURE: Picture = { width: 0, height: 0, data: new Uint8ClampedArray(0) };

export const hasPhotograph = ({ picture }: View): boolean => picture.width > 0;

/** A field that was read from a file has cameras, and no photographs. */
export const hasPhotographs = ({ train }: Scene): boolean => hasPhotograph(train[0]);

/** @param background sRGB 0..1 @returns [H, W, 3] sRGB 0..1 */
export function rgbOver({ data }: Picture, background: readonly number[]): Float32Array<ArrayBuffer> {
  const rgb = new Float32Array((data.length / 4) * 3);
  for (let p = 0; p < data.length / 4; p++) {
    const alpha = data[4 * p + 3] / 255;
    for (let c = 0; c < 3; c++) rgb[3 * p + c] = (data[4 * p + c] / 255) * alpha + background[c] * (1 - alpha);
  }
  return rgb;
}

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
