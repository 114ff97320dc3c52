// Hash tables in one byte a feature: what keeps checkpoints of the larger presets small. Each level has a scale of its
// own, since coarse levels hold far larger values than fine ones. Scales have 4 significant bits, so that every value
// that is read back (7 bits times 4) is exact in the half precision that fields are shown in; and a table that was read
// back is written again as it was, so that geometry stays the same to the bit through any number of files.

import type { HashLevel } from './hash-levels.ts';

/** Code of zero; codes go from 1 to 255. */
export const ZERO_CODE = 128;
export const LARGEST_CODE = 127;

export interface ByteTable {
  /** [entries, 2] */
  codes: Uint8Array<ArrayBuffer>;
  /** Value of one code unit. [L] */
  scales: Float32Array<ArrayBuffer>;
}

/** @param table [entries, 2]; each value comes back within half of its level's scale */
export function bytesFromTable(table: Float32Array, levels: HashLevel[]): ByteTable {
  const codes = new Uint8Array(table.length);
  const scales = Float32Array.from(levels, ({ firstEntry, entries }) => {
    const [from, to] = [2 * firstEntry, 2 * (firstEntry + entries)];
    let largest = 0;
    for (let i = from; i < to; i++) largest = Math.max(largest, Math.abs(table[i]));
    const smallest = roundedUp(largest / LARGEST_CODE);
    // Read back before? Its scale was this one or, where the largest value had been rounded down, one of the next.
    let known = smallest;
    for (let k = 0; k < 3 && !isMultiple(table.subarray(from, to), known); k++) known = roundedUp(known * (1 + 1e-6));
    const scale = isMultiple(table.subarray(from, to), known) ? known : smallest;
    for (let i = from; i < to; i++) codes[i] = ZERO_CODE + Math.round(table[i] / scale);
    return scale;
  });
  return { codes, scales };
}

/** @returns [entries, 2] */
export function tableFromBytes({ codes, scales }: ByteTable, levels: HashLevel[]): Float32Array<ArrayBuffer> {
  const table = new Float32Array(codes.length);
  levels.forEach(({ firstEntry, entries }, level) => {
    for (let i = 2 * firstEntry; i < 2 * (firstEntry + entries); i++) table[i] = (codes[i] - ZERO_CODE) * scales[level];
  });
  return table;
}

const isMultiple = (values: Float32Array, scale: number) => values.every((v) => Number.isInteger(v / scale));

/** The next number up with 4 significant bits, and no smaller than the smallest half. */
function roundedUp(value: number): number {
  const unit = 2 ** (Math.floor(Math.log2(Math.max(value, 2 ** -24))) - 3);
  return Math.max(2 ** -24, Math.ceil(value / unit) * unit);
}
