// A short run of the fuzzer over every format, and what it once found. `npm run fuzz` runs ten thousand files of each.

import { expect, it } from 'vitest';
import { TARGETS } from '../fuzz/formats/index.ts';
import { runFuzz } from '../fuzz/runner.ts';

const FILES = 200;

it.each(TARGETS.map((target) => [target.name, target] as const))(
  `%s: ${FILES} mutated files are read or refused, in time`,
  async (_, target) => {
    const { faults, accepted, refused } = await runFuzz(target, { count: FILES, seed: 1 });
    expect(faults).toEqual([]);
    // Files that are all refused at the door, or none of them, would try nothing.
    expect(accepted).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
  },
);
