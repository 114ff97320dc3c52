// From the dataset's world to the scene's: +Y up, the subject in [-1, 1]^3. Files in instant-ngp's convention say
// where their unit box is. Elsewhere the cameras tell: the point nearest to all viewing axes is the centre, the up
// that most of them agree on is up, and the scale is such that what a picture shows at that point fills the box.

import type { Dataset, RawIntrinsics } from './dataset.ts';
import {
  add,
  column,
  cross,
  dot,
  fromColumns,
  invertAffine,
  type Mat4,
  multiply,
  norm,
  orthonormalised,
  scaled,
  subtract,
  transformDirection,
  transformPoint,
  unit,
  type Vec3,
} from './matrix.ts';

/** +Z up (Blender, instant-ngp, nerfstudio) to +Y up: (x, y, z) -> (x, z, -y). */
const Y_UP_FROM_Z_UP: Mat4 = [1, 0, 0, 0, 0, 0, 1, 0, 0, -1, 0, 0, 0, 0, 0, 1];

/** Share of the box's half side that half a picture covers at the focus; the rest is margin. */
const FILL = 0.8;
/** Cameras' median distance to the focus, scene units: near enough to use the box, yet outside of it ... */
const NEAREST = 1.6;
/** ... and not so far that contraction of the space beyond the box would squeeze the cameras together. */
const FARTHEST = 4;

export interface PlacedCamera {
  cameraToWorld: Mat4;
  intrinsics: RawIntrinsics;
}

/** Cameras' median distance to what they look at, in half sides of the box, within which the box can be meant. */
const NEAREST_IN_BOX = 0.3;
const FARTHEST_IN_BOX = 10;

/**
 * The placement to go by. A box is believed where the cameras agree with it: where what they look at lies in it, at a
 * distance at which it is neither a dot nor all round them. Files in the units of whoever measured them say nothing of
 * a box, or one that is elsewhere: the cameras place those, and that is said.
 * @param isCutOut the pictures are of a thing without its surroundings
 */
export function placementFor(
  placement: Dataset['placement'],
  cameras: readonly PlacedCamera[],
  isCutOut: boolean,
  notes: string[],
): Dataset['placement'] {
  if (placement.kind === 'cameras') return placement;
  if (placement.onlyFor === 'cut-outs' && !isCutOut) {
    notes.push('the poses say nothing of the size of the scene: it was placed by where the cameras look');
    return { kind: 'cameras' };
  }
  const sceneFromWorld = sceneFromWorldOf(placement, cameras);
  const positions = cameras.map((c) => transformPoint(sceneFromWorld, column(c.cameraToWorld, 3)));
  const forwards = cameras.map((c) => unit(scaled(transformDirection(sceneFromWorld, column(c.cameraToWorld, 2)), -1)));
  const fault = faultOfBox(positions, forwards, Math.max(1, placement.aabbScale));
  if (fault === null) return placement;
  notes.push(`${fault}: the scene was placed by where the cameras look`);
  return { kind: 'cameras' };
}

/** Null where nothing speaks against the box [-1, 1]^3, of `aabbScale` with its surroundings. */
function faultOfBox(positions: Vec3[], forwards: (Vec3 | null)[], aabbScale: number): string | null {
  const farthest = (p: Vec3) => Math.max(...p.map(Math.abs));
  if (forwards.some((forward) => forward === null) || !positions.flat().every(Number.isFinite)) {
    return "the unit box that the poses name is of a size that can't be meant";
  }
  const axes = forwards as Vec3[];
  const focus = nearestToAxes(positions, axes);
  const ahead = focus ? positions.filter((p, i) => dot(subtract(focus, p), axes[i]) > 0).length : 0;
  if (!focus || ahead <= 0.6 * positions.length) {
    // They look one way, or about: they must at least stand where the box and its surroundings are.
    const outside = positions.filter((p) => farthest(p) > FARTHEST_IN_BOX * aabbScale).length;
    return 2 * outside > positions.length ? 'the cameras are far outside of the unit box that the poses name' : null;
  }
  const distance = median(positions.map((p) => norm(subtract(p, focus))));
  if (farthest(focus) > 1 + 0.5 * distance) return 'nothing that the cameras look at is in the unit box of the poses';
  if (distance > FARTHEST_IN_BOX) return 'the unit box that the poses name is far smaller than what the cameras show';
  if (distance < NEAREST_IN_BOX) return 'the unit box that the poses name is far larger than where the cameras are';
  return null;
}

export function sceneFromWorldOf(placement: Dataset['placement'], cameras: readonly PlacedCamera[]): Mat4 {
  if (placement.kind === 'cameras') return placedByCameras(cameras);
  const { scale, offset } = placement;
  const s = 2 * scale; // [0, 1]^3 -> [-1, 1]^3: 2 (world scale + offset) - 1
  const [x, y, z] = offset.map((o) => 2 * o - 1);
  return multiply(Y_UP_FROM_Z_UP, [s, 0, 0, x, 0, s, 0, y, 0, 0, s, z, 0, 0, 0, 1]);
}

/** Camera pose in scene units: a similarity applied to the position, its rotation alone to the axes. */
export function placedPose(sceneFromWorld: Mat4, cameraToWorld: Mat4): Mat4 {
  return orthonormalised(multiply(sceneFromWorld, cameraToWorld));
}

function placedByCameras(cameras: readonly PlacedCamera[]): Mat4 {
  const positions = cameras.map((c) => column(c.cameraToWorld, 3));
  const forwards = cameras.map((c) => scaled(column(c.cameraToWorld, 2), -1));
  const { focus, distance } = subject(cameras, positions, forwards);

  const up = unit(middle(cameras.map((c) => column(c.cameraToWorld, 1)))) ?? [0, 0, 1];
  // The side that the cameras stand on becomes the front (+z), so that a turntable starts where photographs are.
  const aside = subtract(mean(positions), focus);
  const level = subtract(aside, scaled(up, dot(aside, up)));
  const front = unit(level) ?? unit(cross(column(cameras[0].cameraToWorld, 0), up)) ?? perpendicular(up);
  const right = cross(up, front);

  const rotation = invertAffine(fromColumns(right, up, front, [0, 0, 0]));
  const s = distance.wanted / distance.found;
  const scale: Mat4 = [s, 0, 0, 0, 0, s, 0, 0, 0, 0, s, 0, 0, 0, 0, 1];
  const centred = fromColumns([1, 0, 0], [0, 1, 0], [0, 0, 1], scaled(focus, -1));
  return multiply(scale, multiply(rotation, centred));
}

interface Subject {
  focus: Vec3;
  /** A length in the dataset's world, and what it shall be in the scene's. */
  distance: { found: number; wanted: number };
}

function subject(cameras: readonly PlacedCamera[], positions: Vec3[], forwards: Vec3[]): Subject {
  const centre = mean(positions);
  const spread = median(positions.map((p) => norm(subtract(p, centre))));
  const seen = FILL / median(cameras.map((c) => halfTangent(c.intrinsics)));
  const wanted = Math.min(Math.max(seen, NEAREST), FARTHEST);

  const focus = nearestToAxes(positions, forwards);
  if (focus) {
    const depths = positions.map((p, i) => dot(subtract(focus, p), forwards[i]));
    const found = median(positions.map((p) => norm(subtract(p, focus))));
    // The axes must meet in front of most cameras; where they look outwards, they meet behind them.
    if (depths.filter((depth) => depth > 0).length > 0.6 * depths.length && found > 1e-6 * norm(centre)) {
      return { focus, distance: { found, wanted } };
    }
  }
  const forward = mean(forwards);
  if (norm(forward) > 0.9) {
    // All look one way: take a subject a few times as far as the cameras are apart, as such captures are made.
    const depth = 4 * spread || 1;
    return { focus: add(centre, scaled(forward, depth / norm(forward))), distance: { found: depth, wanted } };
  }
  // Looking about from within: the cameras take the inner half of the box, the room is around them.
  return { focus: centre, distance: { found: spread || 1, wanted: 0.5 } };
}

/**
 * The point with the least sum of distances to the axes (not of squares: a few stray views do not draw it away),
 * by reweighted least squares. Null when the axes are all but parallel and the point would be noise.
 */
export function nearestToAxes(positions: readonly Vec3[], directions: readonly Vec3[]): Vec3 | null {
  if (positions.length < 2 || isParallel(directions)) return null;
  let weights = positions.map(() => 1);
  let point: Vec3 = mean(positions);
  for (let pass = 0; pass < 20; pass++) {
    // Sum of w (I - d d^T) (x - p) = 0
    const a = new Array<number>(9).fill(0);
    const b: Vec3 = [0, 0, 0];
    positions.forEach((p, i) => {
      const d = directions[i];
      for (let row = 0; row < 3; row++) {
        for (let col = 0; col < 3; col++) {
          const entry = weights[i] * ((row === col ? 1 : 0) - d[row] * d[col]);
          a[row * 3 + col] += entry;
          b[row] += entry * p[col];
        }
      }
    });
    const inverse = invertAffine([a[0], a[1], a[2], 0, a[3], a[4], a[5], 0, a[6], a[7], a[8], 0, 0, 0, 0, 1]);
    point = [0, 1, 2].map((r) => dot([inverse[r * 4], inverse[r * 4 + 1], inverse[r * 4 + 2]], b)) as Vec3;
    const distances = positions.map((p, i) => {
      const offset = subtract(point, p);
      return norm(subtract(offset, scaled(directions[i], dot(offset, directions[i]))));
    });
    const floor = 0.05 * median(distances) + 1e-12;
    weights = distances.map((distance) => 1 / Math.max(distance, floor));
  }
  return point.every(Number.isFinite) ? point : null;
}

/** True when the directions differ by less than about half a degree. */
function isParallel(directions: readonly Vec3[]): boolean {
  const first = directions[0];
  return directions.every((d) => norm(cross(first, d)) < 0.01);
}

/** Tangent of half the angle of view, mean of both sides, as far as the intrinsics tell without the picture. */
function halfTangent({ width, height, fx, fy, angleX, angleY }: RawIntrinsics): number {
  const tangents: number[] = [];
  if (fx && width) tangents.push((0.5 * width) / fx);
  else if (angleX) tangents.push(Math.tan(0.5 * angleX));
  if ((fy ?? fx) && height) tangents.push((0.5 * height) / (fy ?? fx)!);
  else if (angleY) tangents.push(Math.tan(0.5 * angleY));
  return tangents.length > 0 ? tangents.reduce((sum, t) => sum + t, 0) / tangents.length : 0.5;
}

function perpendicular(a: Vec3): Vec3 {
  return unit(cross(a, Math.abs(a[0]) < 0.9 ? [1, 0, 0] : [0, 1, 0]))!;
}

function mean(points: readonly Vec3[]): Vec3 {
  return scaled(
    points.reduce((sum, p) => add(sum, p), [0, 0, 0] as Vec3),
    1 / points.length,
  );
}

/** Geometric median: where a part of the pictures is upside down (a turned object), the greater part decides. */
function middle(points: readonly Vec3[]): Vec3 {
  let centre = mean(points);
  for (let pass = 0; pass < 30; pass++) {
    const weights = points.map((p) => 1 / Math.max(norm(subtract(p, centre)), 0.01));
    const total = weights.reduce((sum, w) => sum + w, 0);
    centre = scaled(
      points.reduce((sum, p, i) => add(sum, scaled(p, weights[i])), [0, 0, 0] as Vec3),
      1 / total,
    );
  }
  return centre;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
