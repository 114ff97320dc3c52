// The CPU references of the field's kernels, held against central differences and against PyTorch: what the GPU tests
// then measure the shaders by. Patterns keep the functions smooth: no sum at a ReLU's kink, no colour at a clamp.

import { describe, expect, it } from 'vitest';
import { hashLevels, packLevels } from '../../../src/nerf/hash-levels.ts';
import fixture from '../../fixtures/nerf/composite.json' with { type: 'json' };
import { rayOfCase, SMALL_FIELD } from '../../reference/nerf/cases.ts';
import { composite, compositeBackward, distortionLoss } from '../../reference/nerf/composite.ts';
import { corners, encode, encodeBackward } from '../../reference/nerf/encode.ts';
import { colourBackward, colourOf, mlp, mlpBackward, sphericalHarmonics } from '../../reference/nerf/mlp.ts';
import { adam, huber } from '../../reference/nerf/optimiser.ts';
import { fieldFromScene, type Point, scanCounts, sceneFromField } from '../../reference/nerf/space.ts';
import { differenceError, pattern } from '../../reference/pattern.ts';

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a).reduce((sum, v, i) => sum + v * b[i], 0);
const signed = (count: number, seed: number) => pattern(count, seed).map((v) => 2 * v - 1);

describe('hash levels', () => {
  const levels = hashLevels(SMALL_FIELD);
  it('are dense where they fit and hashed where they do not, without gaps', () => {
    const kinds = levels.map(({ resolution, entries }) => resolution ** 3 <= entries);
    expect(kinds).toContain(true);
    expect(kinds).toContain(false);
    levels.forEach(({ firstEntry, entries }, l) => {
      expect(firstEntry + entries).toBe(levels[l + 1]?.firstEntry ?? firstEntry + entries);
      expect(entries).toBeLessThanOrEqual(2 ** SMALL_FIELD.log2TableSize);
    });
    expect([...packLevels(levels)].filter((_, i) => i % 4 === 1)).toEqual(levels.map((l) => l.resolution));
  });

  it('keep every corner of the cube inside their entries, weights summing to one', () => {
    for (const q of [
      [0, 0, 0],
      [0.999999, 0.999999, 0.999999],
      [0.31, 0.72, 0.055],
    ] as Point[]) {
      for (const level of levels) {
        const around = corners(q, level);
        expect(around.reduce((sum, c) => sum + c.weight, 0)).toBeCloseTo(1, 12);
        for (const { entry } of around) {
          expect(entry).toBeGreaterThanOrEqual(level.firstEntry);
          expect(entry).toBeLessThan(level.firstEntry + level.entries);
        }
      }
    }
  });
});

describe('central differences', () => {
  const levels = hashLevels(SMALL_FIELD);
  const entries = levels.at(-1)!.firstEntry + levels.at(-1)!.entries;

  it('agree with the encoding', () => {
    const q: Point = [0.37, 0.81, 0.12];
    const d = signed(2 * levels.length, 2);
    const dTable = new Float64Array(2 * entries);
    encodeBackward(q, levels, d, dTable);
    const f = (table: Float64Array) => dot(d, encode(q, levels, table));
    expect(dTable.filter((v) => v !== 0).length).toBeGreaterThan(8 * levels.length);
    expect(differenceError(f, signed(2 * entries, 1), dTable, { probes: 2 * entries })).toBeLessThan(1e-8);
  });

  it('agree with the density network', () => {
    const shape = { inputs: 8, hidden: 8, outputs: 1 };
    const x = signed(8, 3);
    const weights = signed(72, 4);
    const dWeights = new Float64Array(72);
    const dX = mlpBackward(x, weights, shape, [0.7], dWeights);
    expect(differenceError((v) => 0.7 * mlp(v, weights, shape).out[0], x, dX)).toBeLessThan(1e-7);
    expect(differenceError((v) => 0.7 * mlp(x, v, shape).out[0], weights, dWeights, { probes: 72 })).toBeLessThan(1e-7);
  });

  it('agree with the colour network', () => {
    const encoded = signed(8, 5);
    const weights = signed(8 * 24, 6);
    const sh = sphericalHarmonics([0.48, -0.6, 0.64], true);
    const d = [0.3, -1, 0.5];
    const dWeights = new Float64Array(weights.length);
    const dX = colourBackward(encoded, sh, weights, 8, d, dWeights);
    expect(differenceError((v) => dot(d, colourOf(v, sh, weights, 8)), encoded, dX)).toBeLessThan(1e-7);
    const byWeights = (v: Float64Array) => dot(d, colourOf(encoded, sh, v, 8));
    expect(differenceError(byWeights, weights, dWeights, { probes: weights.length })).toBeLessThan(1e-7);
  });

  it('agree with the Huber loss on both sides of its corner', () => {
    const target = [0.2, 0.5, 0.9];
    const x = Float64Array.of(0.25, 0.9, 0.1);
    expect(differenceError((v) => huber(v, target).loss, x, huber(x, target).d)).toBeLessThan(1e-7);
  });

  it.each(fixture.cases)('agree with compositing and distortion, $count samples', (c) => {
    const ray = rayOfCase(c);
    const map = fixture.maps[c.map as keyof typeof fixture.maps];
    const { distortion } = fixture.settings;
    const f = (change: object) => {
      const moved = { ...ray, ...change };
      return dot(ray.dPixel, composite(moved, ray.background, { map }).rgb) + distortion * distortionLoss(moved);
    };
    const { dRgb, dRaw } = compositeBackward(ray, ray.background, ray.dPixel, { map, distortion });
    // The nearly empty ray's gradients are of 1e-6, so that rounding of values near 1 weighs more.
    expect(differenceError((rgb) => f({ rgb }), ray.rgb, dRgb)).toBeLessThan(1e-5);
    expect(differenceError((raw) => f({ raw }), ray.raw, dRaw)).toBeLessThan(1e-5);
  });
});

describe('PyTorch', () => {
  it.each(fixture.cases)('agrees with compositing and distortion, $count samples', (c) => {
    const ray = rayOfCase(c);
    const map = fixture.maps[c.map as keyof typeof fixture.maps];
    const { far, cosine, distortion } = fixture.settings;
    const found = composite(ray, ray.background, { far, cosine, map });
    const close = { absolute: 1e-10, relative: 1e-7 };
    expect(found.rgb).toBeAllclose(c.rgb, close);
    expect([found.opacity, found.depth, distortionLoss(ray)]).toBeAllclose([c.opacity, c.depth, c.distortion], close);
    const { dRgb, dRaw } = compositeBackward(ray, ray.background, ray.dPixel, { map, distortion });
    expect(dRgb).toBeAllclose(c.dRgb, close);
    expect(dRaw).toBeAllclose(c.dRaw, close);
  });
});

describe('invariants', () => {
  it('an empty ray shows its background at the far distance', () => {
    const nothing = composite({ t: [], dt: [], raw: [], rgb: [] }, [0.1, 0.2, 0.3], { far: 24, cosine: 0.5 });
    expect(nothing).toEqual({ rgb: [0.1, 0.2, 0.3], opacity: 0, depth: 12 });
  });

  it('a colour beyond the clamp takes only gradients that lead back', () => {
    const ray = { t: [1], dt: [0.1], raw: [3], rgb: [0.5, 0.5, 0.5] };
    const map = [1, 0, 0, 0.6, 0, 1, 0, 0.6, 0, 0, 1, -0.6];
    const { dRgb } = compositeBackward(ray, [0, 0, 0], [-1, 1, 1], { map });
    expect([dRgb[0], dRgb[2]]).toEqual([0, 0]);
    expect(dRgb[1]).toBeGreaterThan(0);
  });

  it('contraction: continuous at the box, inside the cube, undone by its inverse', () => {
    for (const p of [
      [0.2, -0.9, 0.4],
      [1, 0.3, -0.2],
      [3, -7, 2],
      [-40, 12, 9],
    ] as Point[]) {
      const q = fieldFromScene(p, true);
      expect(Math.min(...q)).toBeGreaterThan(0);
      expect(Math.max(...q)).toBeLessThan(1);
      expect(sceneFromField(q, true)).toBeAllclose(p, { relative: 1e-9 });
      expect(sceneFromField(fieldFromScene(p, false), false)).toBeAllclose(p);
    }
    expect(fieldFromScene([1 + 1e-9, 0, 0], true)[0]).toBeCloseTo(0.75, 8);
  });

  it('rays kept are a prefix, and an over-full one drops all behind it', () => {
    expect(scanCounts([3, 0, 4, 9, 0, 1], 10)).toEqual({
      spans: [
        [0, 3],
        [3, 0],
        [3, 4],
        [0, 0],
        [0, 0],
        [0, 0],
      ],
      samples: 7,
      rays: 3,
      wanted: 17,
    });
  });

  it("Adam's first step is the learning rate against the gradient's sign, whatever its size", () => {
    for (const d of [1e-6, -3, 250])
      expect(adam({ value: 1, first: 0, second: 0 }, d, 1, 0.01).value).toBeCloseTo(1 - 0.01 * Math.sign(d), 9);
  });
});
