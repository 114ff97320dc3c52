// Bundle adjustment: derivatives against differences, the elimination of points against the whole system's minimum,
// and a disturbed world brought back to the truth, wrong measurements and all.

import { describe, expect, it } from 'vitest';
import { mulberry32 } from '../../../src/random.ts';
import { adjust } from '../../../src/sfm/bundle/adjust.ts';
import { factor, solveFactored } from '../../../src/sfm/bundle/cholesky.ts';
import { type BundleProblem, linearise, movePose, squaredError } from '../../../src/sfm/bundle/model.ts';
import { angleOfRotation, multiply3, transpose3 } from '../../../src/sfm/geometry/matrix3.ts';
import { gaussian, makeWorld, type World } from '../../reference/sfm/world.ts';

function problemOf(world: World): BundleProblem {
  const seen = world.points.map((_, p) =>
    world.pointOf.flatMap((points, c) => {
      const feature = points.indexOf(p);
      return feature < 0 ? [] : [{ c, feature }];
    }),
  );
  const flat = seen.flatMap((list, p) => list.map(({ c, feature }) => ({ c, p, feature })));
  return {
    rotations: Float64Array.from(world.poses.flatMap(({ rotation }) => rotation)),
    translations: Float64Array.from(world.poses.flatMap(({ translation }) => translation)),
    lenses: Float64Array.from([world.focal, world.k1, 0, world.size / 2, world.size / 2]),
    lensOf: new Int32Array(world.poses.length),
    points: Float64Array.from(world.points.flat()),
    cameraOf: Int32Array.from(flat, ({ c }) => c),
    pointOf: Int32Array.from(flat, ({ p }) => p),
    pixels: Float64Array.from(
      flat.flatMap(({ c, feature }) => [world.features[c].x[feature], world.features[c].y[feature]]),
    ),
  };
}

const copy = (problem: BundleProblem): BundleProblem => ({
  ...problem,
  rotations: problem.rotations.slice(),
  translations: problem.translations.slice(),
  lenses: problem.lenses.slice(),
  points: problem.points.slice(),
  pixels: problem.pixels.slice(),
});

describe('the projection', () => {
  const world = makeWorld({ cameras: 3, points: 12, noise: 0, arc: 0.8, k1: -0.1 });
  const base = problemOf(world);
  base.lenses[2] = 0.03;
  const buffers = () => [new Float64Array(2), new Float64Array(12), new Float64Array(6), new Float64Array(10)] as const;

  it('has the derivatives that differences show', () => {
    const h = 1e-6;
    let worst = 0;
    for (let o = 0; o < base.cameraOf.length; o++) {
      const [c, p] = [base.cameraOf[o], base.pointOf[o]];
      const [residual, dPose, dPoint, dLens] = buffers();
      expect(linearise(base, c, p, 1, 2, residual, dPose, dPoint, dLens)).toBe(true);
      const moved = (change: (problem: BundleProblem, by: number) => void, row: number) => {
        const at = (by: number) => {
          const problem = copy(base);
          change(problem, by);
          const [r, ...others] = buffers();
          linearise(problem, c, p, 1, 2, r, ...others);
          return r[row];
        };
        return (at(h) - at(-h)) / (2 * h);
      };
      const same = (found: number, wanted: number) => {
        worst = Math.max(worst, Math.abs(found - wanted) / (1 + Math.abs(wanted)));
      };
      for (let row = 0; row < 2; row++) {
        for (let k = 0; k < 6; k++) {
          const step = (by: number) => [0, 1, 2, 3, 4, 5].map((i) => (i === k ? by : 0));
          same(dPose[row * 6 + k], moved((problem, by) => movePose(problem, c, step(by), 0), row)); // biome-ignore format: one line
        }
        for (let k = 0; k < 3; k++) same(dPoint[row * 3 + k], moved((problem, by) => { problem.points[p * 3 + k] += by; }, row)); // biome-ignore format: one line
        for (let k = 0; k < 5; k++) same(dLens[row * 5 + k], moved((problem, by) => { problem.lenses[k] += by; }, row)); // biome-ignore format: one line
      }
      expect(squaredError(base, c, p, 1, 2)).toBeCloseTo(residual[0] ** 2 + residual[1] ** 2, 6);
    }
    expect(worst).toBeLessThan(1e-5);
  });

  it('is none behind the camera', () => {
    const problem = copy(base);
    problem.translations[2] = -100;
    expect(linearise(problem, 0, 0, 0, 0, ...buffers())).toBe(false);
    expect(squaredError(problem, 0, 0, 0, 0)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('the adjustment', () => {
  function disturbed(world: World, outliers: number): BundleProblem {
    const problem = problemOf(world);
    const random = mulberry32(11);
    for (let c = 1; c < world.poses.length; c++) {
      movePose(
        problem,
        c,
        Array.from({ length: 6 }, (_, k) => (k < 3 ? 0.02 : 0.06) * gaussian(random)),
        0,
      );
    }
    for (let i = 0; i < problem.points.length; i++) problem.points[i] += 0.04 * gaussian(random);
    for (let o = 0; o < problem.cameraOf.length; o++) {
      if (random() < outliers) problem.pixels[2 * o] += 40 * (random() - 0.5);
    }
    return problem;
  }
  const freeOf = (problem: BundleProblem, lens: number[]) => {
    const poses = new Uint8Array(problem.translations.length / 3).fill(1);
    poses[0] = 0;
    return { poses, lenses: Uint8Array.from(lens) };
  };
  /** Largest turn against the truth, degrees; the first camera is held, so that turns are comparable. */
  const worstTurn = (problem: BundleProblem, world: World) =>
    Math.max(
      ...world.poses.map(({ rotation }, c) => {
        const found = [...problem.rotations.subarray(c * 9, c * 9 + 9)];
        return (angleOfRotation(multiply3(found, transpose3(rotation))) * 180) / Math.PI;
      }),
    );

  it('comes back to the truth from exact measurements', () => {
    const world = makeWorld({ cameras: 8, points: 120, noise: 0, arc: 1.5, k1: -0.05 });
    const problem = disturbed(world, 0);
    problem.lenses.set([480, 0, 0, 200, 200]);
    const { before, after } = adjust(problem, freeOf(problem, [1, 1, 0, 0, 0]), {
      iterations: 60,
      lossScale: Number.POSITIVE_INFINITY,
      tolerance: 1e-12,
    });
    expect(before).toBeGreaterThan(1000);
    expect(after).toBeLessThan(1e-3);
    expect(problem.lenses[0]).toBeCloseTo(440, 1);
    expect(problem.lenses[1]).toBeCloseTo(-0.05, 3);
    expect(worstTurn(problem, world)).toBeLessThan(0.01);
  });

  it('is not drawn away by wrong measurements, as least squares are', () => {
    const world = makeWorld({ cameras: 8, points: 150, noise: 0.4, arc: 1.5 });
    const turns = [1, Number.POSITIVE_INFINITY].map((lossScale) => {
      const problem = disturbed(world, 0.05);
      adjust(problem, freeOf(problem, [1, 0, 0, 0, 0]), { iterations: 60, lossScale, tolerance: 1e-9 });
      return worstTurn(problem, world);
    });
    expect(turns[0]).toBeLessThan(0.15);
    expect(turns[0]).toBeLessThan(0.5 * turns[1]);
  });

  it('holds what is not free', () => {
    const world = makeWorld({ cameras: 4, points: 40, noise: 0.3, arc: 1 });
    const problem = disturbed(world, 0);
    const before = copy(problem);
    const free = { ...freeOf(problem, [0, 0, 0, 0, 0]), pointsHeld: true };
    free.poses[2] = 0;
    adjust(problem, free, { iterations: 5, lossScale: 1, tolerance: 1e-9 });
    expect(problem.points).toEqual(before.points);
    expect(problem.lenses).toEqual(before.lenses);
    expect(problem.rotations.subarray(18, 27)).toEqual(before.rotations.subarray(18, 27));
    expect(problem.rotations.subarray(9, 18)).not.toEqual(before.rotations.subarray(9, 18));
  });
});

describe('Cholesky', () => {
  it('solves a system and refuses one that is not positive', () => {
    const n = 17;
    const random = mulberry32(2);
    const m = Array.from({ length: n * n }, () => random() - 0.5);
    const a = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        for (let k = 0; k < n; k++) a[i * n + j] += m[i * n + k] * m[j * n + k];
      }
      a[i * n + i] += 0.1;
    }
    const x = Float64Array.from({ length: n }, () => random());
    const b = Float64Array.from(x, (_, i) => x.reduce((sum, value, j) => sum + a[i * n + j] * value, 0));
    expect(factor(a, n)).toBe(true);
    solveFactored(a, n, b);
    b.forEach((value, i) => {
      expect(value).toBeCloseTo(x[i], 8);
    });
    expect(factor(Float64Array.from([1, 0, 2, 1]), 2)).toBe(false);
  });
});
