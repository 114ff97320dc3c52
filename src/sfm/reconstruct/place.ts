// Where the world stands: +Z up, the subject in the middle, cameras at a median distance of 1 from it. Up comes from
// the cameras: photographers hold the horizon level, so that up is at right angles to the pictures' horizontal axes.

import { symmetricEigen } from '../geometry/eigen.ts';
import { apply3, type Mat3, multiply3, transpose3 } from '../geometry/matrix3.ts';
import type { Model } from './model.ts';

export interface Placement {
  /** placed = scale (rotation x - centre) */
  rotation: Mat3;
  centre: [number, number, number];
  scale: number;
}

/** Horizontal axes that all but lie on one line do not tell up (all pictures from one side). */
const LEAST_SPREAD = 0.02;

/** @param orientations EXIF's, of each picture: which of its sides is up; all upright where not given */
export function placementOf(model: Model, orientations: readonly number[] = []): Placement {
  const cameras = [...model.registered.keys()].filter((c) => model.registered[c]);
  const up = upOf(model, cameras, orientations);
  const side = Math.abs(up[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0];
  const along = side[0] * up[0] + side[1] * up[1] + side[2] * up[2];
  const x = side.map((value, k) => value - along * up[k]);
  const length = Math.hypot(...x);
  const ux = x.map((value) => value / length);
  const uy = [up[1] * ux[2] - up[2] * ux[1], up[2] * ux[0] - up[0] * ux[2], up[0] * ux[1] - up[1] * ux[0]];
  const rotation: Mat3 = [...ux, ...uy, ...up];
  const centre = middleOfPoints(model, rotation);
  const distances = cameras.map((c) => {
    const place = apply3(rotation, ...model.centre(c));
    return Math.hypot(place[0] - centre[0], place[1] - centre[1], place[2] - centre[2]);
  });
  return { rotation, centre, scale: 1 / Math.max(median(distances), 1e-12) };
}

/** Of each EXIF orientation, the row of the rotation and the sign that point right, and down, in the shown picture. */
const SHOWN_AXES: Readonly<Record<number, { right: [number, number]; down: [number, number] }>> = {
  1: { right: [0, 1], down: [3, 1] },
  2: { right: [0, -1], down: [3, 1] },
  3: { right: [0, -1], down: [3, -1] },
  4: { right: [0, 1], down: [3, -1] },
  5: { right: [3, 1], down: [0, 1] },
  6: { right: [3, -1], down: [0, 1] },
  7: { right: [3, -1], down: [0, -1] },
  8: { right: [3, 1], down: [0, -1] },
};

function upOf(model: Model, cameras: readonly number[], orientations: readonly number[]): [number, number, number] {
  const normal = new Float64Array(9);
  const mean = [0, 0, 0];
  for (const c of cameras) {
    const r = model.rotations.subarray(c * 9, c * 9 + 9);
    const { right, down } = SHOWN_AXES[orientations[c] ?? 1] ?? SHOWN_AXES[1];
    for (let i = 0; i < 3; i++) {
      mean[i] -= down[1] * r[down[0] + i];
      for (let j = 0; j < 3; j++) normal[i * 3 + j] += r[right[0] + i] * r[right[0] + j];
    }
  }
  const { values, vectors } = symmetricEigen(normal, 3);
  const level = [...vectors[0]];
  const sign = level.reduce((sum, value, k) => sum + value * mean[k], 0) < 0 ? -1 : 1;
  const length = Math.hypot(...mean);
  // Pictures turned on their side have other axes: where the two disagree by much, the mean is the safer.
  const agreement = Math.abs(level.reduce((sum, value, k) => sum + value * mean[k], 0)) / Math.max(length, 1e-12);
  if (values[1] > LEAST_SPREAD * cameras.length && values[0] < 0.3 * values[1] && agreement > 0.7) {
    return [sign * level[0], sign * level[1], sign * level[2]];
  }
  return length > 1e-9 ? [mean[0] / length, mean[1] / length, mean[2] / length] : [0, 0, 1];
}

/** Median of the points, each as often as it is seen: the subject is what most pictures show. */
function middleOfPoints(model: Model, rotation: Mat3): [number, number, number] {
  const axes: number[][] = [[], [], []];
  for (const point of model.points) {
    if (!point) continue;
    const place = apply3(rotation, point.x, point.y, point.z);
    for (let k = 0; k < point.cameras.length; k++) for (let a = 0; a < 3; a++) axes[a].push(place[a]);
  }
  return axes.map(median) as [number, number, number];
}

function median(values: number[]): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[sorted.length >> 1] ?? 0;
}

/** Row-major 4x4 camera-to-world, OpenGL axes (x right, y up, z backwards), placed. */
export function placedCamera(model: Model, camera: number, { rotation, centre, scale }: Placement): number[] {
  const [px, py, pz] = apply3(rotation, ...model.centre(camera));
  const axes = multiply3(rotation, transpose3(model.pose(camera).rotation));
  return [
    ...[axes[0], -axes[1], -axes[2], scale * (px - centre[0])],
    ...[axes[3], -axes[4], -axes[5], scale * (py - centre[1])],
    ...[axes[6], -axes[7], -axes[8], scale * (pz - centre[2])],
    ...[0, 0, 0, 1],
  ];
}

export function placedPoint(
  x: number,
  y: number,
  z: number,
  { rotation, centre, scale }: Placement,
): [number, number, number] {
  const [a, b, c] = apply3(rotation, x, y, z);
  return [scale * (a - centre[0]), scale * (b - centre[1]), scale * (c - centre[2])];
}
