// Colour transfer against PyTorch and against what it promises; style pictures at all scales, down to one pixel.

import { describe, expect, it } from 'vitest';
import type { Picture } from '../../../src/scene/types.ts';
import {
  applyColourTransfer,
  type ColourTransfer,
  colourStatistics,
  colourTransferMatrix,
  composeColourTransfers,
  eigenSymmetric,
  LUMA,
  luminanceTransfer,
  mixColourStatistics,
} from '../../../src/style/colour-transfer.ts';
import { resample, styleSize } from '../../../src/style/style-image.ts';
import fixture from '../../fixtures/style/losses.json' with { type: 'json' };
import { transfer } from '../../reference/colour.ts';
import { pattern } from '../../reference/pattern.ts';

const { colour } = fixture;
const content = colourStatistics(Float64Array.from(colour.content));
const style = colourStatistics(Float64Array.from(colour.style));
const grey = colourStatistics(Float64Array.from(colour.grey));

function picture(width: number, height: number, seed: number, shade?: number): Picture {
  const values = pattern(width * height * 3, seed);
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let i = 0; i < width * height * 3; i++) data[Math.floor(i / 3) * 4 + (i % 3)] = shade ?? values[i] * 255;
  return { width, height, data };
}

const affine = (pixels: number[], { matrix: m, offset: b }: ColourTransfer) =>
  Float64Array.from(pixels, (_, i) => {
    const p = i - (i % 3);
    return [0, 1, 2].reduce((sum, k) => sum + m[(i % 3) * 3 + k] * pixels[p + k], b[i % 3]);
  });

describe('colour transfer', () => {
  it('agrees with PyTorch', () => {
    const found = colourTransferMatrix(content, style);
    expect(found.matrix).toBeAllclose(colour.transfer.matrix, { absolute: 1e-9, relative: 1e-9 });
    expect(found.offset).toBeAllclose(colour.transfer.offset, { absolute: 1e-9, relative: 1e-9 });
  });

  it('agrees with PyTorch towards a grey picture', () => {
    const found = colourTransferMatrix(content, grey);
    // Two eigenvalues are 0 but for rounding, clamped to 1e-8: entries carry 1e-4 of them.
    expect(found.matrix).toBeAllclose(colour.to_grey.matrix, { absolute: 1e-6, relative: 1e-6 });
    expect(found.offset).toBeAllclose(colour.to_grey.offset, { absolute: 1e-6, relative: 1e-6 });
  });

  it('gives the pixels the mean and covariance of the style', () => {
    const moved = colourStatistics(affine(colour.content, colourTransferMatrix(content, style)));
    expect(moved.mean).toBeAllclose(style.mean, { absolute: 1e-9 });
    expect(moved.covariance).toBeAllclose(style.covariance, { absolute: 1e-9 });
  });

  it('from a set to itself changes nothing', () => {
    const { matrix, offset } = colourTransferMatrix(content, content);
    expect(matrix).toBeAllclose([1, 0, 0, 0, 1, 0, 0, 0, 1], { absolute: 1e-9 });
    expect(offset).toBeAllclose([0, 0, 0], { absolute: 1e-9 });
  });

  it('has no NaN for constant, grey and one-pixel pictures, as content or style', () => {
    const full = colourStatistics(picture(9, 7, 1));
    for (const plain of [picture(5, 4, 0, 128), picture(1, 1, 3), picture(6, 6, 0, 0), picture(6, 6, 0, 255)]) {
      const odd = colourStatistics(plain);
      for (const { matrix, offset } of [
        colourTransferMatrix(full, odd),
        colourTransferMatrix(odd, full),
        colourTransferMatrix(odd, odd),
        luminanceTransfer(full, odd),
        luminanceTransfer(odd, full),
      ]) {
        expect([...matrix, ...offset].every(Number.isFinite)).toBe(true);
      }
      // A picture moved to a constant one takes its colour, all over.
      const moved = applyColourTransfer(picture(9, 7, 1), colourTransferMatrix(full, odd));
      expect(Math.abs(moved.data[0] - plain.data[0])).toBeLessThanOrEqual(1);
    }
  });

  it('on a picture is the map on its colours, rounded, alpha kept', () => {
    const map = colourTransferMatrix(content, style);
    const before = picture(33, 17, 5);
    before.data[7] = 9;
    const after = applyColourTransfer(before, map);
    const colours = Float64Array.from(
      { length: 33 * 17 * 3 },
      (_, i) => before.data[Math.floor(i / 3) * 4 + (i % 3)] / 255,
    );
    const expected = transfer(colours, map.matrix, map.offset);
    for (let i = 0; i < colours.length; i++) {
      expect(Math.abs(after.data[Math.floor(i / 3) * 4 + (i % 3)] - expected[i] * 255)).toBeLessThanOrEqual(0.5 + 1e-9);
    }
    expect(after.data[7]).toBe(9);
  });

  it('composes', () => {
    const there = colourTransferMatrix(content, style);
    const back = colourTransferMatrix(style, content);
    const { matrix, offset } = composeColourTransfers(there, back);
    expect(matrix).toBeAllclose([1, 0, 0, 0, 1, 0, 0, 0, 1], { absolute: 1e-9 });
    expect(offset).toBeAllclose([0, 0, 0], { absolute: 1e-9 });
  });

  it('counts pixels by their alpha', () => {
    const seen = picture(4, 1, 1);
    const half = picture(8, 1, 2);
    half.data.set(seen.data);
    for (let i = 4; i < 8; i++) half.data[i * 4 + 3] = 0;
    expect(colourStatistics(half).mean).toBeAllclose(colourStatistics(seen).mean, { absolute: 1e-12 });
    for (let i = 0; i < 8; i++) half.data[i * 4 + 3] = 0;
    expect(() => colourStatistics(half)).toThrow('expected at least one visible pixel, found none');
  });

  it('mixes styles as the mixture of their pixels', () => {
    const [a, b] = [picture(6, 5, 1), picture(6, 5, 2)];
    const mixed = mixColourStatistics([
      { statistics: colourStatistics(a), weight: 2 },
      { statistics: colourStatistics(b), weight: 1 },
    ]);
    const pooled = colourStatistics([a, a, b]);
    expect(mixed.mean).toBeAllclose(pooled.mean, { absolute: 1e-12 });
    expect(mixed.covariance).toBeAllclose(pooled.covariance, { absolute: 1e-12 });
  });

  it('by luminance gives a grey style with the luminance statistics of the content', () => {
    const moved = affine(colour.style, luminanceTransfer(content, style));
    const of = (pixels: ArrayLike<number>) => {
      const y = Array.from({ length: pixels.length / 3 }, (_, p) =>
        LUMA.reduce((s, l, c) => s + l * pixels[3 * p + c], 0),
      );
      const mean = y.reduce((a, b) => a + b) / y.length;
      return [mean, Math.sqrt(y.reduce((a, b) => a + (b - mean) ** 2, 0) / y.length)];
    };
    expect(of(moved)).toBeAllclose(of(colour.content), { absolute: 1e-9 });
    expect(moved[0]).toBe(moved[1]);
    expect(moved[1]).toBe(moved[2]);
  });
});

describe('eigenSymmetric', () => {
  it('rebuilds the matrix from orthonormal vectors', () => {
    for (const m of [
      [2, 1, 0.5, 1, 3, -1, 0.5, -1, 1],
      [1, 0, 0, 0, 1, 0, 0, 0, 1],
      [1, 1, 1, 1, 1, 1, 1, 1, 1],
      [1e-9, 2e-9, 0, 2e-9, 5e-9, 0, 0, 0, 1],
      new Array<number>(9).fill(0),
    ]) {
      const { values, vectors: v } = eigenSymmetric(m);
      const rebuilt = m.map((_, at) =>
        values.reduce((sum, l, k) => sum + v[3 * Math.floor(at / 3) + k] * l * v[3 * (at % 3) + k], 0),
      );
      expect(rebuilt).toBeAllclose(m, { absolute: 1e-14, relative: 1e-13 });
      const norms = m.map((_, at) =>
        [0, 1, 2].reduce((s, i) => s + v[3 * i + Math.floor(at / 3)] * v[3 * i + (at % 3)], 0),
      );
      expect(norms).toBeAllclose([1, 0, 0, 0, 1, 0, 0, 0, 1], { absolute: 1e-14 });
    }
  });
});

describe('style pictures', () => {
  it('take the long side of the content, times the brush', () => {
    expect(styleSize({ width: 1000, height: 500 }, 176)).toEqual({ width: 176, height: 88 });
    expect(styleSize({ width: 500, height: 1000 }, 176, 2)).toEqual({ width: 176, height: 352 });
    expect(styleSize({ width: 10, height: 6 }, 500)).toEqual({ width: 40, height: 24 });
    expect(() => styleSize({ width: 10, height: 6 }, 500, 3)).toThrow('expected a number from 0.5 to 2, found 3');
  });

  it('keep the mean when reduced, by any ratio', () => {
    const before = picture(33, 17, 6);
    const mean = colourStatistics(before).mean;
    for (const size of [
      { width: 11, height: 17 },
      { width: 10, height: 7 },
      { width: 1, height: 1 },
    ]) {
      expect(colourStatistics(resample(before, size, [0, 0, 0]).data).mean).toBeAllclose(mean, { absolute: 1e-6 });
    }
  });

  it('stay as they are at their own size, and lie over the background where transparent', () => {
    const before = picture(5, 4, 7);
    before.data[3] = 0;
    const { data } = resample(before, before, [0.25, 0.5, 0.75]);
    expect([...data.slice(0, 3)]).toEqual([0.25, 0.5, 0.75]);
    expect(data[3] * 255).toBeCloseTo(before.data[4], 4);
  });

  it('enlarge a ramp without steps or overshoot', () => {
    const ramp: Picture = { width: 2, height: 1, data: new Uint8ClampedArray([0, 0, 0, 255, 255, 255, 255, 255]) };
    const { data } = resample(ramp, { width: 8, height: 2 }, [0, 0, 0]);
    const row = Array.from({ length: 8 }, (_, x) => data[x * 3]);
    expect(row).toBeAllclose([0, 0, 0.125, 0.375, 0.625, 0.875, 1, 1], { absolute: 1e-6 });
  });
});
