// How many calls a slice holds, by a clock that the work itself turns.

import { describe, expect, it } from 'vitest';
import { Slicer } from '../../../src/session/slices.ts';

/** Slices of work that takes `stepMs` a call. */
function sliced(sliceMs: number, stepMs: number) {
  let clock = 0;
  let calls = 0;
  let waits = 0;
  const slicer = new Slicer(sliceMs, () => clock);
  const slice = async (most = 100) => {
    const before = calls;
    const result = await slicer.slice(
      most,
      () => {
        calls++;
        clock += stepMs;
      },
      async () => ++waits,
    );
    return { calls: calls - before, waits: result };
  };
  return slice;
}

describe('Slicer', () => {
  it('doubles until a slice takes its time, and waits once a slice', async () => {
    const slice = sliced(24, 3);
    const counts = [];
    for (let i = 0; i < 5; i++) counts.push(await slice());
    expect(counts.map((c) => c.calls)).toEqual([1, 2, 4, 8, 8]);
    expect(counts.map((c) => c.waits)).toEqual([1, 2, 3, 4, 5]);
  });

  it('takes one call at least, as many as asked for at most', async () => {
    const slow = sliced(24, 400);
    expect([await slow(), await slow()].map((c) => c.calls)).toEqual([1, 1]);
    const fast = sliced(250, 1);
    for (let i = 0; i < 8; i++) await fast();
    expect((await fast()).calls).toBe(32);
    expect((await fast(5)).calls).toBe(5);
  });
});
