// The fundamental matrix of two pictures: x2^T F x1 = 0 (Hartley and Zisserman, chapters 9 and 11). Seven matches
// give one or three, eight or more one by least squares; both in coordinates brought to zero mean and spread sqrt(2).

import { svd3, symmetricEigen } from './eigen.ts';
import { cubicRoots, determinant, type Mat3, multiply3, transpose3 } from './matrix3.ts';

/** Matched points of two pictures, pixels: x1, y1, x2, y2 of each. [N, 4] */
export type PointPairs = Float64Array;

/** Similarity (scale, tx, ty) that brings the points to zero mean and root mean square sqrt(2). */
function normaliser(points: PointPairs, indices: ArrayLike<number>, at: 0 | 2): [number, number, number] {
  let [mx, my] = [0, 0];
  const n = indices.length;
  for (let k = 0; k < n; k++) {
    mx += points[indices[k] * 4 + at];
    my += points[indices[k] * 4 + at + 1];
  }
  mx /= n;
  my /= n;
  let square = 0;
  for (let k = 0; k < n; k++) {
    const [dx, dy] = [points[indices[k] * 4 + at] - mx, points[indices[k] * 4 + at + 1] - my];
    square += dx * dx + dy * dy;
  }
  const scale = Math.sqrt((2 * n) / Math.max(square, 1e-12));
  return [scale, -scale * mx, -scale * my];
}

const asMatrix = ([s, tx, ty]: [number, number, number]): Mat3 => [s, 0, tx, 0, s, ty, 0, 0, 1];

function row(points: PointPairs, i: number, n1: readonly number[], n2: readonly number[], out: Float64Array): void {
  const x1 = points[i * 4] * n1[0] + n1[1];
  const y1 = points[i * 4 + 1] * n1[0] + n1[2];
  const x2 = points[i * 4 + 2] * n2[0] + n2[1];
  const y2 = points[i * 4 + 3] * n2[0] + n2[2];
  out[0] = x2 * x1;
  out[1] = x2 * y1;
  out[2] = x2;
  out[3] = y2 * x1;
  out[4] = y2 * y1;
  out[5] = y2;
  out[6] = x1;
  out[7] = y1;
  out[8] = 1;
}

/** One to three matrices through seven matches. */
export function sevenPoint(points: PointPairs, indices: ArrayLike<number>): Mat3[] {
  const [n1, n2] = [normaliser(points, indices, 0), normaliser(points, indices, 2)];
  const rows = Array.from({ length: 7 }, (_, k) => {
    const out = new Float64Array(9);
    row(points, indices[k], n1, n2, out);
    return out;
  });
  const basis = nullSpace(rows, 9);
  if (basis.length !== 2) return [];
  const [f, g] = basis;
  // det(a f + (1 - a) g) is a cubic in a: from four values.
  const at = (a: number) => determinant(f.map((x, k) => a * x + (1 - a) * g[k]));
  const [d0, d1, dm, d2] = [at(0), at(1), at(-1), at(2)];
  const c2 = 0.5 * (d1 + dm) - d0;
  const c3 = (d2 - 2 * d1 + d0 - 2 * c2) / 6;
  const c1 = d1 - d0 - c2 - c3;
  const [t1, t2] = [asMatrix(n1), transpose3(asMatrix(n2))];
  return cubicRoots(c3, c2, c1, d0).map((a) =>
    multiply3(
      t2,
      multiply3(
        f.map((x, k) => a * x + (1 - a) * g[k]),
        t1,
      ),
    ),
  );
}

/** Null space of a few rows by elimination with full pivoting. */
export function nullSpace(rows: Float64Array[], columns: number): number[][] {
  const m = rows.map((r) => Float64Array.from(r));
  const order = Array.from({ length: columns }, (_, c) => c);
  let rank = 0;
  for (; rank < m.length; rank++) {
    let [best, bestRow, bestColumn] = [0, rank, rank];
    for (let r = rank; r < m.length; r++) {
      for (let c = rank; c < columns; c++) {
        const size = Math.abs(m[r][order[c]]);
        if (size > best) [best, bestRow, bestColumn] = [size, r, c];
      }
    }
    if (best < 1e-10) break;
    [m[rank], m[bestRow]] = [m[bestRow], m[rank]];
    [order[rank], order[bestColumn]] = [order[bestColumn], order[rank]];
    const pivot = m[rank];
    const inverse = 1 / pivot[order[rank]];
    for (let c = 0; c < columns; c++) pivot[c] *= inverse;
    for (let r = 0; r < m.length; r++) {
      const factor = m[r][order[rank]];
      if (r === rank || factor === 0) continue;
      for (let c = 0; c < columns; c++) m[r][c] -= factor * pivot[c];
    }
  }
  return order.slice(rank).map((free) => {
    const v = new Array<number>(columns).fill(0);
    v[free] = 1;
    for (let r = 0; r < rank; r++) v[order[r]] = -m[r][free];
    const length = Math.hypot(...v);
    return v.map((x) => x / length);
  });
}

/** Least squares over eight matches or more, brought to rank 2. @param weights of each index, all 1 where null */
export function eightPoint(
  points: PointPairs,
  indices: ArrayLike<number>,
  weights: Float64Array | null = null,
): Mat3 | null {
  if (indices.length < 8) return null;
  const [n1, n2] = [normaliser(points, indices, 0), normaliser(points, indices, 2)];
  const normal = new Float64Array(81);
  const r = new Float64Array(9);
  for (let k = 0; k < indices.length; k++) {
    row(points, indices[k], n1, n2, r);
    const weight = weights ? weights[k] : 1;
    for (let a = 0; a < 9; a++) for (let b = a; b < 9; b++) normal[a * 9 + b] += weight * r[a] * r[b];
  }
  for (let a = 0; a < 9; a++) for (let b = 0; b < a; b++) normal[a * 9 + b] = normal[b * 9 + a];
  const { vectors } = symmetricEigen(normal, 9);
  return multiply3(transpose3(asMatrix(n2)), multiply3(rankTwo([...vectors[0]]), asMatrix(n1)));
}

/** The nearest singular matrix. */
export function rankTwo(m: Mat3): Mat3 {
  const { u, s, v } = svd3(m);
  return m.map((x, k) => x - s[2] * u[Math.floor(k / 3) * 3 + 2] * v[(k % 3) * 3 + 2]);
}

/** Squared Sampson distance of match i to F, pixels^2: first order distance to the epipolar geometry. */
export function sampson(f: Mat3, points: PointPairs, i: number): number {
  const [x1, y1, x2, y2] = [points[i * 4], points[i * 4 + 1], points[i * 4 + 2], points[i * 4 + 3]];
  const lx = f[0] * x1 + f[1] * y1 + f[2];
  const ly = f[3] * x1 + f[4] * y1 + f[5];
  const lz = f[6] * x1 + f[7] * y1 + f[8];
  const mx = f[0] * x2 + f[3] * y2 + f[6];
  const my = f[1] * x2 + f[4] * y2 + f[7];
  const value = x2 * lx + y2 * ly + lz;
  return (value * value) / (lx * lx + ly * ly + mx * mx + my * my + 1e-300);
}
