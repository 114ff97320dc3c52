// Sizes of the multiresolution hash grid's levels (Mueller et al. 2022, eq. 2 and 3).

import { StructLayout } from '../gpu/struct-layout.ts';
import hashGridWgsl from '../shaders/common/hash_grid.wgsl?raw';
import type { FieldConfig } from './config.ts';

const layout = new StructLayout(hashGridWgsl, 'Level');

export interface HashLevel {
  scale: number;
  /** Corners a side. One more than the paper's, so that the upper corner of the last cell exists. */
  resolution: number;
  firstEntry: number;
  entries: number;
}

export function hashLevels(config: FieldConfig): HashLevel[] {
  const { levels, minResolution, maxResolution, log2TableSize } = config;
  const growth = levels > 1 ? Math.exp(Math.log(maxResolution / minResolution) / (levels - 1)) : 1;
  let firstEntry = 0;
  return Array.from({ length: levels }, (_, level) => {
    const scale = Math.fround(minResolution * growth ** level - 1);
    const resolution = Math.ceil(scale) + 2;
    const dense = resolution ** 3;
    // Dense levels are only rounded up for alignment; entry_index tells them by resolution^3 <= entries.
    const entries = dense <= 2 ** log2TableSize ? Math.ceil(dense / 8) * 8 : 2 ** log2TableSize;
    const result = { scale, resolution, firstEntry, entries };
    firstEntry += entries;
    return result;
  });
}

/** [L, 4] u32s: struct Level of hash_grid.wgsl. */
export function packLevels(levels: readonly HashLevel[]): Uint32Array<ArrayBuffer> {
  const data = new Uint32Array((levels.length * layout.bytes) / 4);
  levels.forEach(({ scale, resolution, firstEntry, entries }, i) => {
    layout.write(data.buffer, i, { scale, resolution, first_entry: firstEntry, entries });
  });
  return data;
}

/** Levels `2 pair` and `2 pair + 1` as WGSL constants, to be appended to encode. */
export function levelPairWgsl(levels: readonly HashLevel[], pair: number): string {
  // A scale is an f32, so that its decimal form names that very value again.
  const level = ({ scale, resolution, firstEntry, entries }: HashLevel) =>
    `Level(${scale}f, ${resolution}u, ${firstEntry}u, ${entries}u)`;
  const [coarse, fine] = levels.slice(2 * pair, 2 * pair + 2).map(level);
  return `const PAIR = ${pair}u;\nconst LEVEL_PAIR = array<Level, 2>(${coarse}, ${fine});`;
}
