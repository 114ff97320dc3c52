// A copy of a hash network whose hashed levels have more entries, for an appearance that is to hold more than the one it
// comes from. Slots are taken by the low bits of a hash: a table that repeats the old one gives the very same values,
// until training tells apart what shared a slot.

import type { Gpu } from '../gpu/device.ts';
import { HashNetwork } from './field.ts';
import type { HashLevel } from './hash-levels.ts';

/** The levels with `factor` times the entries where that many corners of the grid share them. @param factor a power of two */
export function enlargedLevels(levels: readonly HashLevel[], factor: number): HashLevel[] {
  let firstEntry = 0;
  return levels.map((level) => {
    const corners = level.resolution ** 3;
    // A level must stay hashed: one with a slot a corner would be read as dense (hash_grid.wgsl).
    const entries = corners > level.entries * factor ? level.entries * factor : level.entries;
    const result = { ...level, firstEntry, entries };
    firstEntry += entries;
    return result;
  });
}

/** @param factor a power of two; 1 gives a plain copy */
export async function enlarged(gpu: Gpu, network: HashNetwork, factor: number, label: string): Promise<HashNetwork> {
  if (factor === 1) return network.clone(label);
  const levels = enlargedLevels(network.hashLevels, factor);
  const copy = new HashNetwork(gpu, label, levels, network.weightCount);
  const [from, weights] = await Promise.all([network.readTable(), network.weights.readF32()]);
  const table = new Float32Array(2 * copy.entryCount);
  levels.forEach(({ firstEntry, entries }, l) => {
    const old = network.hashLevels[l];
    const values = from.subarray(2 * old.firstEntry, 2 * (old.firstEntry + old.entries));
    for (let at = 0; at < entries; at += old.entries) table.set(values, 2 * (firstEntry + at));
  });
  copy.load(table, weights);
  return copy;
}
