// Blobs: extrema of the differences of Gaussians over place and scale, refined by a quadric (Lowe 2004, section 4),
// without those of low contrast and those on edges, whose place along the edge is not fixed.

import { type Octave, SCALES } from './pyramid.ts';

export interface Extremum {
  /** Plane of the octave and the pixel, all refined; pixel indices, not continuous coordinates. */
  x: number;
  y: number;
  s: number;
  /** Value of the difference there, absolute. */
  contrast: number;
}

/** Largest ratio of the two principal curvatures. */
const EDGE_RATIO = 10;
const EDGE_LIMIT = (EDGE_RATIO + 1) ** 2 / EDGE_RATIO;
/** Refinements that move to another pixel, at most. */
const MOVES = 5;

/** @param contrast least |difference| at the refined place, luminance in [0, 1] */
export function findExtrema(octave: Octave, contrast: number): Extremum[] {
  const { width, height, differences } = octave;
  const found: Extremum[] = [];
  // Pixel and plane that a refinement ended at: several pixels may lead to one.
  const seen = new Set<number>();
  const coarse = 0.8 * contrast;
  for (let s = 1; s <= SCALES; s++) {
    const planes = [differences[s], differences[s - 1], differences[s + 1]];
    const middle = planes[0];
    for (let y = 1; y < height - 1; y++) {
      for (let x = 1; x < width - 1; x++) {
        const at = y * width + x;
        const value = middle[at];
        if (
          value > coarse
            ? !isPeak(planes, at, width, value, 1)
            : value >= -coarse || !isPeak(planes, at, width, value, -1)
        )
          continue;
        const refined = refine(octave, x, y, s, contrast, seen);
        if (refined) found.push(refined);
      }
    }
  }
  return found;
}

/** Beyond all 26 neighbours; planes: its own, the one below, the one above. */
function isPeak(planes: Float32Array[], at: number, width: number, value: number, sign: 1 | -1): boolean {
  const own = planes[0];
  // The four nearest first: most candidates end here.
  if (sign > 0) {
    if (own[at - 1] >= value || own[at + 1] >= value || own[at - width] >= value || own[at + width] >= value)
      return false;
  } else if (own[at - 1] <= value || own[at + 1] <= value || own[at - width] <= value || own[at + width] <= value)
    return false;
  for (let p = 0; p < 3; p++) {
    const plane = planes[p];
    for (let row = at - width; row <= at + width; row += width) {
      for (let i = row - 1; i <= row + 1; i++) {
        if ((p > 0 || i !== at) && sign * plane[i] >= sign * value) return false;
      }
    }
  }
  return true;
}

function refine(octave: Octave, x: number, y: number, s: number, contrast: number, seen: Set<number>): Extremum | null {
  const { width, height, differences } = octave;
  for (let move = 0; ; move++) {
    const at = y * width + x;
    const [below, own, above] = [differences[s - 1], differences[s], differences[s + 1]];
    const value = own[at];
    const dx = 0.5 * (own[at + 1] - own[at - 1]);
    const dy = 0.5 * (own[at + width] - own[at - width]);
    const ds = 0.5 * (above[at] - below[at]);
    const dxx = own[at + 1] + own[at - 1] - 2 * value;
    const dyy = own[at + width] + own[at - width] - 2 * value;
    const dss = above[at] + below[at] - 2 * value;
    const dxy = 0.25 * (own[at + width + 1] - own[at + width - 1] - own[at - width + 1] + own[at - width - 1]);
    const dxs = 0.25 * (above[at + 1] - above[at - 1] - below[at + 1] + below[at - 1]);
    const dys = 0.25 * (above[at + width] - above[at - width] - below[at + width] + below[at - width]);
    const offset = solveSymmetric(dxx, dxy, dxs, dyy, dys, dss, -dx, -dy, -ds);
    if (!offset) return null;
    const [ox, oy, os] = offset;
    const stepX = ox > 0.6 && x < width - 2 ? 1 : ox < -0.6 && x > 1 ? -1 : 0;
    const stepY = oy > 0.6 && y < height - 2 ? 1 : oy < -0.6 && y > 1 ? -1 : 0;
    const stepS = os > 0.6 && s < SCALES ? 1 : os < -0.6 && s > 1 ? -1 : 0;
    if ((stepX !== 0 || stepY !== 0 || stepS !== 0) && move < MOVES) {
      x += stepX;
      y += stepY;
      s += stepS;
      continue;
    }
    if (Math.abs(ox) > 1.5 || Math.abs(oy) > 1.5 || Math.abs(os) > 1.5) return null;
    const peak = Math.abs(value + 0.5 * (dx * ox + dy * oy + ds * os));
    const trace = dxx + dyy;
    const determinant = dxx * dyy - dxy * dxy;
    if (peak < contrast || determinant <= 0 || trace * trace >= EDGE_LIMIT * determinant) return null;
    const key = (s * height + y) * width + x;
    if (seen.has(key)) return null;
    seen.add(key);
    const refined = { x: x + ox, y: y + oy, s: s + os, contrast: peak };
    const inside = refined.x >= 0 && refined.y >= 0 && refined.x <= width - 1 && refined.y <= height - 1;
    return inside ? refined : null;
  }
}

/** Symmetric 3x3 system by Cramer's rule; null when it is all but singular. */
function solveSymmetric(
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
  f: number,
  p: number,
  q: number,
  r: number,
): [number, number, number] | null {
  const m00 = d * f - e * e;
  const m01 = c * e - b * f;
  const m02 = b * e - c * d;
  const determinant = a * m00 + b * m01 + c * m02;
  if (Math.abs(determinant) < 1e-20) return null;
  const m11 = a * f - c * c;
  const m12 = b * c - a * e;
  const m22 = a * d - b * b;
  return [
    (m00 * p + m01 * q + m02 * r) / determinant,
    (m01 * p + m11 * q + m12 * r) / determinant,
    (m02 * p + m12 * q + m22 * r) / determinant,
  ];
}
