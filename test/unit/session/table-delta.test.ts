// Painted tables as differences: every table comes back to the bit, and what did not move costs next to nothing.

import fc from 'fast-check';
import { zlibSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { bytesFromTable } from '../../../src/nerf/byte-table.ts';
import { f16FromF32 } from '../../../src/nerf/half.ts';
import { hashLevels } from '../../../src/nerf/hash-levels.ts';
import type { StoredTable } from '../../../src/session/stored-network.ts';
import { deltaOfTable, tableFromDelta } from '../../../src/session/table-delta.ts';
import { SMALL_FIELD } from '../../reference/nerf/cases.ts';
import { pattern } from '../../reference/pattern.ts';

const levels = hashLevels(SMALL_FIELD);
const last = levels[levels.length - 1];
const size = 2 * (last.firstEntry + last.entries);

const stored = (values: Float32Array, precision: 'byte' | 'half'): StoredTable =>
  precision === 'half' ? { precision, halves: f16FromF32(values) } : { precision, ...bytesFromTable(values, levels) };
const noise = (seed: number, scale: number) => Float32Array.from(pattern(size, seed), (v) => scale * (2 * v - 1));
const scalesOf = (table: StoredTable) => (table.precision === 'byte' ? table.scales : new Float32Array(0));

describe.each(['byte', 'half'] as const)('the delta of a table in %ss', (precision) => {
  it('gives the painted table back to the bit, however far it is from the plain one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1000 }),
        fc.constantFrom(0, 1e-6, 1e-3, 0.1, 1, 30),
        fc.constantFrom(1e-4, 0.1, 1, 30),
        (seed, moved, scale) => {
          const base = noise(seed, scale);
          const plain = stored(base, precision);
          const by = noise(seed + 1, moved);
          const painted = stored(
            base.map((v, i) => v + by[i]),
            precision,
          );
          const delta = deltaOfTable(painted, plain, levels);
          expect(tableFromDelta(delta, scalesOf(painted), plain, levels)).toEqual(painted);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is all zeros where nothing moved, and small where only coarse levels did', () => {
    const base = noise(3, 0.4);
    const plain = stored(base, precision);
    expect(deltaOfTable(plain, plain, levels).every((v) => v === 0)).toBe(true);
    const coarse = 2 * levels[1].firstEntry;
    const by = noise(4, 0.1);
    const painted = stored(
      base.map((v, i) => (i < coarse ? v + by[i] : v)),
      precision,
    );
    const delta = deltaOfTable(painted, plain, levels);
    for (let part = 0; part < delta.length / size; part++)
      expect(delta.subarray(part * size + coarse, (part + 1) * size).every((v) => v === 0)).toBe(true);
    const bytes = precision === 'byte' ? coarse : 2 * coarse;
    expect(zlibSync(delta, { level: 9 }).length).toBeLessThan(bytes + 100);
  });
});
