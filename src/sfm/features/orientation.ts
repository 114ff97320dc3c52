// Directions of a blob: peaks of the histogram of gradients around it (Lowe 2004, section 5). A blob with two strong
// directions becomes two features.

import { type Octave, sigmaAt } from './pyramid.ts';

const BINS = 36;
/** Window of the histogram, in sigmas of the blob. */
const WINDOW = 1.5;
/** A second peak counts from this share of the first. */
const SECOND = 0.8;
const MOST = 2;
const SMOOTHINGS = 6;

const TWO_PI = 2 * Math.PI;

/**
 * atan2 in [0, 2 pi), to 1e-4 radians, a few times as fast as Math.atan2 (polynomial of degree 7 in the smaller
 * quotient); it only says which bin of a histogram a gradient falls into.
 */
export function quickAngle(y: number, x: number): number {
  const ax = Math.abs(x);
  const ay = Math.abs(y);
  const large = Math.max(ax, ay);
  if (large === 0) return 0;
  const q = Math.min(ax, ay) / large;
  const s = q * q;
  let angle = ((-0.0464964749 * s + 0.15931422) * s - 0.327622764) * s * q + q;
  if (ay > ax) angle = 0.5 * Math.PI - angle;
  if (x < 0) angle = Math.PI - angle;
  return y < 0 ? TWO_PI - angle : angle;
}

/** Angles in radians, at most two, the strongest first. */
export function orientationsOf(octave: Octave, x: number, y: number, s: number): number[] {
  const { width, height, gaussians } = octave;
  const plane = gaussians[Math.min(Math.max(Math.round(s), 0), gaussians.length - 1)];
  const window = WINDOW * sigmaAt(s);
  const radius = Math.max(1, Math.floor(3 * window));
  const [cx, cy] = [Math.round(x), Math.round(y)];
  const scale = -0.5 / (window * window);
  const histogram = new Float64Array(BINS);
  const limit = radius * radius + 0.6;
  for (let j = Math.max(1, cy - radius); j <= Math.min(height - 2, cy + radius); j++) {
    for (let i = Math.max(1, cx - radius); i <= Math.min(width - 2, cx + radius); i++) {
      const distance = (i - x) * (i - x) + (j - y) * (j - y);
      if (distance >= limit) continue;
      const at = j * width + i;
      const gx = plane[at + 1] - plane[at - 1];
      const gy = plane[at + width] - plane[at - width];
      const weight = Math.sqrt(gx * gx + gy * gy) * Math.exp(distance * scale);
      const bin = (quickAngle(gy, gx) * BINS) / TWO_PI - 0.5;
      const low = Math.floor(bin);
      const share = bin - low;
      histogram[(low + BINS) % BINS] += (1 - share) * weight;
      histogram[(low + 1) % BINS] += share * weight;
    }
  }
  return peaks(smoothed(histogram));
}

function smoothed(histogram: Float64Array): Float64Array {
  let from = histogram;
  for (let pass = 0; pass < SMOOTHINGS; pass++) {
    from = from.map((value, b) => (from[(b + BINS - 1) % BINS] + value + from[(b + 1) % BINS]) / 3);
  }
  return from;
}

function peaks(histogram: Float64Array): number[] {
  const largest = histogram.reduce((most, value) => Math.max(most, value), 0);
  if (largest === 0) return [];
  const found: { angle: number; value: number }[] = [];
  for (let b = 0; b < BINS; b++) {
    const [before, value, after] = [histogram[(b + BINS - 1) % BINS], histogram[b], histogram[(b + 1) % BINS]];
    if (value < SECOND * largest || value <= before || value <= after) continue;
    const shift = (-0.5 * (after - before)) / (after + before - 2 * value);
    found.push({ angle: ((b + shift + 0.5) * TWO_PI) / BINS, value });
  }
  found.sort((a, b) => b.value - a.value || a.angle - b.angle);
  return found.slice(0, MOST).map((peak) => peak.angle);
}
