// The pose of one more picture from the points that it sees: P3P inside RANSAC, then the pose alone adjusted over all
// points that fit.

import { adjust } from '../bundle/adjust.ts';
import { LENS_PARAMETERS } from '../bundle/model.ts';
import { type Pose, p3p } from '../geometry/p3p.ts';
import { ransac } from '../geometry/ransac.ts';
import { undistorted } from './lens.ts';
import type { Model } from './model.ts';
import type { Tracks } from './tracks.ts';

export interface RegistrationOptions {
  /** Largest reprojection error, pixels. */
  error: number;
  leastInliers: number;
  leastShare: number;
  seed: number;
}

export interface Sighting {
  feature: number;
  point: number;
}

/** Features of an unregistered picture whose track has a point. */
export function sightings(model: Model, tracks: Tracks, camera: number): Sighting[] {
  const found: Sighting[] = [];
  tracks.trackOf[camera].forEach((t, feature) => {
    if (t < 0) return;
    for (let o = tracks.first[t]; o < tracks.first[t + 1]; o++) {
      const point = model.pointOf[tracks.cameraOf[o]][tracks.featureOf[o]];
      if (point < 0) continue;
      found.push({ feature, point });
      break;
    }
  });
  return found;
}

/** How well a picture's sightings hold it: cells of grids of 2, 4, ... 32 that have one, finer ones counting more. */
export function spreadScore(
  model: Model,
  camera: number,
  seen: readonly Sighting[],
  width: number,
  height: number,
): number {
  const { x, y } = model.features[camera];
  let score = 0;
  for (let cells = 2; cells <= 32; cells *= 2) {
    const filled = new Set<number>();
    for (const { feature } of seen) {
      filled.add(Math.floor((x[feature] / width) * cells) + cells * Math.floor((y[feature] / height) * cells));
    }
    score += filled.size * cells;
  }
  return score;
}

/** Registers the picture; false where too few points agree on a pose. */
export function registerCamera(
  model: Model,
  camera: number,
  seen: readonly Sighting[],
  options: RegistrationOptions,
): boolean {
  const found = poseOf(model, camera, seen, options);
  if (!found || found.inliers.length < options.leastInliers) return false;
  if (found.inliers.length < options.leastShare * seen.length) return false;
  model.register(camera, found.pose);
  const inliers = [...found.inliers].map((k) => seen[k]);
  refinePose(model, camera, inliers);
  const limit = options.error * options.error;
  for (const { feature, point } of inliers) {
    const { x, y, z, cameras } = model.points[point]!;
    if (cameras.includes(camera) || model.squaredError(camera, feature, x, y, z) > limit) continue;
    model.addObservation(point, camera, feature);
  }
  return true;
}

function poseOf(model: Model, camera: number, seen: readonly Sighting[], options: RegistrationOptions) {
  const { x, y } = model.features[camera];
  const lens = model.lensOf[camera];
  const n = seen.length;
  const rays = new Float64Array(n * 3);
  const ideal = new Float64Array(n * 2);
  const places = new Float64Array(n * 3);
  seen.forEach(({ feature, point }, k) => {
    const [u, v] = undistorted(model.lenses, lens, x[feature], y[feature]);
    const length = Math.hypot(u, v, 1);
    rays.set([u / length, v / length, 1 / length], k * 3);
    ideal.set([u, v], k * 2);
    const p = model.points[point]!;
    places.set([p.x, p.y, p.z], k * 3);
  });
  const at = (array: Float64Array, k: number) => [array[k * 3], array[k * 3 + 1], array[k * 3 + 2]];
  const found = ransac<Pose>(
    {
      count: n,
      sampleSize: 3,
      fit: (sample) =>
        p3p(
          [...sample].map((k) => at(rays, k)),
          [...sample].map((k) => at(places, k)),
        ),
      refit: (inliers, pose) => refined(pose, inliers, ideal, places),
      errors:
        ({ rotation: r, translation: t }) =>
        (k) => {
          const [px, py, pz] = [places[k * 3], places[k * 3 + 1], places[k * 3 + 2]];
          const qz = r[6] * px + r[7] * py + r[8] * pz + t[2];
          if (!(qz > 1e-9)) return Number.POSITIVE_INFINITY;
          const du = (r[0] * px + r[1] * py + r[2] * pz + t[0]) / qz - ideal[2 * k];
          const dv = (r[3] * px + r[4] * py + r[5] * pz + t[1]) / qz - ideal[2 * k + 1];
          return du * du + dv * dv;
        },
    },
    {
      threshold: options.error / model.lenses[lens * LENS_PARAMETERS],
      doubt: 1e-4,
      iterations: 3000,
      seed: options.seed + camera,
    },
  );
  return found && { pose: found.model, inliers: found.inliers };
}

/** Least squares of the pose alone, lens of focal length 1. */
function refined(pose: Pose, inliers: Int32Array, ideal: Float64Array, places: Float64Array): Pose {
  const n = inliers.length;
  const problem = {
    rotations: Float64Array.from(pose.rotation),
    translations: Float64Array.from(pose.translation),
    lenses: Float64Array.from([1, 0, 0, 0, 0]),
    lensOf: new Int32Array(1),
    points: new Float64Array(n * 3),
    cameraOf: new Int32Array(n),
    pointOf: Int32Array.from({ length: n }, (_, k) => k),
    pixels: new Float64Array(n * 2),
  };
  inliers.forEach((i, k) => {
    problem.points.set(places.subarray(i * 3, i * 3 + 3), k * 3);
    problem.pixels.set(ideal.subarray(i * 2, i * 2 + 2), k * 2);
  });
  adjust(
    problem,
    { poses: Uint8Array.of(1), lenses: new Uint8Array(5), pointsHeld: true },
    { iterations: 5, lossScale: Number.POSITIVE_INFINITY, tolerance: 1e-4 },
  );
  const [t0, t1, t2] = problem.translations;
  return { rotation: [...problem.rotations], translation: [t0, t1, t2] };
}

/** The pose alone, robustly, over sightings in pixels. */
function refinePose(model: Model, camera: number, seen: readonly Sighting[]): void {
  const { x, y } = model.features[camera];
  const problem = {
    rotations: model.rotations,
    translations: model.translations,
    lenses: model.lenses,
    lensOf: model.lensOf,
    points: new Float64Array(seen.length * 3),
    cameraOf: new Int32Array(seen.length).fill(camera),
    pointOf: Int32Array.from({ length: seen.length }, (_, k) => k),
    pixels: new Float64Array(seen.length * 2),
  };
  seen.forEach(({ feature, point }, k) => {
    const p = model.points[point]!;
    problem.points.set([p.x, p.y, p.z], k * 3);
    problem.pixels.set([x[feature], y[feature]], k * 2);
  });
  const poses = new Uint8Array(model.features.length);
  poses[camera] = 1;
  adjust(
    problem,
    { poses, lenses: new Uint8Array(model.lenses.length), pointsHeld: true },
    { iterations: 10, lossScale: 1, tolerance: 1e-6 },
  );
}
