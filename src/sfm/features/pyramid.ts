// The Gaussian scale space of one octave after another (Lowe 2004, section 3): S + 3 blurred planes an octave, each
// 2^(1/S) wider than the one before, and their differences. Octave -1 is the picture at twice its size.

import { Blurrer } from './blur.ts';

/** Scales an octave. */
export const SCALES = 3;
/** Sigma of the first plane of an octave, in its own pixels. */
export const SIGMA = 1.6;
/** Blur that a photograph is taken to have already. */
const CAMERA_BLUR = 0.5;
/** No octave is smaller than this. */
const LEAST_SIDE = 12;

export interface Octave {
  width: number;
  height: number;
  /** Pixels of the picture that one pixel here stands for. */
  step: number;
  /** S + 3 planes, [H, W]. */
  gaussians: Float32Array[];
  /** S + 2 differences, next less this. */
  differences: Float32Array[];
}

/** Sigma of plane s of an octave, in the octave's pixels; s may be a fraction. */
export const sigmaAt = (s: number): number => SIGMA * 2 ** (s / SCALES);

/** Planes that are used again from octave to octave and picture to picture: fresh ones cost more than what fills them. */
export class ScaleSpace {
  readonly #blurrer = new Blurrer();
  /** S + 3 Gaussians, S + 2 differences, and one between. */
  readonly #planes = Array.from({ length: 2 * SCALES + 6 }, () => new Float32Array(0));

  /** The k-th plane, of so many pixels; what it held is lost. */
  #plane(k: number, size: number): Float32Array {
    if (this.#planes[k].length < size) this.#planes[k] = new Float32Array(size);
    return this.#planes[k].subarray(0, size);
  }

  /** Yields the octaves from the finest on. Each is overwritten by the next. @param grey [H, W] */
  *octaves(grey: Float32Array, width: number, height: number, doubled: boolean): Generator<Octave> {
    const between = 2 * SCALES + 5;
    let step = doubled ? 0.5 : 1;
    let [w, h] = doubled ? [2 * width, 2 * height] : [width, height];
    let start = grey;
    if (doubled) twice(grey, width, height, (start = this.#plane(between, w * h)));
    const has = CAMERA_BLUR / step;
    this.#blurrer.blur(start, w, h, Math.sqrt(SIGMA * SIGMA - has * has), this.#plane(0, w * h));
    while (Math.min(w, h) >= LEAST_SIDE) {
      const gaussians = [this.#plane(0, w * h)];
      const differences: Float32Array[] = [];
      for (let s = 1; s < SCALES + 3; s++) {
        const sigma = Math.sqrt(sigmaAt(s) ** 2 - sigmaAt(s - 1) ** 2);
        gaussians.push(this.#blurrer.blur(gaussians[s - 1], w, h, sigma, this.#plane(s, w * h)));
        differences.push(difference(gaussians[s], gaussians[s - 1], this.#plane(SCALES + 2 + s, w * h)));
      }
      yield { width: w, height: h, step, gaussians, differences };
      const half = this.#plane(between, (w >> 1) * (h >> 1));
      everySecond(gaussians[SCALES], w, h, half);
      [w, h] = [w >> 1, h >> 1];
      this.#plane(0, w * h).set(half);
      step *= 2;
    }
  }
}

function difference(a: Float32Array, b: Float32Array, out: Float32Array): Float32Array {
  for (let i = 0; i < out.length; i++) out[i] = a[i] - b[i];
  return out;
}

/** Bilinear, pixel centres at +0.5 on both sides: new pixels lie a quarter from the old ones. */
function twice(grey: Float32Array, width: number, height: number, out: Float32Array): void {
  for (let y = 0; y < 2 * height; y++) {
    const near = y >> 1;
    const far = Math.min(height - 1, Math.max(0, near + (y & 1 ? 1 : -1)));
    for (let x = 0; x < 2 * width; x++) {
      const left = x >> 1;
      const right = Math.min(width - 1, Math.max(0, left + (x & 1 ? 1 : -1)));
      const nearRow = 0.75 * grey[near * width + left] + 0.25 * grey[near * width + right];
      const farRow = 0.75 * grey[far * width + left] + 0.25 * grey[far * width + right];
      out[y * 2 * width + x] = 0.75 * nearRow + 0.25 * farRow;
    }
  }
}

function everySecond(plane: Float32Array, width: number, height: number, out: Float32Array): void {
  const [w, h] = [width >> 1, height >> 1];
  for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) out[y * w + x] = plane[2 * y * width + 2 * x];
}
