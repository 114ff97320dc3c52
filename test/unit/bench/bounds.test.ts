// What the benchmark counts as work and how it judges it, on cases that can be worked out by hand.

import { describe, expect, it } from 'vitest';
import { countAdditions, countMarchSteps, judge, workOfStep } from '../../../src/bench/bounds.ts';
import type { Ceiling } from '../../../src/bench/ceilings.ts';
import { PRESETS } from '../../../src/session/presets.ts';

const CEILINGS: Ceiling[] = [
  { name: 'fma f32', value: 50, unit: 'GFLOP/s' },
  { name: 'stream copy', value: 4, unit: 'GB/s' },
  { name: 'gather u32', value: 1000, unit: 'M/s' },
  { name: 'atomic add i32', value: 200, unit: 'M/s' },
];

describe('judge', () => {
  it('names the first resource and bounds by the slowest', () => {
    // 100 MFLOP: 2 ms at the ceiling; 20 MB: 5 ms.
    const found = judge({ flops: 1e8, bytes: 2e7 }, 10, CEILINGS)!;
    expect(found.achieved).toBeCloseTo(10);
    expect(found.unit).toBe('GFLOP/s');
    expect(found.share).toBeCloseTo(0.2);
    expect(found.boundMs).toBeCloseTo(5);
  });

  it('says nothing of a kernel without work', () => {
    expect(judge({}, 1, CEILINGS)).toBeNull();
  });
});

describe('countAdditions', () => {
  const levels = [{ scale: 2, resolution: 4, firstEntry: 0, entries: 64 }];
  // q 2 + 0.5: weights 0.25 in x, 0.5 in y, and the lower corner alone in z.
  const position = Float32Array.of(0.375, 9, 0.5, 9, 0.25, 9);

  it('leaves out what rounds to nothing', () => {
    // Weights 0.375 and 0.125, twice each, behind a gradient of 2 units: 0.75 is added and 0.25 is not.
    expect(countAdditions(position, Float32Array.of(2, 0, 9, 9), 1, 2, levels, 1)).toBe(2);
    expect(countAdditions(position, Float32Array.of(8, -8, 9, 9), 1, 2, levels, 1)).toBe(8);
    expect(countAdditions(position, Float32Array.of(0.4, 0.4, 9, 9), 1, 2, levels, 1)).toBe(0);
    expect(countAdditions(position, Float32Array.of(2, 9, 2, 9), 0, 2, levels, 1)).toBe(0);
  });
});

describe('countMarchSteps', () => {
  it('walks as the march does', () => {
    // Origin, t_near, direction, t_far.
    const rays = Float32Array.of(0, 0, 0, 1, 0, 0, 1, 2, 0, 0, 0, 2, 0, 0, 1, 2);
    expect(countMarchSteps(rays, 2, 0, 0.25)).toBe(4);
    // Steps of a quarter of the distance: 1, 1.25, 1.5625, 1.953125.
    expect(countMarchSteps(rays, 1, 0.25, 0.1)).toBe(4);
  });
});

describe('workOfStep', () => {
  it('reads eight corners a level and sample', () => {
    const config = PRESETS.quick.field;
    const none = { density: 0, colour: 0 };
    const work = workOfStep(config, {
      rays: 10,
      samples: 100,
      survivors: 40,
      marchSteps: 1000,
      additions: none,
      touched: none,
      entries: 1000,
      occupancyCells: 64,
    });
    expect(work.encode_density.gathers).toBe(100 * 8 * 8);
    expect(work.encode_colour.gathers).toBe(40 * 8 * 8);
    // 16 inputs and one output of 16 neurons, two operations each.
    expect(work.density_forward.flops).toBe(100 * 2 * 16 * 17);
  });
});
