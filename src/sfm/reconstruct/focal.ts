// The focal length from epipolar geometries alone: with the right one, the two singular values of E = K^T F K are
// equal. Every pair votes over a grid of focal lengths; a pair that cannot tell (axes that meet at equal distances)
// votes flatly and does no harm.

import { svd3 } from '../geometry/eigen.ts';
import { type Mat3, multiply3 } from '../geometry/matrix3.ts';

/** Focal lengths tried, in long sides of the picture: 25 to 125 degrees of view. */
const LEAST = 0.26;
const MOST = 2.6;
const STEPS = 90;
/** Relative difference of the singular values at which a vote has halved. */
const HALF = 0.03;

export interface FocalVote {
  focal: number;
  /** Share of the votes that this focal length has of what it could have. */
  agreement: number;
}

/**
 * @param geometries with centres of the pictures, pixels: x2^T F x1 = 0
 * @returns the focal length in pixels, null without any geometry
 */
export function voteFocal(
  geometries: readonly { fundamental: Mat3; first: [number, number]; second: [number, number]; weight: number }[],
  longSide: number,
): FocalVote | null {
  if (geometries.length === 0) return null;
  const votes = new Float64Array(STEPS);
  let total = 0;
  for (const { fundamental, first, second, weight } of geometries) {
    const centred = multiply3(
      [1, 0, 0, 0, 1, 0, second[0], second[1], 1],
      multiply3(fundamental, [1, 0, first[0], 0, 1, first[1], 0, 0, 1]),
    );
    total += weight;
    for (let k = 0; k < STEPS; k++) {
      const f = focalAt(k) * longSide;
      const e = centred.map((x, i) => x * ((i < 6 ? f : 1) * (i % 3 < 2 ? f : 1)));
      const { s } = svd3(e);
      const difference = (s[0] - s[1]) / (s[0] * HALF);
      votes[k] += weight / (1 + difference * difference);
    }
  }
  let best = 0;
  for (let k = 1; k < STEPS; k++) if (votes[k] > votes[best]) best = k;
  return { focal: focalAt(best) * longSide, agreement: votes[best] / total };
}

const focalAt = (k: number): number => LEAST * (MOST / LEAST) ** (k / (STEPS - 1));
