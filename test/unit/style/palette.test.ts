// Palette transfer: the style's whole distribution of colours by one smooth map, which is the same for every view.

import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/errors.ts';
import { paletteDistance } from '../../../src/metrics/palette-distance.ts';
import type { Picture } from '../../../src/scene/types.ts';
import { applyColourTransfer, colourStatistics, colourTransferMatrix } from '../../../src/style/colour-transfer.ts';
import { applyPalette, coloursOf, fitPalette, shiftAt } from '../../../src/style/palette.ts';
import { pattern } from '../../reference/pattern.ts';

function picture(colour: (i: number) => readonly number[], count = 1600): Picture {
  const data = new Uint8ClampedArray(4 * count);
  for (let i = 0; i < count; i++) data.set([...colour(i).map((v) => 255 * v), 255], 4 * i);
  return { width: 40, height: count / 40, data };
}

const noise = pattern(4800, 1);
/** Browns around one colour. */
const brown = picture((i) => [0.45, 0.3, 0.2].map((v, c) => v + 0.25 * (noise[3 * i + c] - 0.5)));
/** Sea and sun: two clouds far apart, a quarter of it sun. */
const sea = picture((i) =>
  (i % 4 ? [0.1, 0.3, 0.6] : [0.95, 0.7, 0.2]).map((v, c) => v + 0.1 * (noise[3 * i + c] - 0.5)),
);

const map = fitPalette(coloursOf([brown]), coloursOf([sea]), 3);

describe('palette transfer', () => {
  it('comes at least twice as near to the style as the linear map of mean and covariance', () => {
    const linear = applyColourTransfer(brown, colourTransferMatrix(colourStatistics(brown), colourStatistics(sea)));
    const distance = (of: Picture) => paletteDistance(coloursOf([of]), coloursOf([sea]));
    expect(distance(applyPalette(brown, map))).toBeLessThan(distance(linear) / 2);
  });

  it('is quantile matching where there is but one axis: greys to greys', () => {
    const dark = picture((i) => Array(3).fill(0.2 + 0.2 * (i / 1600)));
    const light = picture((i) => Array(3).fill(0.5 + 0.4 * (i / 1600) ** 2));
    const grey = fitPalette(coloursOf([dark]), coloursOf([light]), 1);
    for (const rank of [0.2, 0.5, 0.8]) {
      const from = 0.2 + 0.2 * rank;
      const [r, g, b] = shiftAt(grey, from, from, from).map((by) => from + by);
      const wanted = 0.5 + 0.4 * rank ** 2;
      // Between nodes the table is straight where the quantiles are bent.
      expect([r, g, b]).toBeAllclose([wanted, wanted, wanted], { absolute: 0.03, relative: 0 });
    }
  });

  it('leaves the style itself nearly as it is', () => {
    const same = fitPalette(coloursOf([sea]), coloursOf([sea]), 1);
    for (const [r, g, b] of [
      [0.1, 0.3, 0.6],
      [0.95, 0.7, 0.2],
    ]) {
      expect(shiftAt(same, r, g, b)).toBeAllclose([0, 0, 0], { absolute: 0.02, relative: 0 });
    }
  });

  it('is smooth: colours a byte apart stay within a few bytes, also where the scene has none', () => {
    let steepest = 0;
    for (let i = 0; i < 400; i++) {
      const [r, g, b] = [0, 1, 2].map((c) => 0.99 * noise[3 * i + c]);
      const [here, there] = [shiftAt(map, r, g, b), shiftAt(map, r + 1 / 255, g, b)];
      steepest = Math.max(steepest, ...here.map((v, c) => 255 * Math.abs(there[c] - v)));
    }
    expect(steepest).toBeGreaterThan(0);
    expect(steepest).toBeLessThan(12);
  });

  it('is the same for the same seed, keeps alpha, and counts no transparent pixel', () => {
    const again = fitPalette(coloursOf([brown]), coloursOf([sea]), 3);
    expect(again).toEqual(map);
    const half = { ...brown, data: brown.data.slice() };
    for (let i = 0; i < half.data.length; i += 8) half.data.set([0, 255, 0, 0], i);
    expect(Math.max(...coloursOf([half]).filter((_, i) => i % 3 === 1))).toBeLessThan(0.5);
    expect([...applyPalette(half, map).data.slice(0, 8)].filter((_, i) => i % 4 === 3)).toEqual([0, 255]);
    for (let i = 3; i < half.data.length; i += 4) half.data[i] = 0;
    expect(() => coloursOf([half])).toThrow(InputError);
  });
});
