// The benchmark of the style side measures what it says: the same matches as tfjs, every part of a style step, memory
// to the byte.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { peakBytes } from '../../../src/bench/buffer-tally.ts';
import { timeMatch } from '../../../src/bench/match-times.ts';
import { STYLE_PARTS, timeStyle } from '../../../src/bench/style-times.ts';
import type { Gpu } from '../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import { Tensor } from '../../../src/gpu/tensor.ts';
import { loadFeatureWeights } from '../../../src/style/features/weights.ts';
import { diskSource } from '../../../src/style/features/weights-node.ts';

const CEILINGS = [{ name: 'fma f32', value: 100, unit: 'GFLOP/s' }] as const;

/** Minutes on a busy machine. */
const LONG = { timeout: 600_000 };

describe('style bench', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openNodeGpu();
  });
  afterAll(() => closeNodeGpu(gpu));

  it('counts the bytes that live at one time, and only while it is asked to', async () => {
    const { createBuffer } = gpu.device;
    const { result, bytes } = await peakBytes(gpu.device, async () => {
      const first = Tensor.zeros(gpu.device, 'first', [100]);
      first.destroy();
      first.destroy();
      Tensor.zeros(gpu.device, 'second', [300]).destroy();
      return Tensor.zeros(gpu.device, 'third', [50]);
    });
    expect(bytes).toBe(1200);
    expect(gpu.device.createBuffer).toBe(createBuffer);
    result.destroy();
  });

  it('matches as tfjs does, in memory that grows with the columns and not with their product', async () => {
    const side = 16;
    const { queries, columns, difference, bytes, ratio, wgsl, tfjs, share, achieved } = await timeMatch(
      gpu,
      CEILINGS,
      undefined,
      side,
    );
    expect([queries, columns]).toEqual([side ** 2, side ** 2]);
    expect(difference).toBeLessThan(1e-5);
    expect(ratio).toBe(tfjs / wgsl);
    expect(share).toBeCloseTo(achieved / 100, 9);
    const [half, whole, twice] = bytes;
    expect(bytes.map((at) => at.columns)).toEqual([128, 256, 512]);
    expect((twice.wgsl - whole.wgsl) / (whole.wgsl - half.wgsl)).toBeCloseTo(2, 1);
    // The whole matrix of similarities, and the bank of unit columns, at least.
    expect(whole.tfjs).toBeGreaterThanOrEqual(4 * queries * columns + 4 * 256 * columns);
    expect(half.tfjs).toBeNull();
  });

  it('times every part of a style step', LONG, async () => {
    const fractions: number[] = [];
    const weights = await loadFeatureWeights(diskSource('assets/weights/small.json'));
    const small = { side: 64, settle: 64 };
    const told = (done: number) => void fractions.push(done);
    const { parts, ms, side } = await timeStyle(gpu, 'quick', weights, told, undefined, small);
    expect(side).toBe(64);
    expect(parts.map(({ name }) => name)).toEqual([...STYLE_PARTS]);
    for (const part of parts) expect(part.ms, part.name).toBeGreaterThan(0);
    expect(parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(ms).toBeGreaterThan(0);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
  });
});
