// The pose of a camera from three points (P3P): Grunert's quartic as given by Haralick et al. 1994 (equations 9 to 15),
// its roots polished, then the rotation between the two triangles. World-to-camera, z forward.

import { type Mat3, multiply3, transpose3 } from './matrix3.ts';

export interface Pose {
  /** Row-major 3x3, world-to-camera. */
  rotation: Mat3;
  translation: [number, number, number];
}

type Vector = readonly [number, number, number] | number[];

const subtract = (a: Vector, b: Vector): number[] => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a: Vector, b: Vector): number[] => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

/**
 * @param rays unit directions in the camera of the three points
 * @param points their places in the world
 */
export function p3p(rays: readonly Vector[], points: readonly Vector[]): Pose[] {
  const [j1, j2, j3] = rays;
  const [p1, p2, p3] = points;
  const [ca, cb, cg] = [dot(j2, j3), dot(j1, j3), dot(j1, j2)];
  const [d23, d13, d12] = [subtract(p2, p3), subtract(p1, p3), subtract(p1, p2)];
  const [a2, b2, c2] = [dot(d23, d23), dot(d13, d13), dot(d12, d12)];
  if (!(a2 > 0 && b2 > 0 && c2 > 0)) return [];
  const k = (a2 - c2) / b2;
  const l = (a2 + c2) / b2;
  const quartic = [
    (1 + k) ** 2 - ((4 * a2) / b2) * cg * cg,
    4 * (-k * (1 + k) * cb + ((2 * a2) / b2) * cg * cg * cb - (1 - l) * ca * cg),
    2 *
      (k * k -
        1 +
        2 * k * k * cb * cb +
        ((2 * (b2 - c2)) / b2) * ca * ca -
        4 * l * ca * cb * cg +
        ((2 * (b2 - a2)) / b2) * cg * cg),
    4 * (k * (1 - k) * cb - (1 - l) * ca * cg + ((2 * c2) / b2) * ca * ca * cb),
    (k - 1) ** 2 - ((4 * c2) / b2) * ca * ca,
  ];
  const poses: Pose[] = [];
  for (const v of quarticRoots(quartic)) {
    if (!(v > 0)) continue;
    const below = 2 * (cg - v * ca);
    if (Math.abs(below) < 1e-12) continue;
    const u = ((k - 1) * v * v - 2 * k * cb * v + 1 + k) / below;
    if (!(u > 0)) continue;
    const s1 = Math.sqrt(b2 / (1 + v * v - 2 * v * cb));
    const seen = [
      [j1[0] * s1, j1[1] * s1, j1[2] * s1],
      [j2[0] * s1 * u, j2[1] * s1 * u, j2[2] * s1 * u],
      [j3[0] * s1 * v, j3[1] * s1 * v, j3[2] * s1 * v],
    ];
    const pose = betweenTriangles(points, seen);
    if (pose) poses.push(pose);
  }
  return poses;
}

/** The motion that takes one triangle to another of the same shape. */
function betweenTriangles(from: readonly Vector[], to: readonly Vector[]): Pose | null {
  const [a, b] = [frameOf(from), frameOf(to)];
  if (!a || !b) return null;
  const rotation = multiply3(transpose3(b), a);
  const moved = [0, 3, 6].map(
    (r) => rotation[r] * from[0][0] + rotation[r + 1] * from[0][1] + rotation[r + 2] * from[0][2],
  );
  return { rotation, translation: [to[0][0] - moved[0], to[0][1] - moved[1], to[0][2] - moved[2]] };
}

/** Rows: an orthonormal frame that the triangle fixes. */
function frameOf([p, q, r]: readonly Vector[]): Mat3 | null {
  const x = subtract(q, p);
  const z = cross(x, subtract(r, p));
  const [lx, lz] = [Math.sqrt(dot(x, x)), Math.sqrt(dot(z, z))];
  if (lz < 1e-10 * lx * lx || lx === 0) return null;
  const ux = x.map((value) => value / lx);
  const uz = z.map((value) => value / lz);
  return [...ux, ...cross(uz, ux), ...uz];
}

/** Real roots of c[0] + c[1] x + ... + c[4] x^4 (Ferrari by a resolvent cubic), polished by Newton's method. */
export function quarticRoots(c: readonly number[]): number[] {
  const [e, d, cc, b, a] = c;
  const size = Math.max(...c.map(Math.abs));
  if (Math.abs(a) < 1e-14 * size) return [];
  const [p3, p2, p1, p0] = [b / a, cc / a, d / a, e / a];
  // x = y - p3/4: y^4 + p y^2 + q y + r
  const p = p2 - 0.375 * p3 * p3;
  const q = p1 - 0.5 * p3 * p2 + 0.125 * p3 * p3 * p3;
  const r = p0 - 0.25 * p3 * p1 + 0.0625 * p3 * p3 * p2 - (3 / 256) * p3 ** 4;
  const roots: number[] = [];
  // m: a positive root of m^3 + p m^2 + (p^2/4 - r) m - q^2/8
  const m = largestCubicRoot(p, 0.25 * p * p - r, -0.125 * q * q);
  if (m > 1e-14) {
    const s = Math.sqrt(2 * m);
    for (const sign of [1, -1]) {
      const inside = -(2 * p + 2 * m + (sign * 2 * q) / s);
      if (inside < -1e-9 * (Math.abs(p) + m)) continue;
      const half = Math.sqrt(Math.max(0, inside));
      roots.push(0.5 * (sign * s + half), 0.5 * (sign * s - half));
    }
  } else {
    const discriminant = p * p - 4 * r; // biquadratic
    if (discriminant >= 0) {
      for (const square of [0.5 * (-p + Math.sqrt(discriminant)), 0.5 * (-p - Math.sqrt(discriminant))]) {
        if (square >= 0) roots.push(Math.sqrt(square), -Math.sqrt(square));
      }
    }
  }
  return roots.map((y) => polish(c, y - 0.25 * p3));
}

function polish(c: readonly number[], start: number): number {
  let x = start;
  for (let step = 0; step < 3; step++) {
    const value = (((c[4] * x + c[3]) * x + c[2]) * x + c[1]) * x + c[0];
    const slope = ((4 * c[4] * x + 3 * c[3]) * x + 2 * c[2]) * x + c[1];
    if (Math.abs(slope) < 1e-300) break;
    x -= value / slope;
  }
  return x;
}

/** Largest real root of m^3 + b m^2 + c m + d. */
function largestCubicRoot(b: number, c: number, d: number): number {
  const u = (3 * c - b * b) / 9;
  const v = (9 * b * c - 27 * d - 2 * b * b * b) / 54;
  const discriminant = u * u * u + v * v;
  if (discriminant >= 0) {
    const root = Math.sqrt(discriminant);
    return Math.cbrt(v + root) + Math.cbrt(v - root) - b / 3;
  }
  const angle = Math.acos(Math.min(1, Math.max(-1, v / Math.sqrt(-u * u * u))));
  return 2 * Math.sqrt(-u) * Math.cos(angle / 3) - b / 3;
}
