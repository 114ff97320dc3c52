// Eigenvectors of small symmetric matrices by Jacobi rotations, and the singular value decomposition of 3x3 by the
// same from one side (Hestenes): slow in theory, exact in practice, nothing to converge wrongly.

/** Eigenvalues ascending; vectors[k] belongs to values[k], of length 1. The matrix [n, n] is overwritten. */
export function symmetricEigen(a: Float64Array, n: number): { values: Float64Array; vectors: Float64Array[] } {
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  let norm = 0;
  for (let i = 0; i < n * n; i++) norm += a[i] * a[i];
  for (let sweep = 0; sweep < 30; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += a[p * n + q] * a[p * n + q];
    if (off <= 1e-30 * norm) break;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const apq = a[p * n + q];
        if (apq === 0) continue;
        const theta = (a[q * n + q] - a[p * n + p]) / (2 * apq);
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        const s = t * c;
        for (let k = 0; k < n; k++) {
          const [kp, kq] = [a[k * n + p], a[k * n + q]];
          a[k * n + p] = c * kp - s * kq;
          a[k * n + q] = s * kp + c * kq;
        }
        for (let k = 0; k < n; k++) {
          const [pk, qk] = [a[p * n + k], a[q * n + k]];
          a[p * n + k] = c * pk - s * qk;
          a[q * n + k] = s * pk + c * qk;
          const [vp, vq] = [v[k * n + p], v[k * n + q]];
          v[k * n + p] = c * vp - s * vq;
          v[k * n + q] = s * vp + c * vq;
        }
      }
    }
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[i * n + i] - a[j * n + j]);
  return {
    values: Float64Array.from(order, (i) => a[i * n + i]),
    vectors: order.map((i) => Float64Array.from({ length: n }, (_, k) => v[k * n + i])),
  };
}

export interface Svd3 {
  /** Row-major 3x3, orthogonal; columns belong to the values. */
  u: number[];
  /** Descending. */
  s: [number, number, number];
  v: number[];
}

/** a = u diag(s) v^T, row-major. u and v are orthogonal also where a is singular. */
export function svd3(a: readonly number[]): Svd3 {
  // Columns of w become orthogonal; v collects the rotations.
  const w = [...a];
  const v = [1, 0, 0, 0, 1, 0, 0, 0, 1];
  for (let sweep = 0; sweep < 40; sweep++) {
    let worst = 0;
    for (const [p, q] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ]) {
      let [pp, qq, pq] = [0, 0, 0];
      for (let k = 0; k < 9; k += 3) {
        pp += w[k + p] * w[k + p];
        qq += w[k + q] * w[k + q];
        pq += w[k + p] * w[k + q];
      }
      if (pq * pq <= 1e-32 * pp * qq || pq === 0) continue;
      worst = Math.max(worst, Math.abs(pq) / Math.sqrt(pp * qq));
      const theta = (qq - pp) / (2 * pq);
      const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
      const c = 1 / Math.sqrt(t * t + 1);
      const s = t * c;
      for (const m of [w, v]) {
        for (let k = 0; k < 9; k += 3) {
          const [x, y] = [m[k + p], m[k + q]];
          m[k + p] = c * x - s * y;
          m[k + q] = s * x + c * y;
        }
      }
    }
    if (worst < 1e-15) break;
  }
  const lengths = [0, 1, 2].map((c) => Math.hypot(w[c], w[3 + c], w[6 + c]));
  const order = [0, 1, 2].sort((i, j) => lengths[j] - lengths[i]);
  const s = order.map((c) => lengths[c]) as [number, number, number];
  const columns = order.map((c) => [w[c], w[3 + c], w[6 + c]]);
  const floor = 1e-14 * s[0];
  const u0 = s[0] > 0 ? columns[0].map((x) => x / s[0]) : [1, 0, 0];
  let u1 = columns[1].map((x) => (s[1] > floor ? x / s[1] : 0));
  if (s[1] <= floor) u1 = perpendicular(u0);
  const cross = [u0[1] * u1[2] - u0[2] * u1[1], u0[2] * u1[0] - u0[0] * u1[2], u0[0] * u1[1] - u0[1] * u1[0]];
  // The third is at right angles to both; its side is the one that the column has, where it has one.
  const side = s[2] > floor && cross.reduce((sum, x, k) => sum + x * columns[2][k], 0) < 0 ? -1 : 1;
  const u2 = cross.map((x) => side * x);
  return {
    u: [u0[0], u1[0], u2[0], u0[1], u1[1], u2[1], u0[2], u1[2], u2[2]],
    s,
    v: [0, 1, 2].flatMap((row) => order.map((c) => v[row * 3 + c])),
  };
}

function perpendicular([x, y, z]: number[]): number[] {
  const other = Math.abs(x) < 0.6 ? [0, z, -y] : [-z, 0, x];
  const length = Math.hypot(...other);
  return other.map((value) => value / length);
}
