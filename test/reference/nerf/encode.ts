// CPU reference of the multiresolution hash grid (Mueller et al. 2022, section 3), forward and backward: two features a
// level, trilinear over eight corners. Levels up to 2^30 corners; hashed ones have a power of two of entries.

import type { HashLevel } from '../../../src/nerf/hash-levels.ts';
import type { Point } from './space.ts';

export function entryIndex([x, y, z]: Point, level: HashLevel): number {
  const { resolution, entries, firstEntry } = level;
  if (resolution ** 3 <= entries) return firstEntry + x + resolution * (y + resolution * z);
  const hash = (x ^ Math.imul(y, 2654435761) ^ Math.imul(z, 805459861)) >>> 0;
  return firstEntry + (hash % entries);
}

/** The eight corners of a level around q: table entry and weight. The weights sum to 1. */
export function corners(q: Point, level: HashLevel): { entry: number; weight: number }[] {
  const p = q.map((v) => v * level.scale + 0.5);
  const base = p.map(Math.floor);
  return Array.from({ length: 8 }, (_, k) => {
    const side = [k & 1, (k >> 1) & 1, k >> 2];
    const weight = side.reduce((w, s, a) => w * (s ? p[a] - base[a] : 1 - (p[a] - base[a])), 1);
    return { entry: entryIndex(base.map((v, a) => v + side[a]) as Point, level), weight };
  });
}

/** @param table [entries, 2] @returns [2 L] */
export function encode(q: Point, levels: HashLevel[], table: ArrayLike<number>): Float64Array {
  const out = new Float64Array(2 * levels.length);
  levels.forEach((level, l) => {
    for (const { entry, weight } of corners(q, level)) {
      out[2 * l] += weight * table[2 * entry];
      out[2 * l + 1] += weight * table[2 * entry + 1];
    }
  });
  return out;
}

/** Adds d(loss)/d(table) [entries, 2]. The position gets no gradient. */
export function encodeBackward(q: Point, levels: HashLevel[], dOut: ArrayLike<number>, dTable: Float64Array): void {
  levels.forEach((level, l) => {
    for (const { entry, weight } of corners(q, level)) {
      dTable[2 * entry] += weight * dOut[2 * l];
      dTable[2 * entry + 1] += weight * dOut[2 * l + 1];
    }
  });
}
