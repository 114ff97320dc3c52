// Tables in bytes: near what they were, exact in half precision, level by level.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesFromTable, tableFromBytes } from '../../../src/nerf/byte-table.ts';
import { f16FromF32, f32FromF16 } from '../../../src/nerf/half.ts';
import { hashLevels } from '../../../src/nerf/hash-levels.ts';
import { SMALL_FIELD } from '../../reference/nerf/cases.ts';
import { pattern } from '../../reference/pattern.ts';

const levels = hashLevels({ ...SMALL_FIELD, log2TableSize: 4, maxResolution: 8 });
const last = levels[levels.length - 1];
const size = 2 * (last.firstEntry + last.entries);
const largestOf = (values: Float32Array, { firstEntry, entries }: (typeof levels)[0]) =>
  values.subarray(2 * firstEntry, 2 * (firstEntry + entries)).reduce((most, v) => Math.max(most, Math.abs(v)), 0);

/** Levels of very different size, as trained tables have them. */
const table = Float32Array.from(pattern(size, 1), (v, i) => {
  const level = levels.findLastIndex(({ firstEntry }) => firstEntry <= i >> 1);
  return (v - 0.5) * 10 ** (1 - level);
});

describe('a table in bytes', () => {
  it('is off by no more than half a code of its own level, itself at most 1/112 of the largest value', () => {
    const bytes = bytesFromTable(table, levels);
    const back = tableFromBytes(bytes, levels);
    levels.forEach((level, l) => {
      expect(bytes.scales[l]).toBeLessThanOrEqual(largestOf(table, level) / 112);
      for (let i = 2 * level.firstEntry; i < 2 * (level.firstEntry + level.entries); i++)
        expect(Math.abs(back[i] - table[i])).toBeLessThanOrEqual(bytes.scales[l] / 2);
    });
  });

  it('is exact in half precision, whatever its size', () => {
    fc.assert(
      fc.property(fc.double({ min: -7, max: 3, noNaN: true }), (exponent) => {
        const scaled = table.map((v) => v * 10 ** exponent) as Float32Array<ArrayBuffer>;
        const back = tableFromBytes(bytesFromTable(scaled, levels), levels);
        expect(f32FromF16(f16FromF32(back))).toEqual(back);
      }),
      { numRuns: 50 },
    );
  });

  it('is written again as it was', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 10, noNaN: true }), (factor) => {
        const bytes = bytesFromTable(table.map((v) => v * factor) as Float32Array<ArrayBuffer>, levels);
        expect(bytesFromTable(tableFromBytes(bytes, levels), levels)).toEqual(bytes);
      }),
      { numRuns: 200 },
    );
  });

  it('keeps zeros, and a table of nothing else', () => {
    const { codes, scales } = bytesFromTable(new Float32Array(size), levels);
    expect(codes.every((code) => code === 128)).toBe(true);
    expect(tableFromBytes({ codes, scales }, levels).every((v) => v === 0)).toBe(true);
  });
});
