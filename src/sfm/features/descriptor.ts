// The descriptor of a feature: 4 x 4 histograms of 8 gradient directions on a grid turned with the feature (Lowe 2004,
// section 6), brought to RootSIFT (Arandjelovic and Zisserman 2012): its square roots have length 1, so that dot
// products are the Bhattacharyya coefficient. Stored as bytes at length 512.

import { DESCRIPTOR_LENGTH } from '../types.ts';
import { quickAngle } from './orientation.ts';
import { type Octave, sigmaAt } from './pyramid.ts';

const CELLS = 4;
const BINS = 8;
/** Side of a cell in sigmas of the feature. */
const MAGNIFICATION = 3;
/** Gaussian window over the grid, in cells. */
const WINDOW = 2;
/** Length of the stored vector of bytes. */
export const DESCRIPTOR_NORM = 512;

/** e^(-t) for t in [0, 8) in steps of 1/64: the window needs no more. */
const EXPONENTIALS = Float32Array.from({ length: 8 * 64 + 2 }, (_, i) => Math.exp(-i / 64));

/** Histogram with a cell of margin on each side and a bin that wraps, so that sharing out needs no test. */
const PADDED = CELLS + 2;
const histogram = new Float32Array(PADDED * PADDED * (BINS + 1));

/** Writes 128 bytes at `offset` of `out`. */
export function describe(
  octave: Octave,
  x: number,
  y: number,
  s: number,
  angle: number,
  out: Uint8Array,
  offset: number,
): void {
  const { width, height, gaussians } = octave;
  const plane = gaussians[Math.min(Math.max(Math.round(s), 0), gaussians.length - 1)];
  const cell = MAGNIFICATION * sigmaAt(s);
  const radius = Math.floor(Math.SQRT2 * cell * (CELLS + 1) * 0.5 + 0.5);
  const [cosine, sine] = [Math.cos(angle) / cell, Math.sin(angle) / cell];
  const [cx, cy] = [Math.round(x), Math.round(y)];
  const binScale = BINS / (2 * Math.PI);
  const half = CELLS / 2;
  const reach = half + 0.5;
  const windowScale = 64 / (2 * WINDOW * WINDOW);
  histogram.fill(0);
  for (let j = Math.max(1, cy - radius); j <= Math.min(height - 2, cy + radius); j++) {
    // Of this row, the pixels inside of the turned square; the test below sees to rounding at its edges.
    const dy = j - y;
    const [fromU, toU] = span(cosine, sine * dy, reach);
    const [fromV, toV] = span(-sine, cosine * dy, reach);
    const from = Math.max(1, cx - radius, Math.floor(x + Math.max(fromU, fromV)));
    const to = Math.min(width - 2, cx + radius, Math.ceil(x + Math.min(toU, toV)));
    for (let i = from; i <= to; i++) {
      const dx = i - x;
      const u = cosine * dx + sine * dy;
      const v = cosine * dy - sine * dx;
      if (u <= -reach || u >= reach || v <= -reach || v >= reach) continue;
      const at = j * width + i;
      const gx = plane[at + 1] - plane[at - 1];
      const gy = plane[at + width] - plane[at - width];
      const weight = Math.sqrt(gx * gx + gy * gy) * EXPONENTIALS[((u * u + v * v) * windowScale + 0.5) | 0];
      let turn = (quickAngle(gy, gx) - angle) * binScale;
      if (turn < 0) turn += BINS;
      else if (turn >= BINS) turn -= BINS;
      // Cell c has its centre at c - 1.5; one more for the margin.
      const cu = u + half + 0.5;
      const cv = v + half + 0.5;
      const [u0, v0, t0] = [cu | 0, cv | 0, turn | 0];
      const [fu, fv, ft] = [cu - u0, cv - v0, turn - t0];
      const base = (v0 * PADDED + u0) * (BINS + 1) + t0;
      const down = base + PADDED * (BINS + 1);
      const [w1, w0] = [weight * ft, weight * (1 - ft)];
      const [near, far] = [(1 - fv) * (1 - fu), (1 - fv) * fu];
      const [nearDown, farDown] = [fv * (1 - fu), fv * fu];
      histogram[base] += near * w0;
      histogram[base + 1] += near * w1;
      histogram[base + BINS + 1] += far * w0;
      histogram[base + BINS + 2] += far * w1;
      histogram[down] += nearDown * w0;
      histogram[down + 1] += nearDown * w1;
      histogram[down + BINS + 1] += farDown * w0;
      histogram[down + BINS + 2] += farDown * w1;
    }
  }
  store(out, offset);
}

/** Where |slope t + offset| <= reach. */
function span(slope: number, offset: number, reach: number): [number, number] {
  if (Math.abs(slope) < 1e-12) return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const [a, b] = [(-reach - offset) / slope, (reach - offset) / slope];
  return a < b ? [a, b] : [b, a];
}

const values = new Float64Array(DESCRIPTOR_LENGTH);

/** Length 1 in L2, clipped at 0.2 against glare, then RootSIFT and bytes. */
function store(out: Uint8Array, offset: number): void {
  let squares = 0;
  for (let cv = 0; cv < CELLS; cv++) {
    for (let cu = 0; cu < CELLS; cu++) {
      const at = ((cv + 1) * PADDED + cu + 1) * (BINS + 1);
      const to = (cv * CELLS + cu) * BINS;
      for (let t = 0; t < BINS; t++) {
        const value = histogram[at + t] + (t === 0 ? histogram[at + BINS] : 0);
        values[to + t] = value;
        squares += value * value;
      }
    }
  }
  const limit = 0.2 * Math.sqrt(squares);
  let sum = 1e-20;
  for (let k = 0; k < DESCRIPTOR_LENGTH; k++) {
    if (values[k] > limit) values[k] = limit;
    sum += values[k];
  }
  for (let k = 0; k < DESCRIPTOR_LENGTH; k++) {
    out[offset + k] = Math.min(255, Math.round(DESCRIPTOR_NORM * Math.sqrt(values[k] / sum)));
  }
}
