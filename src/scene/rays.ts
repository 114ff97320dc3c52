// Pixels to rays and back on the CPU: the reference that the ray kernel is tested against. Pixel coordinates are
// continuous, row 0 at the top, centre of the first pixel at (0.5, 0.5). Rays are in scene units, directions of
// length 1. The camera looks down its own -z with +y up, the image's y runs down.

import { directionOf, distort } from './distortion.ts';
import { column, invertAffine, transformDirection, transformPoint, type Vec3 } from './matrix.ts';
import type { Camera } from './types.ts';

export interface Ray {
  origin: Vec3;
  /** Length 1. */
  direction: Vec3;
}

/** Ray through the pixel coordinates (x, y); lens distortion is undone. */
export function rayOfPixel(camera: Camera, x: number, y: number): Ray {
  const [dx, dy, dz] = directionOf(camera.distortion, (x - camera.cx) / camera.fx, (y - camera.cy) / camera.fy);
  return {
    origin: column(camera.cameraToWorld, 3),
    direction: transformDirection(camera.cameraToWorld, [dx, -dy, -dz]),
  };
}

/** Pixel coordinates and view-space depth of a point; depth <= 0 is behind the camera and has no pixel (NaN). */
export function pixelOfPoint(camera: Camera, point: Vec3): { x: number; y: number; depth: number } {
  const [px, py, pz] = transformPoint(invertAffine(camera.cameraToWorld), point);
  const depth = -pz;
  if (depth <= 0) return { x: Number.NaN, y: Number.NaN, depth };
  const ideal: [number, number] = [px / depth, -py / depth];
  const [u, v] = camera.distortion ? distort(camera.distortion, ...ideal) : ideal;
  return { x: camera.fx * u + camera.cx, y: camera.fy * v + camera.cy, depth };
}

/** The same camera for a picture of another size: intrinsics scaled, pose and lens kept. */
export function resizedCamera(camera: Camera, width: number, height: number): Camera {
  const sx = width / camera.width;
  const sy = height / camera.height;
  return {
    ...camera,
    width,
    height,
    fx: camera.fx * sx,
    cx: camera.cx * sx,
    fy: camera.fy * sy,
    cy: camera.cy * sy,
  };
}
