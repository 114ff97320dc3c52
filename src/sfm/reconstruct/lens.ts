// Pixels to rays of a lens of two radial terms, and how a lens goes into the arrays of bundle adjustment.

import { LENS_PARAMETERS } from '../bundle/model.ts';

const STEPS = 8;

/** Point at depth 1 of a pixel; `lenses` [G, 5] focal, k1, k2, cx, cy. */
export function undistorted(lenses: Float64Array, lens: number, u: number, v: number): [number, number] {
  const at = lens * LENS_PARAMETERS;
  const [f, k1, k2] = [lenses[at], lenses[at + 1], lenses[at + 2]];
  const x = (u - lenses[at + 3]) / f;
  const y = (v - lenses[at + 4]) / f;
  if (k1 === 0 && k2 === 0) return [x, y];
  // Radius of the ideal point by Newton: r (1 + k1 r^2 + k2 r^4) = rd
  const distance = Math.sqrt(x * x + y * y);
  if (distance < 1e-12) return [x, y];
  let r = distance;
  for (let step = 0; step < STEPS; step++) {
    const s = r * r;
    const slope = 1 + s * (3 * k1 + 5 * s * k2);
    if (slope < 0.1) break; // the fold of the lens: no ray beyond
    const change = (r * (1 + s * (k1 + s * k2)) - distance) / slope;
    r -= change;
    if (Math.abs(change) < 1e-13) break;
  }
  return [(x * r) / distance, (y * r) / distance];
}
