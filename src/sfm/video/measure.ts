// What is measured of every frame of a video, on its luminance made small: how sharp it is, and how far it has moved
// from another one.

import type { Grey } from './grey.ts';

/** Blocks across and down whose shifts are sought. */
const BLOCKS = 5;
/** Largest shift sought, in small pixels. */
const REACH = 6;
/** Mean difference of neighbours below which a block has nothing to hold on to. */
const LEAST_TEXTURE = 2;

/** Variance of the Laplacian: what blur takes away. The same motif is needed to compare two. */
export function sharpness({ data, width, height }: Grey): number {
  let [sum, squares, count] = [0, 0, 0];
  for (let y = 1; y + 1 < height; y++) {
    for (let x = 1; x + 1 < width; x++) {
      const at = y * width + x;
      const value = data[at - 1] + data[at + 1] + data[at - width] + data[at + width] - 4 * data[at];
      sum += value;
      squares += value * value;
      count++;
    }
  }
  if (count === 0) return 0;
  const mean = sum / count;
  return squares / count - mean * mean;
}

/**
 * Mean length of the blocks' shifts from one small picture to another, in its pixels. Blocks and not the whole: of a
 * walk round a thing, near and far move apart, and the whole stands still.
 * @returns at most about REACH; null where no block tells anything
 */
export function motion(from: Grey, to: Grey): number | null {
  const { width, height } = from;
  const [bw, bh] = [Math.floor((width - 2 * REACH) / BLOCKS), Math.floor((height - 2 * REACH) / BLOCKS)];
  if (bw < 2 || bh < 2) return null;
  let [sum, count] = [0, 0];
  for (let j = 0; j < BLOCKS; j++) {
    for (let i = 0; i < BLOCKS; i++) {
      const [x0, y0] = [REACH + i * bw, REACH + j * bh];
      if (textureOf(from, x0, y0, bw, bh) < LEAST_TEXTURE) continue;
      sum += shiftOf(from, to, x0, y0, bw, bh);
      count++;
    }
  }
  return count === 0 ? null : sum / count;
}

function textureOf({ data, width }: Grey, x0: number, y0: number, bw: number, bh: number): number {
  let sum = 0;
  for (let y = y0; y < y0 + bh; y++) {
    for (let x = x0; x < x0 + bw; x++) {
      const at = y * width + x;
      sum += Math.abs(data[at] - data[at + 1]) + Math.abs(data[at] - data[at + width]);
    }
  }
  return sum / (2 * bw * bh);
}

/** Length of the shift of least absolute difference; of equals the shorter. */
function shiftOf(from: Grey, to: Grey, x0: number, y0: number, bw: number, bh: number): number {
  let [best, length] = [Number.POSITIVE_INFINITY, 0];
  for (let dy = -REACH; dy <= REACH; dy++) {
    for (let dx = -REACH; dx <= REACH; dx++) {
      let sum = 0;
      for (let y = y0; y < y0 + bh && sum <= best; y++) {
        const [a, b] = [y * from.width, (y + dy) * to.width + dx];
        for (let x = x0; x < x0 + bw; x++) sum += Math.abs(from.data[a + x] - to.data[b + x]);
      }
      const far = Math.hypot(dx, dy);
      if (sum < best || (sum === best && far < length)) [best, length] = [sum, far];
    }
  }
  return length;
}
