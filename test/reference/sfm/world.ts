// A made-up world for structure from motion: points in a cube, cameras on an arc round it that look at it, what each
// camera sees with noise, and matches between all of them, some of them wrong. All of it seeded.

import { mulberry32 } from '../../../src/random.ts';
import { apply3, type Mat3 } from '../../../src/sfm/geometry/matrix3.ts';
import type { Pose } from '../../../src/sfm/geometry/p3p.ts';
import type { Features, VerifiedPair } from '../../../src/sfm/types.ts';
import { verify } from '../../../src/sfm/verification/verify.ts';

export interface World {
  poses: Pose[];
  points: [number, number, number][];
  focal: number;
  k1: number;
  size: number;
  features: Features[];
  /** Of each picture, the point of each feature. */
  pointOf: Int32Array[];
}

/** Normal deviate of variance 1 (Box and Muller). */
export function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** World-to-camera, z forward, y down, looking from `eye` at `target` with +z of the world up. */
export function lookAt(eye: readonly number[], target: readonly number[]): Pose {
  const unit = (v: number[]) => v.map((x) => x / Math.hypot(...v));
  const cross = (a: number[], b: number[]) => [
    a[1] * b[2] - a[2] * b[1],
    a[2] * b[0] - a[0] * b[2],
    a[0] * b[1] - a[1] * b[0],
  ];
  const z = unit(target.map((x, k) => x - eye[k]));
  const x = unit(cross(z, [0, 0, 1]));
  const y = cross(z, x);
  const rotation: Mat3 = [...x, ...y, ...z];
  const [a, b, c] = apply3(rotation, eye[0], eye[1], eye[2]);
  return { rotation, translation: [-a, -b, -c] };
}

export interface WorldOptions {
  cameras: number;
  points: number;
  /** Pixels. */
  noise: number;
  /** Radians of the arc that the cameras stand on; 0: all in one place, turned. */
  arc: number;
  /** All points in one plane. */
  flat?: boolean;
  k1?: number;
  seed?: number;
}

export function makeWorld({ cameras, points, noise, arc, flat, k1 = 0, seed = 1 }: WorldOptions): World {
  const random = mulberry32(seed);
  const size = 400;
  const focal = 440;
  const places = Array.from({ length: points }, (): [number, number, number] => [
    2 * random() - 1,
    flat ? 0 : 2 * random() - 1,
    2 * random() - 1,
  ]);
  const poses = Array.from({ length: cameras }, (_, c) => {
    if (arc === 0) return lookAt([0, -4, 0.5], [1.2 * (c / (cameras - 1) - 0.5), 0, 0.3 * random()]);
    const angle = arc * (c / (cameras - 1) - 0.5);
    const radius = 4 + 0.6 * random();
    return lookAt(
      [radius * Math.sin(angle), -radius * Math.cos(angle), 1 + random()],
      [0.2 * random(), 0, 0.2 * random()],
    );
  });
  const features: Features[] = [];
  const pointOf: Int32Array[] = [];
  for (const { rotation, translation: t } of poses) {
    const seen: { x: number; y: number; p: number }[] = [];
    places.forEach((place, p) => {
      const [qx, qy, qz] = apply3(rotation, ...place).map((value, k) => value + t[k]);
      const [a, b] = [qx / qz, qy / qz];
      const d = 1 + k1 * (a * a + b * b);
      const x = size / 2 + focal * d * a + noise * gaussian(random);
      const y = size / 2 + focal * d * b + noise * gaussian(random);
      if (qz > 0 && x > 0 && y > 0 && x < size && y < size) seen.push({ x, y, p });
    });
    const descriptors = new Uint8Array(seen.length * 128);
    seen.forEach(({ p }, i) => {
      descriptors.set(descriptorOf(p), i * 128);
    });
    features.push({
      count: seen.length,
      x: Float32Array.from(seen, ({ x }) => x),
      y: Float32Array.from(seen, ({ y }) => y),
      scale: new Float32Array(seen.length).fill(2),
      angle: new Float32Array(seen.length),
      descriptors,
    });
    pointOf.push(Int32Array.from(seen, ({ p }) => p));
  }
  return { poses, points: places, focal, k1, size, features, pointOf };
}

/** The same world where each picture shows only the points that are kept for it: what look-alikes make of two places. */
export function withheld(world: World, isKept: (camera: number, place: readonly number[]) => boolean): World {
  const kept = world.pointOf.map((points, camera) =>
    [...points.keys()].filter((i) => isKept(camera, world.points[points[i]])),
  );
  const features = world.features.map(({ x, y, scale, angle, descriptors }, camera) => {
    const own = kept[camera];
    const pick = (values: Float32Array) => Float32Array.from(own, (i) => values[i]);
    const packed = new Uint8Array(own.length * 128);
    own.forEach((i, k) => {
      packed.set(descriptors.subarray(i * 128, i * 128 + 128), k * 128);
    });
    return { count: own.length, x: pick(x), y: pick(y), scale: pick(scale), angle: pick(angle), descriptors: packed };
  });
  return {
    ...world,
    features,
    pointOf: kept.map((own, camera) => Int32Array.from(own, (i) => world.pointOf[camera][i])),
  };
}

/** 64 of 128 bytes at 64, which ones by the point: length 512, as real ones are. */
function descriptorOf(point: number): Uint8Array {
  const random = mulberry32(1000 + point);
  const out = new Uint8Array(128);
  for (let filled = 0; filled < 64; ) {
    const k = Math.floor(128 * random());
    if (out[k]) continue;
    out[k] = 64;
    filled++;
  }
  return out;
}

/** Verified pairs of all pictures; a share of the matches put in is wrong. */
export function pairsOfWorld(world: World, wrong: number, seed = 3): VerifiedPair[] {
  const random = mulberry32(seed);
  const pairs: VerifiedPair[] = [];
  for (let first = 0; first < world.poses.length; first++) {
    for (let second = first + 1; second < world.poses.length; second++) {
      const featureOf = new Map<number, number>();
      for (const [j, p] of world.pointOf[second].entries()) featureOf.set(p, j);
      const matches: number[] = [];
      world.pointOf[first].forEach((p, i) => {
        const j = featureOf.get(p);
        if (j === undefined) return;
        const other = Math.floor(random() * world.pointOf[second].length);
        matches.push(i, random() < wrong ? other : j);
      });
      const found = verify(
        world.features[first],
        world.features[second],
        Int32Array.from(matches),
        world.size,
        first * 100 + second,
      );
      if (found) pairs.push({ first, second, ...found });
    }
  }
  return pairs;
}
