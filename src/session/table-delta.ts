// A painted hash table as its difference from the plain one that it grew out of, to the bit: of bytes, what the plain value
// in the painted level's scale is wrong by; of halves, the difference of their bits, low bytes before high ones. Levels
// finer than the strokes are all zeros, which deflate to nearly nothing.

import { LARGEST_CODE, ZERO_CODE } from '../nerf/byte-table.ts';
import type { HashLevel } from '../nerf/hash-levels.ts';
import type { StoredTable } from './stored-network.ts';

/** @returns a byte a feature, or two for halves: [entries, 2], or [2, entries, 2] */
export function deltaOfTable(painted: StoredTable, plain: StoredTable, levels: HashLevel[]): Uint8Array<ArrayBuffer> {
  if (painted.precision === 'half' && plain.precision === 'half') {
    const n = painted.halves.length;
    const out = new Uint8Array(2 * n);
    painted.halves.forEach((bits, i) => {
      const delta = bits - plain.halves[i];
      out[i] = delta;
      out[n + i] = delta >> 8;
    });
    return out;
  }
  if (painted.precision !== 'byte') throw unlike(painted, plain);
  const out = predictedCodes(plain, painted.scales, levels);
  painted.codes.forEach((code, i) => {
    out[i] = code - out[i];
  });
  return out;
}

/** @param scales of the painted table; unused where tables are in halves */
export function tableFromDelta(
  delta: Uint8Array,
  scales: Float32Array<ArrayBuffer>,
  plain: StoredTable,
  levels: HashLevel[],
): StoredTable {
  if (plain.precision === 'half') {
    const n = plain.halves.length;
    const halves = plain.halves.map((bits, i) => bits + delta[i] + (delta[n + i] << 8));
    return { precision: 'half', halves };
  }
  const codes = predictedCodes(plain, scales, levels);
  delta.forEach((by, i) => {
    codes[i] += by;
  });
  return { precision: 'byte', codes, scales };
}

/** Codes of the plain table's values in other scales. */
function predictedCodes(plain: StoredTable, scales: Float32Array, levels: HashLevel[]): Uint8Array<ArrayBuffer> {
  if (plain.precision !== 'byte') throw unlike(plain, plain);
  const out = new Uint8Array(plain.codes.length);
  levels.forEach(({ firstEntry, entries }, level) => {
    const factor = plain.scales[level] / scales[level];
    for (let i = 2 * firstEntry; i < 2 * (firstEntry + entries); i++) {
      const code = Math.round((plain.codes[i] - ZERO_CODE) * factor);
      out[i] = ZERO_CODE + Math.max(-LARGEST_CODE, Math.min(LARGEST_CODE, code));
    }
  });
  return out;
}

const unlike = (a: StoredTable, b: StoredTable) =>
  new Error(`table delta: expected tables of one precision, found ${a.precision} and ${b.precision}`);
