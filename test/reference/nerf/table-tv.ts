// CPU reference of the total variation of a hash table's features over the cells that points lie in: squared differences
// along the twelve edges of each cell of each level.

import type { HashLevel } from '../../../src/nerf/hash-levels.ts';
import { corners } from './encode.ts';
import type { Point } from './space.ts';

/** @param table [entries, 2] @returns the sum over points, and its gradient */
export function tableTv(points: readonly Point[], levels: HashLevel[], table: ArrayLike<number>) {
  let value = 0;
  const d = new Float64Array(table.length);
  for (const q of points) {
    for (const level of levels) {
      const entries = corners(q, level).map(({ entry }) => entry);
      for (let k = 0; k < 8; k++) {
        for (const axis of [1, 2, 4]) {
          if (k & axis) continue;
          for (let feature = 0; feature < 2; feature++) {
            const [a, b] = [2 * entries[k] + feature, 2 * entries[k | axis] + feature];
            const difference = table[a] - table[b];
            value += difference * difference;
            d[a] += 2 * difference;
            d[b] -= 2 * difference;
          }
        }
      }
    }
  }
  return { value, d };
}
