// Rotations and curves that camera paths need beyond scene/matrix.ts: quaternions (w x y z), slerp, Catmull-Rom.
// Plain numbers (float64), nothing in place.

import { column, fromColumns, type Mat4, norm, scaled, type Vec3 } from '../scene/matrix.ts';

export type Quaternion = readonly [number, number, number, number];

/** The same matrix with unit columns: a similarity on the left leaves its scale in a camera's axes. */
export function withUnitAxes(m: Mat4): Mat4 {
  const unit = (c: 0 | 1 | 2): Vec3 => {
    const axis = column(m, c);
    return scaled(axis, 1 / norm(axis));
  };
  return fromColumns(unit(0), unit(1), unit(2), column(m, 3));
}

/** Unit quaternion of the rotation part (Shepperd's method: divides by the largest component). */
export function quaternionOf(m: Mat4): Quaternion {
  const [xx, yy, zz] = [m[0], m[5], m[10]];
  const squares = [1 + xx + yy + zz, 1 + xx - yy - zz, 1 - xx + yy - zz, 1 - xx - yy + zz];
  const largest = squares.indexOf(Math.max(...squares));
  const d = 2 * Math.sqrt(squares[largest]);
  const [a, b, c] = [m[9] - m[6], m[2] - m[8], m[4] - m[1]];
  const [xy, xz, yz] = [m[1] + m[4], m[2] + m[8], m[6] + m[9]];
  const candidates: Quaternion[] = [
    [squares[0], a, b, c],
    [a, squares[1], xy, xz],
    [b, xy, squares[2], yz],
    [c, xz, yz, squares[3]],
  ];
  return candidates[largest].map((v) => v / d) as unknown as Quaternion;
}

/** Row-major camera-to-world of a unit quaternion and a position. */
export function fromQuaternion([w, x, y, z]: Quaternion, position: Vec3): Mat4 {
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
