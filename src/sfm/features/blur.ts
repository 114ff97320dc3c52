// Gaussian blur of one channel, separable, edges repeated. Each pass is one sum over a symmetric kernel with a stride:
// one pixel along rows, one row along columns; it runs in WebAssembly (wasm/kernels.ts).

import { type Kernels, openKernels } from '../wasm/kernels.ts';

/** The kernel is cut at 4 sigma, where it has fallen to e^-8. */
const CUT = 4;

/** Half of a symmetric kernel, centre first; the whole sums to 1. */
export function gaussianHalf(sigma: number): Float32Array {
  const radius = Math.max(1, Math.ceil(CUT * sigma));
  const half = Array.from({ length: radius + 1 }, (_, k) => Math.exp((-k * k) / (2 * sigma * sigma)));
  const sum = 2 * half.reduce((total, value) => total + value, 0) - half[0];
  return Float32Array.from(half, (value) => value / sum);
}

export class Blurrer {
  readonly #kernels: Kernels = openKernels();

  /** @param source [H, W]. @param out of the same size, written and returned */
  blur(source: Float32Array, width: number, height: number, sigma: number, out: Float32Array): Float32Array {
    const half = gaussianHalf(sigma);
    const radius = half.length - 1;
    // Rows with their edges repeated on both sides, in eights; as many rows again above and below in the second plane.
    const rowLength = (width + 2 * radius + 7) & ~7;
    const tail = 64; // the last vectors of a pass may read beyond the last pixel
    const kernelAt = 0;
    const firstAt = 256;
    const firstFloats = rowLength * height + 2 * tail;
    const secondAt = firstAt + 4 * firstFloats;
    const secondFloats = rowLength * (height + 2 * radius) + 2 * tail;
    this.#kernels.reserve(secondAt + 4 * secondFloats);
    const memory = new Float32Array(this.#kernels.memory.buffer);
    memory.set(half, kernelAt);
    const first = memory.subarray(firstAt / 4, firstAt / 4 + firstFloats);
    for (let y = 0; y < height; y++) {
      const at = y * rowLength;
      first.fill(source[y * width], at, at + radius);
      first.set(source.subarray(y * width, (y + 1) * width), at + radius);
      first.fill(source[(y + 1) * width - 1], at + radius + width, at + rowLength);
    }
    const rowBytes = rowLength * 4;
    const { convolve } = this.#kernels;
    // Along rows; pixel (0, 0) of the second plane is `radius` rows down and `radius` columns in, as in the first.
    convolve(firstAt + 4 * radius, secondAt + radius * rowBytes + 4 * radius, height * rowBytes, 4, kernelAt, radius);
    const second = memory.subarray(secondAt / 4, secondAt / 4 + secondFloats);
    const bottom = (radius + height - 1) * rowLength;
    for (let k = 0; k < radius; k++) {
      second.copyWithin(k * rowLength, radius * rowLength, (radius + 1) * rowLength);
      second.copyWithin((radius + height + k) * rowLength, bottom, bottom + rowLength);
    }
    convolve(secondAt + radius * rowBytes, firstAt, height * rowBytes, rowBytes, kernelAt, radius);
    for (let y = 0; y < height; y++) {
      const at = y * rowLength + radius;
      out.set(first.subarray(at, at + width), y * width);
    }
    return out;
  }
}
