// Sizes of the multiresolution hash grid's levels (Mueller et al. 2022, eq. 2 and 3).

import type { FieldConfig } from './config.ts';

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

/** [L, 4] as the shaders read it: bits of f32 scale, resolution, first entry, entries. */
export function packLevels(levels: readonly HashLevel[]): Uint32Array<ArrayBuffer> {
  const data = new Uint32Array(levels.length * 4);
  const asFloat = new Float32Array(data.buffer);
  levels.forEach((level, i) => {
    asFloat[4 * i] = level.scale;
    data.set([level.resolution, level.firstEntry, level.entries], 4 * i + 1);
  });
  return data;
}

/** Levels `2 pair` and `2 pair + 1` as WGSL constants, to be appended to encode. */
export function levelPairWgsl(levels: readonly HashLevel[], pair: number): string {
  const packed = packLevels(levels.slice(2 * pair, 2 * pair + 2));
  const level = (at: number) => `vec4u(${[...packed.subarray(at, at + 4)].map((v) => `${v}u`).join(', ')})`;
  return `const PAIR = ${pair}u;\nconst LEVEL_PAIR = array<vec4u, 2>(${level(0)}, ${level(4)});`;
}
