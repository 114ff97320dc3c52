// The homography of two pictures: x2 ~ H x1 (Hartley and Zisserman, chapter 4), from four matches or more. It explains
// all matches of a flat thing, and of a camera that was only turned.

import { symmetricEigen } from './eigen.ts';
import { nullSpace, type PointPairs } from './fundamental.ts';
import { type Mat3, multiply3 } from './matrix3.ts';

/** Least squares over the matches, in normalised coordinates; null where they do not decide. */
export function homographyOf(points: PointPairs, indices: ArrayLike<number>): Mat3 | null {
  const n = indices.length;
  if (n < 4) return null;
  const means = [0, 0, 0, 0];
  for (let k = 0; k < n; k++) for (let c = 0; c < 4; c++) means[c] += points[indices[k] * 4 + c] / n;
  const spreads = [0, 0];
  for (let k = 0; k < n; k++) {
    for (let c = 0; c < 4; c++) spreads[c >> 1] += (points[indices[k] * 4 + c] - means[c]) ** 2 / (2 * n);
  }
  if (spreads[0] < 1e-12 || spreads[1] < 1e-12) return null;
  const [s1, s2] = [1 / Math.sqrt(spreads[0]), 1 / Math.sqrt(spreads[1])];
  const normal = new Float64Array(81);
  const rows = [new Float64Array(9), new Float64Array(9)];
  const minimal: Float64Array[] = [];
  for (let k = 0; k < n; k++) {
    const at = indices[k] * 4;
    const x = (points[at] - means[0]) * s1;
    const y = (points[at + 1] - means[1]) * s1;
    const u = (points[at + 2] - means[2]) * s2;
    const v = (points[at + 3] - means[3]) * s2;
    rows[0].set([x, y, 1, 0, 0, 0, -u * x, -u * y, -u]);
    rows[1].set([0, 0, 0, x, y, 1, -v * x, -v * y, -v]);
    if (n === 4) minimal.push(rows[0].slice(), rows[1].slice());
    else for (const r of rows) for (let a = 0; a < 9; a++) for (let b = 0; b < 9; b++) normal[a * 9 + b] += r[a] * r[b];
  }
  const h = n === 4 ? soleNullVector(minimal) : leastVector(normal);
  if (!h) return null;
  const from: Mat3 = [s1, 0, -s1 * means[0], 0, s1, -s1 * means[1], 0, 0, 1];
  const to: Mat3 = [1 / s2, 0, means[2], 0, 1 / s2, means[3], 0, 0, 1];
  return multiply3(to, multiply3(h, from));
}

/** Null where matches on a line, or the same one twice, leave more than one. */
function soleNullVector(rows: Float64Array[]): number[] | null {
  const basis = nullSpace(rows, 9);
  return basis.length === 1 ? basis[0] : null;
}

function leastVector(normal: Float64Array): number[] | null {
  const { values, vectors } = symmetricEigen(normal, 9);
  return values[1] < 1e-10 * values[8] ? null : [...vectors[0]];
}

/** The larger of the squared distances both ways, pixels^2; for many matches take the inverse once. */
export function transferError(h: Mat3, inverse: Mat3, points: PointPairs, i: number): number {
  const [x1, y1, x2, y2] = [points[i * 4], points[i * 4 + 1], points[i * 4 + 2], points[i * 4 + 3]];
  const w = h[6] * x1 + h[7] * y1 + h[8];
  const dx = (h[0] * x1 + h[1] * y1 + h[2]) / w - x2;
  const dy = (h[3] * x1 + h[4] * y1 + h[5]) / w - y2;
  const z = inverse[6] * x2 + inverse[7] * y2 + inverse[8];
  const ex = (inverse[0] * x2 + inverse[1] * y2 + inverse[2]) / z - x1;
  const ey = (inverse[3] * x2 + inverse[4] * y2 + inverse[5]) / z - y1;
  return Math.max(dx * dx + dy * dy, ex * ex + ey * ey);
}
