// What bundle adjustment changes: poses, points and the lenses that groups of pictures share. A lens is a pinhole with
// two radial terms: u = f (x d) + cx, d = 1 + k1 r + k2 r^2, r = x^2 + y^2 of the point at depth 1.

import type { Mat3 } from '../geometry/matrix3.ts';
import { multiply3, rotationOf } from '../geometry/matrix3.ts';

/** Parameters of a lens in this order. */
export const LENS_PARAMETERS = 5; // focal, k1, k2, cx, cy
/** Parameters of a pose: rotation vector applied after the rotation, and translation. */
export const POSE_PARAMETERS = 6;

export interface BundleProblem {
  /** [C, 9] row-major world-to-camera. */
  rotations: Float64Array;
  /** [C, 3] */
  translations: Float64Array;
  /** [G, 5] focal, k1, k2, cx, cy in pixels. */
  lenses: Float64Array;
  /** [C] which lens a camera has. */
  lensOf: Int32Array;
  /** [P, 3] */
  points: Float64Array;
  /** [O] of each observation, ordered by point. */
  cameraOf: Int32Array;
  pointOf: Int32Array;
  /** [O, 2] pixels. */
  pixels: Float64Array;
}

export interface Freedom {
  /** [C] 1 where the pose may change. */
  poses: Uint8Array;
  /** [G, 5] 1 where the parameter may change. */
  lenses: Uint8Array;
  /** True where points stay as they are. */
  pointsHeld?: boolean;
}

/**
 * Residual of one observation and its derivatives; buffers are written.
 * @param residual [2] projection less measurement, pixels
 * @param dPose [2, 6], @param dPoint [2, 3], @param dLens [2, 5] row-major
 * @returns false behind the camera, where nothing is written
 */
export function linearise(
  problem: BundleProblem,
  camera: number,
  point: number,
  u: number,
  v: number,
  residual: Float64Array,
  dPose: Float64Array,
  dPoint: Float64Array,
  dLens: Float64Array,
): boolean {
  const { rotations: r, translations: t, points: p, lenses } = problem;
  const ra = camera * 9;
  const pa = point * 3;
  const [px, py, pz] = [p[pa], p[pa + 1], p[pa + 2]];
  const wx = r[ra] * px + r[ra + 1] * py + r[ra + 2] * pz;
  const wy = r[ra + 3] * px + r[ra + 4] * py + r[ra + 5] * pz;
  const wz = r[ra + 6] * px + r[ra + 7] * py + r[ra + 8] * pz;
  const qx = wx + t[camera * 3];
  const qy = wy + t[camera * 3 + 1];
  const qz = wz + t[camera * 3 + 2];
  if (!(qz > 1e-9)) return false;
  const la = problem.lensOf[camera] * LENS_PARAMETERS;
  const [f, k1, k2] = [lenses[la], lenses[la + 1], lenses[la + 2]];
  const inverse = 1 / qz;
  const x = qx * inverse;
  const y = qy * inverse;
  const s = x * x + y * y;
  const d = 1 + s * (k1 + s * k2);
  residual[0] = f * x * d + lenses[la + 3] - u;
  residual[1] = f * y * d + lenses[la + 4] - v;
  // d(d)/dx = 2 x e, d(d)/dy = 2 y e
  const e = k1 + 2 * k2 * s;
  const uxx = f * (d + 2 * x * x * e);
  const uxy = f * 2 * x * y * e;
  const vyy = f * (d + 2 * y * y * e);
  // by the point in the camera: x = qx / qz, y = qy / qz
  const u0 = uxx * inverse;
  const u1 = uxy * inverse;
  const u2 = -(uxx * x + uxy * y) * inverse;
  const v0 = uxy * inverse;
  const v1 = vyy * inverse;
  const v2 = -(uxy * x + vyy * y) * inverse;
  // rotation vector w applied after R: dq = w x (R p)
  dPose[0] = u2 * wy - u1 * wz;
  dPose[1] = u0 * wz - u2 * wx;
  dPose[2] = u1 * wx - u0 * wy;
  dPose[3] = u0;
  dPose[4] = u1;
  dPose[5] = u2;
  dPose[6] = v2 * wy - v1 * wz;
  dPose[7] = v0 * wz - v2 * wx;
  dPose[8] = v1 * wx - v0 * wy;
  dPose[9] = v0;
  dPose[10] = v1;
  dPose[11] = v2;
  for (let c = 0; c < 3; c++) {
    dPoint[c] = u0 * r[ra + c] + u1 * r[ra + 3 + c] + u2 * r[ra + 6 + c];
    dPoint[3 + c] = v0 * r[ra + c] + v1 * r[ra + 3 + c] + v2 * r[ra + 6 + c];
  }
  dLens[0] = x * d;
  dLens[1] = f * x * s;
  dLens[2] = f * x * s * s;
  dLens[3] = 1;
  dLens[4] = 0;
  dLens[5] = y * d;
  dLens[6] = f * y * s;
  dLens[7] = f * y * s * s;
  dLens[8] = 0;
  dLens[9] = 1;
  return true;
}

/** Squared distance of the projection to the measurement, pixels^2; infinite behind the camera. */
export function squaredError(problem: BundleProblem, camera: number, point: number, u: number, v: number): number {
  const { rotations: r, translations: t, points: p, lenses } = problem;
  const ra = camera * 9;
  const pa = point * 3;
  const [px, py, pz] = [p[pa], p[pa + 1], p[pa + 2]];
  const qz = r[ra + 6] * px + r[ra + 7] * py + r[ra + 8] * pz + t[camera * 3 + 2];
  if (!(qz > 1e-9)) return Number.POSITIVE_INFINITY;
  const x = (r[ra] * px + r[ra + 1] * py + r[ra + 2] * pz + t[camera * 3]) / qz;
  const y = (r[ra + 3] * px + r[ra + 4] * py + r[ra + 5] * pz + t[camera * 3 + 1]) / qz;
  const la = problem.lensOf[camera] * LENS_PARAMETERS;
  const s = x * x + y * y;
  const fd = lenses[la] * (1 + s * (lenses[la + 1] + s * lenses[la + 2]));
  const du = fd * x + lenses[la + 3] - u;
  const dv = fd * y + lenses[la + 4] - v;
  return du * du + dv * dv;
}

/** Applies a step [6] to a pose in place. */
export function movePose(problem: BundleProblem, camera: number, step: ArrayLike<number>, at: number): void {
  const turn = rotationOf(step[at], step[at + 1], step[at + 2]);
  const old: Mat3 = [...problem.rotations.subarray(camera * 9, camera * 9 + 9)];
  problem.rotations.set(orthonormal(multiply3(turn, old)), camera * 9);
  for (let c = 0; c < 3; c++) problem.translations[camera * 3 + c] += step[at + 3 + c];
}

/** Takes rounding out of a rotation: rows by Gram and Schmidt. */
function orthonormal(m: Mat3): Mat3 {
  const n0 = Math.hypot(m[0], m[1], m[2]);
  const [a0, a1, a2] = [m[0] / n0, m[1] / n0, m[2] / n0];
  const along = a0 * m[3] + a1 * m[4] + a2 * m[5];
  const [b0, b1, b2] = [m[3] - along * a0, m[4] - along * a1, m[5] - along * a2];
  const n1 = Math.hypot(b0, b1, b2);
  const [c0, c1, c2] = [b0 / n1, b1 / n1, b2 / n1];
  return [a0, a1, a2, c0, c1, c2, a1 * c2 - a2 * c1, a2 * c0 - a0 * c2, a0 * c1 - a1 * c0];
}
