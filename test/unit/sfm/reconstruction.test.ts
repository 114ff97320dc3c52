// The whole of reconstruction on made-up worlds: cameras come out where they were, in spite of noise and wrong
// matches; what cannot be reconstructed is refused, with advice.

import { describe, expect, it } from 'vitest';
import { voteFocal } from '../../../src/sfm/reconstruct/focal.ts';
import { Incremental } from '../../../src/sfm/reconstruct/incremental.ts';
import { Model } from '../../../src/sfm/reconstruct/model.ts';
import { placedCamera, placementOf } from '../../../src/sfm/reconstruct/place.ts';
import { checkModel, checkPairs, figuresOf } from '../../../src/sfm/reconstruct/report.ts';
import { accordOf, isContradicted } from '../../../src/sfm/reconstruct/shared-views.ts';
import { buildTracks } from '../../../src/sfm/reconstruct/tracks.ts';
import type { Lens, VerifiedPair } from '../../../src/sfm/types.ts';
import { similarity } from '../../../tools/poses/similarity.ts';
import { makeWorld, pairsOfWorld, type World, withheld } from '../../reference/sfm/world.ts';

function lensesOf(world: World, focal: number): Lens[] {
  const half = world.size / 2;
  return [{ width: world.size, height: world.size, focal, cx: half, cy: half, k1: 0, k2: 0, hasPrior: false }];
}

function reconstruct(world: World, pairs: VerifiedPair[], focal: number): Model | null {
  const lensOf = new Int32Array(world.poses.length);
  const input = { features: world.features, pairs, lenses: lensesOf(world, focal), lensOf };
  let best: Model | null = null;
  for (const step of new Incremental(input, { error: 2, angle: 0.026, seed: 5 }).run()) best = step.best;
  return best;
}

function errorsOf(world: World, model: Model) {
  const own = world.poses.map((_, c) => c).filter((c) => model.registered[c]);
  const centreOf = (c: number) => {
    const { rotation: r, translation: t } = world.poses[c];
    return [0, 1, 2].map((k) => -(r[k] * t[0] + r[3 + k] * t[1] + r[6 + k] * t[2]));
  };
  return similarity(
    own.map((c) => model.centre(c)),
    own.map(centreOf),
    own.map((c) => model.pose(c).rotation),
    own.map((c) => world.poses[c].rotation),
  );
}

describe('an arc of cameras', () => {
  const world = makeWorld({ cameras: 8, points: 200, noise: 0.3, arc: 1.6, k1: -0.03 });
  const pairs = pairsOfWorld(world, 0.15);

  it('comes out where it was, focal length and lens too', () => {
    const model = reconstruct(world, pairs, 500)!;
    expect(model.cameraCount).toBe(8);
    const { position, rotation } = errorsOf(world, model);
    expect(position.max).toBeLessThan(0.5); // % of the mean distance from the middle
    expect(rotation.max).toBeLessThan(0.2);
    expect(Math.abs(model.lenses[0] - 440)).toBeLessThan(5);
    expect(Math.abs(model.lenses[1] + 0.03)).toBeLessThan(0.02);
    const figures = figuresOf(model, pairs);
    expect(figures.reprojection).toBeLessThan(0.6);
    expect(figures.agreement).toBe(1);
    expect(() => checkModel(model, figures, lensesOf(world, 440), 'x')).not.toThrow();
    // Each point of the world is one track: wrong matches make few that hold two.
    const mixed = model.points.filter(
      (p) => p && new Set(p.cameras.map((c, k) => world.pointOf[c][p.features[k]])).size > 1,
    );
    expect(mixed.length).toBeLessThan(0.05 * model.pointCount);
  });

  it('gives the same bits twice', () => {
    const [a, b] = [reconstruct(world, pairs, 500)!, reconstruct(world, pairs, 500)!];
    expect(a.rotations).toEqual(b.rotations);
    expect(a.lenses).toEqual(b.lenses);
  });

  it('stands upright, with the subject in the middle', () => {
    const model = reconstruct(world, pairs, 440)!;
    const placement = placementOf(model);
    const cameras = world.poses.map((_, c) => placedCamera(model, c, placement));
    for (const m of cameras) {
      expect(Math.abs(m[8])).toBeLessThan(0.05); // pictures' horizontal axes are level
      expect(m[9]).toBeGreaterThan(0.5); // and their up is up
      const away = Math.hypot(m[3], m[7], m[11]);
      // Looking at the middle: the backward axis points from it to the camera.
      expect((m[2] * m[3] + m[6] * m[7] + m[10] * m[11]) / away).toBeGreaterThan(0.97);
      expect(away).toBeGreaterThan(0.7);
      expect(away).toBeLessThan(1.4);
    }
  });
});

describe('up', () => {
  it('is that of the shown pictures, however they are stored', () => {
    const world = makeWorld({ cameras: 8, points: 60, noise: 0, arc: 2 });
    // What x and y of the stored picture are in the shown one.
    const turns: Record<number, number[][]> = {
      1: [[1, 0], [0, 1]],
      3: [[-1, 0], [0, -1]],
      6: [[0, 1], [-1, 0]],
      8: [[0, -1], [1, 0]],
    }; // biome-ignore format: matrices
    for (const orientations of [[1], [3], [6], [8], [1, 3, 6, 8]]) {
      const model = new Model(world.features, lensesOf(world, 440), new Int32Array(8));
      const all = world.poses.map((_, c) => orientations[c % orientations.length]);
      world.poses.forEach(({ rotation: r, translation }, c) => {
        const [x, y] = turns[all[c]].map(([a, b]) => [0, 1, 2].map((k) => a * r[k] + b * r[3 + k]));
        model.register(c, { rotation: [...x, ...y, r[6], r[7], r[8]], translation });
      });
      model.addPoint([0, 0, 0], [0, 1], [0, 0]);
      const { rotation } = placementOf(model, all);
      expect(rotation[8]).toBeGreaterThan(0.99); // the world's z, which is up there
    }
  });
});

describe('what cannot be done', () => {
  const advice = (work: () => void) => {
    try {
      work();
    } catch (error) {
      return (error as Error).message;
    }
    return 'nothing was refused';
  };

  it('is a camera turned on one spot', () => {
    const world = makeWorld({ cameras: 5, points: 150, noise: 0.3, arc: 0 });
    const pairs = pairsOfWorld(world, 0.1);
    expect(pairs.length).toBeGreaterThan(3);
    expect(advice(() => checkPairs(world.features, pairs, 'spot'))).toMatch(/turned on one spot.*steps to the side/);
    expect(reconstruct(world, pairs, 440)).toBeNull();
  });

  it('is one picture again and again', () => {
    const world = makeWorld({ cameras: 4, points: 150, noise: 0, arc: 1 });
    const same = {
      ...world,
      features: world.features.map(() => world.features[0]),
      pointOf: world.pointOf.map(() => world.pointOf[0]),
    };
    const pairs = pairsOfWorld(same, 0.05);
    expect(pairs.length).toBe(6);
    expect(advice(() => checkPairs(same.features, pairs, 'copies'))).toMatch(/turned on one spot.*steps to the side/);
  });

  it('is a flat wall alone', () => {
    const world = makeWorld({ cameras: 4, points: 150, noise: 0.3, arc: 0.8, flat: true });
    const pairs = pairsOfWorld(world, 0.1);
    expect(pairs.every(({ kind }) => kind === 'homography')).toBe(true);
  });

  it('are pictures of different things, too few, or without detail', () => {
    const world = makeWorld({ cameras: 4, points: 110, noise: 0.3, arc: 0.8 });
    expect(advice(() => checkPairs(world.features, [], 'zoo'))).toMatch(
      /zoo: expected pictures that overlap.*walk round/,
    );
    expect(advice(() => checkPairs(world.features.slice(0, 2), [], 'two'))).toMatch(/at least 3.*found 2/);
    const bare = world.features.map((f) => ({ ...f, count: 20 }));
    expect(advice(() => checkPairs(bare, [], 'fog'))).toMatch(/20 features.*more light/);
    expect(advice(() => checkModel(null, null, [], 'x'))).toMatch(/none with enough matches and parallax/);
  });

  it('is a result that contradicts its pairs, or misses its points', () => {
    const world = makeWorld({ cameras: 5, points: 150, noise: 0.3, arc: 1 });
    const pairs = pairsOfWorld(world, 0.1);
    const model = reconstruct(world, pairs, 440)!;
    const good = figuresOf(model, pairs);
    const lenses = lensesOf(world, 440);
    const refused = (change: Partial<typeof good>) =>
      advice(() => checkModel(model, { ...good, ...change }, lenses, 'x'));
    expect(refused({ agreement: 0.5 })).toMatch(/50 % of the pairs contradicting it/);
    expect(refused({ accord: 0.7 })).toMatch(/30 % of neighbours.*look alike/);
    expect(refused({ reprojection: 2 })).toMatch(/let nothing move/);
    expect(refused({ parallax: 0.5 })).toMatch(/steps to the side/);
    expect(refused({ registered: 3, pictures: 30 })).toMatch(/3 of 30/);
    // A picture put elsewhere: its pairs say so.
    model.translations[3] += 2;
    model.translations[5] += 1;
    expect(figuresOf(model, pairs).agreement).toBeLessThan(0.75);
  });
});

describe('a thing that looks the same from two sides', () => {
  // Folded, both sides stand in one place: the thing is in all pictures, of what lies round it each has its own.
  const whole = makeWorld({ cameras: 10, points: 900, noise: 0.3, arc: 0.9 });
  const isOfThing = ([x, , z]: readonly number[]) => Math.hypot(x, z) < 0.33;
  const folded = withheld(
    whole,
    (camera, place) => isOfThing(place) || (place[0] * 7 + 20) % 1 < 0.5 === camera % 2 < 1,
  );
  /** Every picture in its place, with all that it shows. */
  const placed = (world: World) => {
    const model = new Model(world.features, lensesOf(world, 440), new Int32Array(world.poses.length));
    world.poses.forEach((pose, c) => {
      model.register(c, pose);
    });
    world.points.forEach((place, p) => {
      const cameras = world.pointOf.flatMap((points, c) => (points.includes(p) ? [c] : []));
      const features = cameras.map((c) => world.pointOf[c].indexOf(p));
      if (cameras.length > 1) model.addPoint(place, cameras, features);
    });
    return model;
  };

  it('is found out by what the pictures do not share', () => {
    const sound = accordOf(placed(whole));
    expect(sound).toEqual({ share: 1, misplaced: [] });
    const model = placed(folded);
    const { share, misplaced } = accordOf(model);
    expect(share).toBeLessThan(0.6);
    // One side goes, the other stays.
    expect(misplaced.length).toBe(5);
    expect(new Set(misplaced.map((c) => c % 2)).size).toBe(1);
    for (const c of misplaced) model.unregister(c);
    expect(accordOf(model)).toEqual({ share: 1, misplaced: [] });
  });

  it('is not folded: one side is reconstructed, the other left out', () => {
    const pairs = pairsOfWorld(folded, 0.1);
    // Matches across are there in plenty, and agree.
    expect(pairs.filter(({ first, second }) => (first + second) % 2 === 1).length).toBeGreaterThan(20);
    const model = reconstruct(folded, pairs, 440)!;
    const own = [...model.registered.keys()].filter((c) => model.registered[c]);
    expect(own.length).toBe(5);
    expect(new Set(own.map((c) => c % 2)).size).toBe(1);
    expect(errorsOf(folded, model).position.max).toBeLessThan(1);
    expect(own.some((c) => isContradicted(model, c))).toBe(false);
  });
});

describe('tracks', () => {
  it('never hold two features of one picture', () => {
    const world = makeWorld({ cameras: 5, points: 60, noise: 0.3, arc: 1 });
    const pairs = pairsOfWorld(world, 0).map((pair, k) => {
      // One match of each pair crossed with the next: both tracks live on, apart.
      const matches = pair.matches.slice();
      [matches[2 * k + 1], matches[2 * k + 3]] = [matches[2 * k + 3], matches[2 * k + 1]];
      return { ...pair, matches };
    });
    const tracks = buildTracks(world.features, pairs);
    expect(tracks.conflicts).toBeGreaterThan(0);
    for (let t = 0; t < tracks.count; t++) {
      const cameras = [...tracks.cameraOf.subarray(tracks.first[t], tracks.first[t + 1])];
      expect(new Set(cameras).size).toBe(cameras.length);
    }
  });
});

describe('the vote on the focal length', () => {
  it('finds it from epipolar geometries', () => {
    const world = makeWorld({ cameras: 6, points: 150, noise: 0.2, arc: 1.2 });
    const pairs = pairsOfWorld(world, 0);
    const geometries = pairs.map(({ fundamental }) => ({
      fundamental,
      first: [200, 200] as [number, number],
      second: [200, 200] as [number, number],
      weight: 1,
    }));
    const vote = voteFocal(geometries, world.size)!;
    expect(Math.abs(vote.focal - 440)).toBeLessThan(0.1 * 440);
    expect(voteFocal([], 400)).toBeNull();
  });
});
