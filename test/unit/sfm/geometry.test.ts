// The small solvers against made-up truth: exact data first, then noise and wrong matches.

import { describe, expect, it } from 'vitest';
import { mulberry32 } from '../../../src/random.ts';
import { svd3, symmetricEigen } from '../../../src/sfm/geometry/eigen.ts';
import { essentialFromPoses, relativePose } from '../../../src/sfm/geometry/essential.ts';
import { eightPoint, sampson, sevenPoint } from '../../../src/sfm/geometry/fundamental.ts';
import { homographyOf, transferError } from '../../../src/sfm/geometry/homography.ts';
import {
  angleOfRotation,
  apply3,
  cubicRoots,
  determinant,
  invert3,
  type Mat3,
  multiply3,
  rotationOf,
  transpose3,
} from '../../../src/sfm/geometry/matrix3.ts';
import { p3p, quarticRoots } from '../../../src/sfm/geometry/p3p.ts';
import { ransac } from '../../../src/sfm/geometry/ransac.ts';
import { nearestToRays, worldRay } from '../../../src/sfm/geometry/triangulate.ts';
import { pairsOf } from '../../../src/sfm/verification/verify.ts';
import { makeWorld, type World } from '../../reference/sfm/world.ts';

const degrees = (radians: number) => (radians * 180) / Math.PI;

/** Matches of the first two pictures by the truth. */
function truePairs(world: World): Float64Array {
  const featureOf = new Map([...world.pointOf[1]].map((p, j) => [p, j]));
  const matches = [...world.pointOf[0]].flatMap((p, i) => (featureOf.has(p) ? [i, featureOf.get(p)!] : []));
  return pairsOf(world.features[0], world.features[1], Int32Array.from(matches));
}

const indices = (count: number) => Int32Array.from({ length: count }, (_, i) => i);

describe('small matrices', () => {
  const random = mulberry32(5);
  const matrices = Array.from({ length: 20 }, () => Array.from({ length: 9 }, () => 2 * random() - 1));

  it('decompose into rotations and singular values', () => {
    for (const m of [...matrices, [1, 2, 3, 2, 4, 6, 3, 6, 9], [0, 0, 0, 0, 5, 0, 0, 0, 0]]) {
      const { u, s, v } = svd3(m);
      const again = multiply3(multiply3(u, [s[0], 0, 0, 0, s[1], 0, 0, 0, s[2]]), transpose3(v));
      again.forEach((value, k) => {
        expect(value).toBeCloseTo(m[k], 10);
      });
      for (const q of [u, v])
        multiply3(q, transpose3(q)).forEach((x, k) => {
          expect(x).toBeCloseTo(k % 4 ? 0 : 1, 10);
        });
      expect(s[0]).toBeGreaterThanOrEqual(s[1]);
      expect(s[1]).toBeGreaterThanOrEqual(s[2]);
    }
  });

  it('have eigenvectors', () => {
    for (const m of matrices) {
      const symmetric = multiply3(m, transpose3(m));
      const { values, vectors } = symmetricEigen(Float64Array.from(symmetric), 3);
      vectors.forEach((vector, k) => {
        const image = apply3(symmetric, vector[0], vector[1], vector[2]);
        image.forEach((x, i) => {
          expect(x).toBeCloseTo(values[k] * vector[i], 10);
        });
      });
    }
  });

  it('turn by a vector, and are undone by its opposite', () => {
    for (const [x, y, z] of [
      [0.3, -0.2, 0.9],
      [1e-8, 2e-8, 0],
      [3, 0, 0.1],
    ]) {
      const r = rotationOf(x, y, z);
      expect(determinant(r)).toBeCloseTo(1, 12);
      expect(angleOfRotation(r)).toBeCloseTo(Math.hypot(x, y, z), 7);
      expect(angleOfRotation(multiply3(r, rotationOf(-x, -y, -z)))).toBeLessThan(1e-7);
    }
  });

  it('have polynomials with their roots', () => {
    const near = (found: number[], wanted: number[]) => {
      expect(found.length).toBe(wanted.length);
      found
        .sort((a, b) => a - b)
        .forEach((root, k) => {
          expect(root).toBeCloseTo(wanted[k], 6);
        });
    };
    near(cubicRoots(2, -12, 22, -12), [1, 2, 3]);
    near(cubicRoots(1, 0, 1, 0), [0]);
    near(cubicRoots(0, 1, -3, 2), [1, 2]);
    near(quarticRoots([24, -50, 35, -10, 1]), [1, 2, 3, 4]);
    near(quarticRoots([-4, 0, 3, 0, 1]), [-1, 1]);
    expect(quarticRoots([1, 0, 1, 0, 1])).toEqual([]);
  });
});

describe('two pictures', () => {
  it('are tied by seven exact matches', () => {
    const points = truePairs(makeWorld({ cameras: 2, points: 60, noise: 0, arc: 0.5 }));
    const models = sevenPoint(points, Int32Array.of(0, 5, 11, 17, 23, 29, 35));
    const worst = models.map((f) => Math.max(...indices(points.length / 4).map((i) => sampson(f, points, i))));
    expect(Math.min(...worst)).toBeLessThan(1e-4); // of positions in single precision
  });

  it('are tied by many noisy matches, in spite of four wrong ones in ten', () => {
    const points = truePairs(makeWorld({ cameras: 2, points: 400, noise: 0.5, arc: 0.5 }));
    const count = points.length / 4;
    const random = mulberry32(9);
    const wrong = new Set<number>();
    for (let i = 0; i < count; i++) {
      if (random() > 0.4) continue;
      wrong.add(i);
      points[i * 4 + 2] = 400 * random();
      points[i * 4 + 3] = 400 * random();
    }
    const solve = () =>
      ransac<Mat3>(
        {
          count,
          sampleSize: 7,
          fit: (sample) => sevenPoint(points, sample),
          refit: (inliers) => eightPoint(points, inliers),
          errors: (f) => (i) => sampson(f, points, i),
        },
        { threshold: 2, doubt: 1e-4, iterations: 2000, seed: 4 },
      )!;
    const { inliers } = solve();
    const right = count - wrong.size;
    expect(inliers.filter((i) => !wrong.has(i)).length).toBeGreaterThan(0.97 * right);
    expect(inliers.filter((i) => wrong.has(i)).length).toBeLessThan(0.1 * wrong.size); // by chance on their line
    expect([...solve().inliers]).toEqual([...inliers]);
  });

  it('tell how one camera stands to the other', () => {
    const world = makeWorld({ cameras: 2, points: 200, noise: 0, arc: 0.5 });
    const rays = truePairs(world).map((value) => (value - world.size / 2) / world.focal);
    const [first, second] = world.poses;
    const { pose, inFront, parallax } = relativePose(essentialFromPoses(first, second), rays);
    expect(inFront).toBe(rays.length / 4);
    const truth = multiply3(second.rotation, transpose3(first.rotation));
    expect(degrees(angleOfRotation(multiply3(pose.rotation, transpose3(truth))))).toBeLessThan(0.01);
    expect(degrees(parallax)).toBeGreaterThan(15);
    expect(Math.hypot(...pose.translation)).toBeCloseTo(1, 9);
  });

  it('of a flat thing are tied by a homography', () => {
    const points = truePairs(makeWorld({ cameras: 2, points: 80, noise: 0, arc: 0.5, flat: true }));
    const h = homographyOf(points, Int32Array.of(0, 9, 22, 31))!;
    const inverse = invert3(h)!;
    const errors = indices(points.length / 4).map((i) => transferError(h, inverse, points, i));
    expect(Math.max(...errors)).toBeLessThan(1e-4);
    const line = Float64Array.from([0, 0, 0, 0, 1, 1, 2, 2, 2, 2, 4, 4, 3, 3, 6, 6]);
    expect(homographyOf(line, indices(4))).toBeNull();
  });
});

describe('one picture', () => {
  it('is placed by three points', () => {
    const world = makeWorld({ cameras: 2, points: 100, noise: 0, arc: 0.5 });
    const truth = world.poses[1];
    for (let start = 0; start < 60; start += 3) {
      const places = [0, 1, 2].map((k) => world.points[start + k]);
      const rays = places.map((place) => {
        const q = apply3(truth.rotation, ...place).map((value, k) => value + truth.translation[k]);
        return q.map((value) => value / Math.hypot(...q));
      });
      const errors = p3p(rays, places).map(
        ({ rotation, translation }) =>
          angleOfRotation(multiply3(rotation, transpose3(truth.rotation))) +
          Math.hypot(...translation.map((value, k) => value - truth.translation[k])),
      );
      expect(Math.min(...errors)).toBeLessThan(1e-5);
    }
    expect(p3p([[0, 0, 1], [0, 0, 1], [0, 0, 1]], [[0, 0, 0], [0, 0, 0], [0, 0, 0]])).toEqual([]); // biome-ignore format: one line
  });

  it('and others give a point where their rays meet', () => {
    const world = makeWorld({ cameras: 5, points: 30, noise: 0, arc: 1 });
    for (const place of world.points) {
      const rays = world.poses.map(({ rotation, translation }) => {
        const q = apply3(rotation, ...place).map((value, k) => value + translation[k]);
        return worldRay(rotation, translation, q[0] / q[2], q[1] / q[2]);
      });
      nearestToRays(rays)!.forEach((value, k) => {
        expect(value).toBeCloseTo(place[k], 9);
      });
    }
    const parallel = [0, 1].map((x) => ({ centre: [x, 0, 0] as const, direction: [0, 0, 1] as const }));
    expect(nearestToRays(parallel)).toBeNull();
  });
});
