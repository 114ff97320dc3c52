// New points from tracks and new observations of points that are there. A track may hold a wrong match: a place is
// taken that most of its pictures agree on, by trying pairs of them.

import { nearestToRays, type WorldRay, worldRay } from '../geometry/triangulate.ts';
import { undistorted } from './lens.ts';
import type { Model } from './model.ts';
import type { Tracks } from './tracks.ts';

export interface TriangulationOptions {
  /** Largest reprojection error, pixels. */
  error: number;
  /** Least angle between two rays of a point, radians. */
  angle: number;
}

/** Pairs of rays tried on one track. */
const TRIES = 24;

/** Goes over the tracks (all, or those a picture sees): extends their points, makes new ones. @returns points made */
export function triangulateTracks(
  model: Model,
  tracks: Tracks,
  options: TriangulationOptions,
  cameras: readonly number[] | null = null,
): number {
  const wanted = cameras ? tracksOf(tracks, cameras) : Int32Array.from({ length: tracks.count }, (_, t) => t);
  let made = 0;
  for (const t of wanted) made += triangulateTrack(model, tracks, t, options);
  return made;
}

function tracksOf(tracks: Tracks, cameras: readonly number[]): Int32Array {
  const seen = new Set<number>();
  for (const c of cameras) for (const t of tracks.trackOf[c]) if (t >= 0) seen.add(t);
  return Int32Array.from(seen).sort();
}

function triangulateTrack(model: Model, tracks: Tracks, t: number, options: TriangulationOptions): number {
  const free: [number, number][] = [];
  const points = new Set<number>();
  for (let o = tracks.first[t]; o < tracks.first[t + 1]; o++) {
    const [camera, feature] = [tracks.cameraOf[o], tracks.featureOf[o]];
    if (!model.registered[camera]) continue;
    const point = model.pointOf[camera][feature];
    if (point >= 0) points.add(point);
    else free.push([camera, feature]);
  }
  if (free.length === 0) return 0;
  const limit = options.error * options.error;
  let rest = free;
  for (const index of points) {
    const { x, y, z } = model.points[index]!;
    rest = rest.filter(([camera, feature]) => {
      if (model.points[index]!.cameras.includes(camera)) return true;
      if (model.squaredError(camera, feature, x, y, z) > limit) return true;
      model.addObservation(index, camera, feature);
      return false;
    });
  }
  return rest.length >= 2 && newPoint(model, rest, options) ? 1 : 0;
}

function newPoint(model: Model, free: readonly [number, number][], options: TriangulationOptions): boolean {
  const rays = free.map(([camera, feature]) => rayOf(model, camera, feature));
  const limit = options.error * options.error;
  const cosine = Math.cos(options.angle);
  let best: { place: [number, number, number]; inliers: number[] } | null = null;
  const inliersAt = ([x, y, z]: [number, number, number]) =>
    free.flatMap(([camera, feature], k) => (model.squaredError(camera, feature, x, y, z) <= limit ? [k] : []));
  for (const [a, b] of pairsToTry(free.length)) {
    if (dotOf(rays[a], rays[b]) > cosine) continue;
    const place = nearestToRays([rays[a], rays[b]]);
    if (!place) continue;
    const inliers = inliersAt(place);
    if (inliers.length < 2 || (best && inliers.length <= best.inliers.length)) continue;
    best = { place, inliers };
    if (inliers.length === free.length) break;
  }
  if (!best) return false;
  if (best.inliers.length > 2) {
    const place = nearestToRays(best.inliers.map((k) => rays[k]));
    const inliers = place ? inliersAt(place) : [];
    if (place && inliers.length >= best.inliers.length) best = { place, inliers };
  }
  model.addPoint(
    best.place,
    best.inliers.map((k) => free[k][0]),
    best.inliers.map((k) => free[k][1]),
  );
  return true;
}

/** All pairs of a few; of many, pairs ever farther apart in the list, spread evenly. */
function pairsToTry(n: number): [number, number][] {
  const all: [number, number][] = [];
  for (let step = n - 1; step >= 1; step--) for (let a = 0; a + step < n; a++) all.push([a, a + step]);
  if (all.length <= TRIES) return all;
  return Array.from({ length: TRIES }, (_, k) => all[Math.floor((k * all.length) / TRIES)]);
}

export function rayOf(model: Model, camera: number, feature: number): WorldRay {
  const { x, y } = model.features[camera];
  const [px, py] = undistorted(model.lenses, model.lensOf[camera], x[feature], y[feature]);
  const { rotation, translation } = model.pose(camera);
  return worldRay(rotation, translation, px, py);
}

const dotOf = ({ direction: a }: WorldRay, { direction: b }: WorldRay): number =>
  a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** Drops observations that miss by more than the error, and points without an angle. @returns observations dropped */
export function filterPoints(model: Model, options: TriangulationOptions): number {
  const limit = options.error * options.error;
  const cosine = Math.cos(options.angle);
  const centres = Array.from({ length: model.features.length }, (_, c) =>
    model.registered[c] ? model.centre(c) : null,
  );
  let dropped = 0;
  model.points.forEach((point, index) => {
    if (!point) return;
    for (let k = point.cameras.length - 1; k >= 0 && model.points[index]; k--) {
      if (model.squaredError(point.cameras[k], point.features[k], point.x, point.y, point.z) <= limit) continue;
      model.dropObservation(index, k);
      dropped++;
    }
    if (!model.points[index]) return;
    if (smallestCosine(point, centres) > cosine) {
      dropped += point.cameras.length;
      model.dropPoint(index);
    }
  });
  return dropped;
}

/** Cosine of the widest angle under which two of its cameras see a point. */
function smallestCosine(
  { x, y, z, cameras }: { x: number; y: number; z: number; cameras: number[] },
  centres: readonly ([number, number, number] | null)[],
): number {
  const directions = cameras.map((c) => {
    const [a, b, d] = centres[c]!;
    const [dx, dy, dz] = [x - a, y - b, z - d];
    const length = Math.sqrt(dx * dx + dy * dy + dz * dz);
    return [dx / length, dy / length, dz / length];
  });
  let least = 1;
  for (let i = 0; i < directions.length; i++) {
    for (let j = i + 1; j < directions.length; j++) {
      const [a, b] = [directions[i], directions[j]];
      least = Math.min(least, a[0] * b[0] + a[1] * b[1] + a[2] * b[2]);
    }
  }
  return least;
}
