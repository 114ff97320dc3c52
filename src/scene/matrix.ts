// Small helpers for row-major 4x4 matrices and 3-vectors in float64. Points are columns: p' = M p. Only what
// cameras and normalisation need; three.js has its own (column-major) for the page.

export type Vec3 = [number, number, number];

/** Row-major 4x4, 16 numbers. */
export type Mat4 = number[];

export const identity = (): Mat4 => [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

/** a b: b is applied first. */
export function multiply(a: Mat4, b: Mat4): Mat4 {
  const out = new Array<number>(16).fill(0);
  for (let row = 0; row < 4; row++) {
    for (let column = 0; column < 4; column++) {
      for (let k = 0; k < 4; k++) out[row * 4 + column] += a[row * 4 + k] * b[k * 4 + column];
    }
  }
  return out;
}

/** Determinant of the upper left 3x3: the volume that the linear part makes of a unit cube. */
export function determinant3(m: Mat4): number {
  return m[0] * (m[5] * m[10] - m[6] * m[9]) - m[1] * (m[4] * m[10] - m[6] * m[8]) + m[2] * (m[4] * m[9] - m[5] * m[8]);
}

/**
 * Inverse of an affine matrix (last row 0 0 0 1).
 * @throws RangeError when its linear part is singular
 */
export function invertAffine(m: Mat4): Mat4 {
  const det = determinant3(m);
  if (!(Math.abs(det) > 0)) throw new RangeError('matrix: expected an invertible one, found a singular one');
  const [a, b, c, tx, d, e, f, ty, g, h, i, tz] = m;
  const inverse = [
    e * i - f * h,
    c * h - b * i,
    b * f - c * e,
    f * g - d * i,
    a * i - c * g,
    c * d - a * f,
    d * h - e * g,
    b * g - a * h,
    a * e - b * d,
  ].map((x) => x / det);
  const [p, q, r, s, t, u, v, w, x] = inverse;
  return [
    p,
    q,
    r,
    -(p * tx + q * ty + r * tz),
    s,
    t,
    u,
    -(s * tx + t * ty + u * tz),
    v,
    w,
    x,
    -(v * tx + w * ty + x * tz),
    0,
    0,
    0,
    1,
  ];
}

export function transformPoint(m: Mat4, p: Vec3): Vec3 {
  const [x, y, z] = transformDirection(m, p);
  return [x + m[3], y + m[7], z + m[11]];
}

/** Linear part only; not normalised. */
export function transformDirection(m: Mat4, d: Vec3): Vec3 {
  return [
    m[0] * d[0] + m[1] * d[1] + m[2] * d[2],
    m[4] * d[0] + m[5] * d[1] + m[6] * d[2],
    m[8] * d[0] + m[9] * d[1] + m[10] * d[2],
  ];
}

/** Column 0, 1, 2 (axes) or 3 (translation). */
export const column = (m: Mat4, index: 0 | 1 | 2 | 3): Vec3 => [m[index], m[4 + index], m[8 + index]];

export function fromColumns(x: Vec3, y: Vec3, z: Vec3, t: Vec3): Mat4 {
  return [x[0], y[0], z[0], t[0], x[1], y[1], z[1], t[1], x[2], y[2], z[2], t[2], 0, 0, 0, 1];
}

export const add = (a: Vec3, b: Vec3): Vec3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
export const subtract = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
export const scaled = (a: Vec3, s: number): Vec3 => [a[0] * s, a[1] * s, a[2] * s];
export const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const norm = (a: Vec3): number => Math.hypot(a[0], a[1], a[2]);
export const cross = (a: Vec3, b: Vec3): Vec3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

/** Unit vector along a; null when a has no direction. */
export function unit(a: Vec3): Vec3 | null {
  const length = norm(a);
  return length > 1e-12 ? scaled(a, 1 / length) : null;
}

/** Rotation and translation only: columns of length 1, at right angles, right-handed. */
export function isRigid(m: Mat4, tolerance = 1e-6): boolean {
  const [x, y, z] = [column(m, 0), column(m, 1), column(m, 2)];
  const errors = [dot(x, x) - 1, dot(y, y) - 1, dot(z, z) - 1, dot(x, y), dot(x, z), dot(y, z), determinant3(m) - 1];
  return errors.every((error) => Math.abs(error) <= tolerance);
}

/** The rigid matrix nearest in spirit: keeps the viewing axis (z) and turns the others to right angles with it. */
export function orthonormalised(m: Mat4): Mat4 {
  const z = unit(column(m, 2));
  const y = column(m, 1);
  const x = z && unit(cross(y, z));
  if (!x || !z) throw new RangeError('matrix: expected independent columns, found a singular one');
  return fromColumns(x, cross(z, x), z, column(m, 3));
}
