// CPU reference of image total variation over [H, W, 3]: (mean dx^2 + mean dy^2) / 2.

import type { LossResult } from './nnfm.ts';

export function tv(image: Float64Array, height: number, width: number): LossResult {
  const d = new Float64Array(image.length);
  let value = 0;
  const pair = (a: number, b: number, scale: number) => {
    const difference = image[a] - image[b];
    value += scale * difference * difference;
    d[a] += 2 * scale * difference;
    d[b] -= 2 * scale * difference;
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) {
        const i = (y * width + x) * 3 + c;
        if (x + 1 < width) pair(i, i + 3, 1 / (6 * height * (width - 1)));
        if (y + 1 < height) pair(i, i + width * 3, 1 / (6 * (height - 1) * width));
      }
    }
  }
  return { value, d };
}
