// The guard of training and painting: when it keeps a state, when it goes back, and that it does so once.

import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/errors.ts';
import { DivergenceGuard, type KeptState } from '../../../src/nerf/divergence-guard.ts';
import { firstNotFinite, firstNotFiniteHalf } from '../../../src/nerf/finite.ts';
import { f16FromF32 } from '../../../src/nerf/half.ts';

/** Work whose state is one number, on a clock of its own. */
class Work {
  step = 0;
  value = 0;
  seconds = 0;
  kept = 0;
  /** What reading the state takes. */
  readSeconds = 0;

  keep = async (): Promise<KeptState> => {
    const { step, value } = this;
    this.kept++;
    this.seconds += this.readSeconds;
    return {
      step,
      fault: Number.isFinite(value) ? null : `${value} in it`,
      restore: () => Object.assign(this, { step, value }),
    };
  };

  begin = () => DivergenceGuard.begin('work', this.keep, () => this.seconds);
}

describe('DivergenceGuard', () => {
  it('goes back to the last state that it kept, once, and says from where to where', async () => {
    const work = new Work();
    const guard = await work.begin();
    Object.assign(work, { step: 10, value: 5, seconds: 21 });
    expect(await guard.check(true, 10)).toBe(null);
    Object.assign(work, { step: 14, value: Number.NaN, seconds: 22 });
    expect(await guard.check(false, 14)).toBe(
      'work, step 14: expected finite numbers, found NaN or infinity: gone back to step 10, at a quarter of the rate',
    );
    expect([work.step, work.value]).toEqual([10, 5]);
    work.step = 12;
    await expect(guard.check(false, 12)).rejects.toThrow(InputError);
    expect(work.step).toBe(10);
    await expect(guard.check(false, 13)).rejects.toThrow(
      'work, step 13: expected finite numbers, found NaN or infinity (before that at step 14; the field is as it was at step 10)',
    );
  });

  it('keeps a state every 20 seconds, and of slow ones fewer', async () => {
    const work = new Work();
    const guard = await work.begin();
    for (work.seconds = 0; work.seconds < 100; work.seconds += 1) await guard.check(true, 1);
    expect(work.kept).toBe(1 + 4);
    work.readSeconds = 4;
    for (; work.seconds < 500; work.seconds += 1) await guard.check(true, 1);
    // 4 seconds of 200 are 2 %.
    expect(work.kept).toBeLessThanOrEqual(1 + 4 + 3);
  });

  it('keeps no state that is no good, and begins from none', async () => {
    const work = new Work();
    const guard = await work.begin();
    Object.assign(work, { step: 9, value: Number.POSITIVE_INFINITY, seconds: 30 });
    expect(await guard.check(true, 9)).toContain('found Infinity in it: gone back to step 0');
    work.value = Number.NaN;
    await expect(guard.end(10)).rejects.toThrow(InputError);
    work.value = Number.NaN;
    await expect(work.begin()).rejects.toThrow(
      'work: expected a field of finite numbers to begin with, found NaN in it',
    );
  });
});

it('finds NaN and infinity among f32 and halves, and nothing else', () => {
  const good = new Float32Array([0, -0, 65504, -65504, 2 ** -24, 1e-40, 3.4e38]);
  expect(firstNotFinite(good)).toBe(-1);
  expect(firstNotFiniteHalf(f16FromF32(good.subarray(0, 6)))).toBe(-1);
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    const values = new Float32Array([1, 2, bad, bad]);
    expect(firstNotFinite(values)).toBe(2);
    expect(firstNotFiniteHalf(f16FromF32(values))).toBe(2);
  }
});
