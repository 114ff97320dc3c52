// Where cameras of a scene stand and look, as three's vectors, and which of them to begin with.

import { Vector3 } from 'three/webgpu';
import type { Camera } from '../../scene/types.ts';

export function position(camera: Camera): Vector3 {
  const m = camera.cameraToWorld;
  return new Vector3(m[3], m[7], m[11]);
}

/** Unit direction the camera looks in. */
export function direction(camera: Camera): Vector3 {
  const m = camera.cameraToWorld;
  return new Vector3(-m[2], -m[6], -m[10]).normalize();
}

/** Of a window this narrow the sides of the picture are given up, not the height of what nobody photographed. */
const NARROW_ASPECT = 0.6;
const SIDES_GIVEN_UP = 0.2;

/** Vertical angle in degrees for a free view: the whole of the camera's picture, in a tall window nearly so. */
export function viewFov(camera: Camera, aspect: number): number {
  const narrowness = Math.min(1, Math.max(0, (1 - aspect) / (1 - NARROW_ASPECT)));
  const half = Math.tan((fittingFov(camera, aspect) * Math.PI) / 360) * (1 - SIDES_GIVEN_UP * narrowness);
  return (Math.atan(half) * 360) / Math.PI;
}

/** Vertical angle in degrees that shows the whole of the camera's picture in a window of the given aspect. */
export function fittingFov(camera: Camera, aspect: number): number {
  const halfHeight = camera.height / 2 / camera.fy;
  const halfWidth = camera.width / 2 / camera.fx;
  return (Math.atan(Math.max(halfHeight, halfWidth / aspect)) * 360) / Math.PI;
}

/**
 * Which of the cameras to begin with: rather low, as one stands before a picture, and in the middle of an arc where
 * the cameras stand on one.
 */
export function startingCamera(cameras: readonly Camera[], focus: Vector3): Camera {
  const offsets = cameras.map((camera) => position(camera).sub(focus).normalize());
  const heights = offsets.map(({ y }) => y).sort((a, b) => a - b);
  const wantedHeight = heights[Math.floor(0.3 * (heights.length - 1))];
  const mean = offsets.reduce((sum, offset) => sum.add(offset), new Vector3()).setY(0);
  // All round, the mean is short and says little; on an arc it is long and says where the middle is.
  mean.divideScalar(cameras.length);
  const scores = offsets.map(({ x, y, z }) => x * mean.x + z * mean.z - Math.abs(y - wantedHeight));
  return cameras[scores.indexOf(Math.max(...scores))];
}

/**
 * Where an orbit may go: distances in scene units, polar angles in radians from straight above, azimuths in radians from
 * +z towards +x, infinite where it goes all round.
 */
export interface OrbitLimits {
  minDistance: number;
  maxDistance: number;
  minPolar: number;
  maxPolar: number;
  minAzimuth: number;
  maxAzimuth: number;
}

/** So near to straight above or below the view would spin. */
const POLE_RAD = 0.14;
/** Lower than the lowest camera, or than level, by no more than this: below there is a floor that nobody photographed. */
const BELOW_RAD = 0.09;

/** A gap in the ring of cameras that is wider than this has a side that nobody photographed. */
const GAP_RAD = 1.9;
/** So far beyond the outermost cameras of an arc the view may still go. */
const BESIDE_RAD = 0.35;

/** Of cameras on an arc: from a little before its one end to a little behind the other, within one turn. */
function azimuthLimits(offsets: readonly Vector3[]): Pick<OrbitLimits, 'minAzimuth' | 'maxAzimuth'> {
  const angles = offsets.map(({ x, z }) => Math.atan2(x, z)).sort((a, b) => a - b);
  const turn = 2 * Math.PI;
  const gaps = angles.map((angle, i) => (i + 1 < angles.length ? angles[i + 1] : angles[0] + turn) - angle);
  const widest = gaps.indexOf(Math.max(...gaps));
  if (angles.length < 2 || gaps[widest] < GAP_RAD)
    return { minAzimuth: Number.NEGATIVE_INFINITY, maxAzimuth: Number.POSITIVE_INFINITY };
  const begin = angles[(widest + 1) % angles.length];
  return { minAzimuth: begin - BESIDE_RAD, maxAzimuth: begin + turn - gaps[widest] + BESIDE_RAD };
}

/** Bounds round what the cameras look at: a little more than where they stood, since nothing else is known. */
export function orbitLimits(cameras: readonly Camera[], focus: Vector3): OrbitLimits {
  const offsets = cameras.map((camera) => position(camera).sub(focus));
  const distances = offsets.map((offset) => offset.length());
  const polar = offsets.map((offset, i) => Math.acos(offset.y / Math.max(1e-6, distances[i])));
  return {
    minDistance: Math.max(0.05, 0.25 * Math.min(...distances)),
    maxDistance: Math.max(1, 2 * Math.max(...distances)),
    minPolar: Math.min(POLE_RAD, ...polar),
    maxPolar: Math.min(Math.PI - POLE_RAD, BELOW_RAD + Math.max(Math.PI / 2, ...polar)),
    ...azimuthLimits(offsets),
  };
}
