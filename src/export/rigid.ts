// The little linear algebra that camera paths need: vectors of three, row-major 4x4 camera matrices, quaternions
// (w x y z). Plain numbers (float64), nothing in place. Matrices here are similarities: rotation, one scale, shift.

export type Vec3 = readonly [number, number, number];
export type Quaternion = readonly [number, number, number, number];

export const add = (a: Vec3, b: Vec3): Vec3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
export const subtract = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
export const scale = (a: Vec3, s: number): Vec3 => [a[0] * s, a[1] * s, a[2] * s];
export const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const length = (a: Vec3): number => Math.sqrt(dot(a, a));
export const cross = (a: Vec3, b: Vec3): Vec3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

/** Column `c` (0 right, 1 up, 2 backward, 3 position) of a row-major camera-to-world matrix. */
export const column = (m: readonly number[], c: number): Vec3 => [m[c], m[4 + c], m[8 + c]];

/** Row-major 4x4 from its four columns. */
export function fromColumns(right: Vec3, up: Vec3, backward: Vec3, position: Vec3): number[] {
  return [
    [right[0], up[0], backward[0], position[0]],
    [right[1], up[1], backward[1], position[1]],
    [right[2], up[2], backward[2], position[2]],
    [0, 0, 0, 1],
  ].flat();
}

export function multiply(a: readonly number[], b: readonly number[]): number[] {
  const out = new Array<number>(16).fill(0);
  for (let r = 0; r < 4; r++) {
    for (let c = 0; c < 4; c++) for (let k = 0; k < 4; k++) out[r * 4 + c] += a[r * 4 + k] * b[k * 4 + c];
  }
  return out;
}

/** The same matrix with unit columns: a similarity on the left leaves its scale in a camera's axes. */
export function withUnitAxes(m: readonly number[]): number[] {
  const unit = (c: number): Vec3 => {
    const axis = column(m, c);
    return scale(axis, 1 / length(axis));
  };
  return fromColumns(unit(0), unit(1), unit(2), column(m, 3));
}

/** Unit quaternion of the rotation part (Shepperd's method: divides by the largest component). */
export function quaternionOf(m: readonly number[]): Quaternion {
  const [xx, yy, zz] = [m[0], m[5], m[10]];
  const squares = [1 + xx + yy + zz, 1 + xx - yy - zz, 1 - xx + yy - zz, 1 - xx - yy + zz];
  const largest = squares.indexOf(Math.max(...squares));
  const d = 2 * Math.sqrt(squares[largest]);
  const [a, b, c] = [m[9] - m[6], m[2] - m[8], m[4] - m[1]];
  const [xy, xz, yz] = [m[1] + m[4], m[2] + m[8], m[6] + m[9]];
  const scaled: Quaternion[] = [
    [squares[0], a, b, c],
    [a, squares[1], xy, xz],
    [b, xy, squares[2], yz],
    [c, xz, yz, squares[3]],
  ];
  return scaled[largest].map((v) => v / d) as unknown as Quaternion;
}

/** Row-major camera-to-world of a unit quaternion and a position. */
export function fromQuaternion([w, x, y, z]: Quaternion, position: Vec3): number[] {
  return fromColumns(
    [1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)],
    [2 * (x * y - w * z), 1 - 2 * (x * x + z * z), 2 * (y * z + w * x)],
    [2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)],
    position,
  );
}

/** Spherical interpolation along the shorter way round. */
export function slerp(a: Quaternion, b: Quaternion, t: number): Quaternion {
  let cosine = a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3];
  const sign = cosine < 0 ? -1 : 1;
  cosine *= sign;
  const angle = Math.acos(Math.min(cosine, 1));
  // Below 1e-6 rad the sines cancel; a lerp is exact to rounding there.
  const wa = angle < 1e-6 ? 1 - t : Math.sin((1 - t) * angle) / Math.sin(angle);
  const wb = sign * (angle < 1e-6 ? t : Math.sin(t * angle) / Math.sin(angle));
  const q = a.map((v, i) => wa * v + wb * b[i]);
  const norm = Math.hypot(...q);
  return q.map((v) => v / norm) as unknown as Quaternion;
}

/** Uniform Catmull-Rom between b (t = 0) and c (t = 1). */
export function catmullRom(a: Vec3, b: Vec3, c: Vec3, d: Vec3, t: number): Vec3 {
  const one = (i: 0 | 1 | 2) =>
    0.5 *
    (2 * b[i] +
      (c[i] - a[i]) * t +
      (2 * a[i] - 5 * b[i] + 4 * c[i] - d[i]) * t * t +
      (3 * b[i] - a[i] - 3 * c[i] + d[i]) * t * t * t);
  return [one(0), one(1), one(2)];
}
