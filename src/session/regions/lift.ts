// Between a rendered view's pixels and points of the scene: what the surface under a pixel is, and where in the view a
// point of the surface is seen.

import { dot, invertAffine, type Vec3 } from '../../scene/matrix.ts';
import { rayOfPixel } from '../../scene/rays.ts';
import type { Camera } from '../../scene/types.ts';

/** What was rendered of a view whose camera has the picture's size. Row-major, row 0 at the top. */
export interface DepthView {
  camera: Camera;
  /** View-space z, scene units. [H, W] */
  depth: Float32Array;
  /** [H, W] */
  opacity: Float32Array;
}

/** Less opaque pixels show no surface. */
const OPAQUE = 0.5;
/** A pixel whose inverse depth is so far from the line between its neighbours mixes two surfaces (a share of it). */
const TORN = 0.03;

/** The point seen at the pixel position (x, y), at view-space depth z. */
export function pointAt(camera: Camera, x: number, y: number, z: number): Vec3 {
  const { origin, direction } = rayOfPixel(camera, x, y);
  const m = camera.cameraToWorld;
  const t = z / -dot(direction, [m[2], m[6], m[10]]);
  return [origin[0] + t * direction[0], origin[1] + t * direction[1], origin[2] + t * direction[2]];
}

/** Points under all pixels. [H, W, 3] scene units, NaN where there is no surface or two are mixed */
export function liftView({ camera, depth, opacity }: DepthView): Float32Array {
  const { width, height } = camera;
  const points = new Float32Array(3 * width * height).fill(Number.NaN);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (!(opacity[i] > OPAQUE) || !(depth[i] > 0)) continue;
      if (x > 0 && x < width - 1 && isTorn(depth[i - 1], depth[i], depth[i + 1])) continue;
      if (y > 0 && y < height - 1 && isTorn(depth[i - width], depth[i], depth[i + width])) continue;
      points.set(pointAt(camera, x + 0.5, y + 0.5, depth[i]), 3 * i);
    }
  }
  return points;
}

/** 1/z is linear over any plane. */
const isTorn = (before: number, here: number, after: number) => !(Math.abs(here / before + here / after - 2) < TORN);

/**
 * Normals of lifted points, towards the eye. [H, W, 3], NaN where a neighbour is missing
 * @param points [H, W, 3], see liftView
 */
export function normalsOf(points: Float32Array, { width, height, cameraToWorld: m }: Camera): Float32Array {
  const normals = new Float32Array(points.length).fill(Number.NaN);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const i = 3 * (y * width + x);
      const [ax, ay, az] = [0, 1, 2].map((c) => points[i + 3 + c] - points[i - 3 + c]);
      const [bx, by, bz] = [0, 1, 2].map((c) => points[i - 3 * width + c] - points[i + 3 * width + c]);
      const [nx, ny, nz] = [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
      const length = Math.hypot(nx, ny, nz);
      const facing = nx * (m[3] - points[i]) + ny * (m[7] - points[i + 1]) + nz * (m[11] - points[i + 2]);
      const scale = (facing < 0 ? -1 : 1) / length;
      if (length > 0) normals.set([nx * scale, ny * scale, nz * scale], i);
    }
  }
  return normals;
}

/** Finds points in a view without a lens. @returns for a point: pixel position and depth, depth <= 0 behind the camera */
export function projector(camera: Camera): (x: number, y: number, z: number) => [x: number, y: number, depth: number] {
  const m = invertAffine(camera.cameraToWorld);
  const { fx, fy, cx, cy } = camera;
  return (x, y, z) => {
    const depth = -(m[8] * x + m[9] * y + m[10] * z + m[11]);
    const px = (fx * (m[0] * x + m[1] * y + m[2] * z + m[3])) / depth + cx;
    const py = cy - (fy * (m[4] * x + m[5] * y + m[6] * z + m[7])) / depth;
    return [px, py, depth];
  };
}
