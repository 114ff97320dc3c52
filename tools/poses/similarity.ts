// How far estimated cameras are from true ones: aligned by the similarity of least squares (Umeyama 1991), positions
// in % of the mean distance of the true cameras from their centre, rotations in degrees.

import { svd3 } from '../../src/sfm/geometry/eigen.ts';
import {
  angleOfRotation,
  apply3,
  determinant,
  type Mat3,
  multiply3,
  transpose3,
} from '../../src/sfm/geometry/matrix3.ts';

export interface Spread {
  median: number;
  max: number;
}

export interface Agreement {
  position: Spread;
  rotation: Spread;
}

/** @param found, @param truth camera centres; world-to-camera rotations of both, row-major */
export function similarity(
  found: number[][],
  truth: number[][],
  foundRotations: Mat3[],
  trueRotations: Mat3[],
): Agreement {
  const n = found.length;
  const mean = (points: number[][]) => [0, 1, 2].map((k) => points.reduce((sum, p) => sum + p[k], 0) / n);
  const [mf, mt] = [mean(found), mean(truth)];
  const covariance = new Array<number>(9).fill(0);
  let square = 0;
  for (let i = 0; i < n; i++) {
    for (let r = 0; r < 3; r++) {
      square += (found[i][r] - mf[r]) ** 2;
      for (let c = 0; c < 3; c++) covariance[r * 3 + c] += (truth[i][r] - mt[r]) * (found[i][c] - mf[c]);
    }
  }
  const { u, s, v } = svd3(covariance);
  const sign = determinant(u) * determinant(v) < 0 ? -1 : 1;
  const flipped = u.map((x, k) => (k % 3 === 2 ? sign * x : x));
  const rotation = multiply3(flipped, transpose3(v));
  const scale = (s[0] + s[1] + sign * s[2]) / square;
  const distances = truth.map((p) => Math.hypot(...p.map((x, k) => x - mt[k])));
  const unit = distances.reduce((sum, d) => sum + d, 0) / n;
  const positions = found.map((p, i) => {
    const moved = apply3(rotation, p[0] - mf[0], p[1] - mf[1], p[2] - mf[2]);
    return (100 / unit) * Math.hypot(...moved.map((x, k) => scale * x + mt[k] - truth[i][k]));
  });
  const rotations = foundRotations.map((r, i) => {
    const aligned = multiply3(r, transpose3(rotation));
    return (180 / Math.PI) * angleOfRotation(multiply3(aligned, transpose3(trueRotations[i])));
  });
  return { position: spread(positions), rotation: spread(rotations) };
}

function spread(values: number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: sorted[sorted.length >> 1], max: sorted[sorted.length - 1] };
}
