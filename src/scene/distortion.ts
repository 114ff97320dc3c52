// Lens distortion, OpenCV's models, on normalised image points (x right, y down, at depth 1). CPU reference of what
// the ray kernel does. Perspective: xd = x d + 2 p1 x y + p2 (r + 2 x^2), yd = y d + 2 p2 x y + p1 (r + 2 y^2),
// r = x^2 + y^2, d = 1 + k1 r + k2 r^2 + k3 r^3. Fisheye: angle_d = angle (1 + k1 angle^2 + ... + k4 angle^8), the
// image point at that distance from the centre. The inverse has no closed form: Newton, ten steps at most.

import type { Distortion } from './types.ts';

export const NEWTON_STEPS = 10;

type Point = [number, number];

/** Image point of the ideal pinhole point (x, y). */
export function distort(lens: Distortion, x: number, y: number): Point {
  if (lens.model === 'fisheye') {
    const radius = Math.hypot(x, y);
    if (radius < 1e-12) return [x, y];
    const scale = fisheyeAngle(lens, Math.atan(radius)) / radius;
    return [x * scale, y * scale];
  }
  const { k1, k2, k3, p1, p2 } = lens;
  const r = x * x + y * y;
  const d = 1 + r * (k1 + r * (k2 + r * k3));
  return [x * d + 2 * p1 * x * y + p2 * (r + 2 * x * x), y * d + 2 * p2 * x * y + p1 * (r + 2 * y * y)];
}

/** Ideal pinhole point of an image point. Fisheye points beyond 90 degrees have none: use `directionOf`. */
export function undistort(lens: Distortion, xd: number, yd: number): Point {
  if (lens.model === 'fisheye') {
    const [x, y, z] = directionOf(lens, xd, yd);
    return [x / z, y / z];
  }
  const { k1, k2, k3, p1, p2 } = lens;
  let x = xd;
  let y = yd;
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const [u, v] = distort(lens, x, y);
    const r = x * x + y * y;
    const d = 1 + r * (k1 + r * (k2 + r * k3));
    const dr = k1 + r * (2 * k2 + r * 3 * k3); // d(d)/dr
    const j00 = d + 2 * x * x * dr + 2 * p1 * y + 6 * p2 * x;
    const j01 = 2 * x * y * dr + 2 * p1 * x + 2 * p2 * y;
    const j11 = d + 2 * y * y * dr + 2 * p2 * x + 6 * p1 * y;
    const determinant = j00 * j11 - j01 * j01; // the Jacobian is symmetric
    if (Math.abs(determinant) < 1e-9) break; // fold of the lens model: no better point to be had
    const stepX = (j11 * (u - xd) - j01 * (v - yd)) / determinant;
    const stepY = (j00 * (v - yd) - j01 * (u - xd)) / determinant;
    x -= stepX;
    y -= stepY;
    if (stepX * stepX + stepY * stepY < 1e-24) break;
  }
  return [x, y];
}

/** Unit direction (x right, y down, z forward) of a distorted image point; null lens: plain pinhole. */
export function directionOf(lens: Distortion | null, xd: number, yd: number): [number, number, number] {
  if (lens?.model === 'fisheye') {
    const radius = Math.hypot(xd, yd);
    if (radius < 1e-12) return [0, 0, 1];
    const angle = fisheyeUnangle(lens, radius);
    const sine = Math.sin(angle) / radius;
    return [xd * sine, yd * sine, Math.cos(angle)];
  }
  const [x, y] = lens ? undistort(lens, xd, yd) : [xd, yd];
  const length = Math.hypot(x, y, 1);
  return [x / length, y / length, 1 / length];
}

/** Distance from the image centre of a ray at `angle` to the axis. */
function fisheyeAngle({ k1, k2, k3, k4 }: Distortion, angle: number): number {
  const a = angle * angle;
  return angle * (1 + a * (k1 + a * (k2 + a * (k3 + a * k4))));
}

function fisheyeUnangle(lens: Distortion, distance: number): number {
  const { k1, k2, k3, k4 } = lens;
  let angle = Math.min(distance, Math.PI);
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const a = angle * angle;
    const slope = 1 + a * (3 * k1 + a * (5 * k2 + a * (7 * k3 + a * 9 * k4)));
    if (slope < 1e-6) break;
    const change = (fisheyeAngle(lens, angle) - distance) / slope;
    angle = Math.min(Math.max(angle - change, 0), Math.PI);
    if (Math.abs(change) < 1e-12) break;
  }
  return angle;
}
