// CPU references of the style losses against central differences and against PyTorch (test/fixtures/style). NNFM is
// smooth where the nearest column does not change; the patterns here keep matches apart by far more than the step.

import { describe, expect, it } from 'vitest';
import { spreadColumns } from '../../../../src/style/losses/nearest.ts';
import fixture from '../../../fixtures/style/losses.json' with { type: 'json' };
import { adain } from '../../../reference/adain.ts';
import { attention } from '../../../reference/attention.ts';
import { content } from '../../../reference/content.ts';
import { gram, gramMatrix } from '../../../reference/gram.ts';
import { type LossResult, nnfm } from '../../../reference/nnfm.ts';
import { patch } from '../../../reference/patch.ts';
import { differenceError, pattern } from '../../../reference/pattern.ts';
import { remd, toStyle } from '../../../reference/remd.ts';
import { tv } from '../../../reference/tv.ts';

const [C, H, W] = fixture.shape;
const features = pattern(C * H * W, 1);
const style = pattern(C * 24, 2);
const goal = pattern(C * H * W, 3);
const image = pattern(H * W * 3, 4);

const plain = features.map((v) => 0.5 + 0.1 * (v - 0.5));

type LossName = 'nnfm' | 'remd' | 'remd_plain' | 'patch' | 'attention' | 'gram' | 'adain' | 'content' | 'tv';
const stylePlanes = { data: style, height: 6, width: 4 };
const LOSSES: Record<LossName, [Float64Array, (x: Float64Array) => LossResult]> = {
  nnfm: [features, (x) => nnfm(x, style, C)],
  remd: [features, (x) => remd(x, style, C)],
  remd_plain: [plain, (x) => remd(x, style, C)],
  patch: [features, (x) => patch({ data: x, height: H, width: W }, stylePlanes, C)],
  attention: [features, (x) => attention(x, style, C, 0.1)],
  gram: [features, (x) => gram(x, style, C)],
  adain: [features, (x) => adain(x, style, C)],
  content: [features, (x) => content(x, goal)],
  tv: [image, (x) => tv(x, H, W)],
};

describe.each(Object.keys(LOSSES) as (keyof typeof LOSSES)[])('%s', (name) => {
  const [x, loss] = LOSSES[name];

  it('has the gradient of its own value', () => {
    expect(differenceError((moved) => loss(moved).value, x, loss(x).d)).toBeLessThan(1e-6);
  });

  it('agrees with PyTorch in value and gradient', () => {
    const found = loss(x);
    // The stored gradients have nine digits.
    expect([found.value]).toBeAllclose([fixture[name].value], { absolute: 1e-12, relative: 1e-9 });
    expect(found.d).toBeAllclose(fixture[name].d, { absolute: 1e-11, relative: 1e-7 });
  });
});

describe('invariants', () => {
  it('every loss of a thing against itself is 0, with no gradient', () => {
    const zero = [nnfm(features, features, C), gram(features, features, C), adain(features, features, C)];
    for (const { value, d } of [...zero, content(features, features)]) {
      expect(Math.abs(value)).toBeLessThan(1e-12);
      expect(Math.max(...d.map(Math.abs))).toBeLessThan(1e-12);
    }
  });

  it("the relaxed earth mover's distance is the larger of both ways, whichever that is", () => {
    expect(remd(features, style, C).value).toBe(
      Math.max(nnfm(features, style, C).value, toStyle(features, style, C).value),
    );
    expect(remd(plain, style, C)).toEqual(toStyle(plain, style, C));
    expect(toStyle(plain, style, C).value).toBeGreaterThan(nnfm(plain, style, C).value);
  });

  it('the Gram matrix does not care where pixels are', () => {
    const pixels = H * W;
    const shuffled = features.map((_, i) => features[Math.floor(i / pixels) * pixels + (((i % pixels) * 8) % pixels)]);
    expect(gramMatrix(shuffled, C)).toBeAllclose(gramMatrix(features, C), { absolute: 1e-12, relative: 0 });
  });
});

describe('spreadColumns', () => {
  it('takes every pixel where they are few, and asks for no more than there are', () => {
    expect([...spreadColumns(2, 3, 4096)]).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...spreadColumns(1, 1, 8)]).toEqual([0]);
  });

  it('takes just as many as asked, each once, from every part of the picture', () => {
    for (const [height, width, count] of [
      [33, 17, 560],
      [40, 64, 512],
      [100, 3, 64],
    ]) {
      const chosen = spreadColumns(height, width, count);
      expect(new Set(chosen).size).toBe(count);
      expect(Math.max(...chosen)).toBeLessThan(height * width);
      const quarter = chosen.filter((p) => p < (height * width) / 4).length;
      expect(quarter / count).toBeGreaterThan(0.2);
      expect(quarter / count).toBeLessThan(0.3);
    }
  });
});
