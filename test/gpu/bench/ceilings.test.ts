// The measured ceilings are real numbers of this adapter, and their kernels do what they are timed for.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { measureCeilings } from '../../../src/bench/ceilings.ts';
import type { Gpu } from '../../../src/gpu/device.ts';
import { Kernel } from '../../../src/gpu/kernel.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import { Recorder } from '../../../src/gpu/recorder.ts';
import { Tensor } from '../../../src/gpu/tensor.ts';
import atomicsCode from '../../../src/shaders/common/bench_atomics.wgsl?raw';
import fmaCode from '../../../src/shaders/common/bench_fma.wgsl?raw';
import fma16Code from '../../../src/shaders/common/bench_fma_f16.wgsl?raw';
import streamCode from '../../../src/shaders/common/bench_stream.wgsl?raw';

describe('bench ceilings', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openNodeGpu();
  });
  afterAll(() => closeNodeGpu(gpu));

  it('adds exactly eight times a turn and invocation', async () => {
    const kernel = await Kernel.create(gpu, { name: 'bench_atomics', code: atomicsCode });
    const sums = Tensor.zeros(gpu.device, 'sums', [1024], 'i32');
    const rec = new Recorder(gpu, 'test');
    rec.run(kernel, { sums }, { turns: 5, mask: 511 }, [4]);
    rec.submit();
    const counts = Array.from(await sums.read());
    expect(counts.reduce((a, b) => a + b, 0)).toBe(4 * 64 * 5 * 8);
    // Scattered, not piled on a few entries: 10,240 additions over 1,024.
    expect(Math.max(...counts)).toBeLessThan(60);
    expect(counts.filter((n) => n === 0).length).toBeLessThan(30);
  });

  it('runs every multiply-add of every chain', async () => {
    const kernel = await Kernel.create(gpu, { name: 'bench_fma', code: fmaCode });
    const result = Tensor.zeros(gpu.device, 'result', [64], 'f32');
    const rec = new Recorder(gpu, 'test');
    rec.run(kernel, { result }, { turns: 2, factor: 63 / 64, addend: 1 }, [1]);
    rec.submit();
    // a -> f a + 1, 32 times: f^32 a + (1 - f^32) / (1 - f); ten chains that start at id .. id + 9.
    const f = 63 / 64;
    const wanted = Array.from({ length: 64 }, (_, id) => f ** 32 * (10 * id + 45) + (10 * (1 - f ** 32)) / (1 - f));
    expect(await result.readF32()).toBeAllclose(wanted, { relative: 1e-6 });
  });

  it('runs every multiply-add of every pair of halves', async () => {
    // An adapter without f16 leaves this ceiling out, which the test below checks.
    if (!gpu.has('shader-f16')) return;
    const kernel = await Kernel.create(gpu, { name: 'bench_fma_f16', code: fma16Code });
    const result = Tensor.zeros(gpu.device, 'result', [64], 'f32');
    const rec = new Recorder(gpu, 'test');
    rec.run(kernel, { result }, { turns: 1, factor: 0.5, addend: 1 }, [1]);
    rec.submit();
    // a -> a/2 + 1, ten times: a/1024 + 2 (1 - 1/1024); eight chains of two halves, id & 15 .. + 7 and 0.5 .. + 7.
    const wanted = Array.from({ length: 64 }, (_, id) => (8 * (id & 15) + 4 + 56) / 1024 + 32 * (1 - 1 / 1024));
    expect(await result.readF32()).toBeAllclose(wanted, { relative: 2e-3 });
  });

  it('copies every element', async () => {
    const kernel = await Kernel.create(gpu, { name: 'bench_stream', code: streamCode });
    const source = Tensor.from(
      gpu.device,
      'source',
      [8 * 100, 4],
      new Float32Array(3200).map((_, i) => i),
    );
    const copy = Tensor.zeros(gpu.device, 'copy', [8 * 100, 4], 'f32');
    const rec = new Recorder(gpu, 'test');
    rec.run(kernel, { source, target_copy: copy }, { invocations: 100 }, [2]);
    rec.submit();
    expect(await copy.readF32()).toEqual(await source.readF32());
  });

  it('measures every ceiling that the adapter has', async () => {
    const ceilings = await measureCeilings(gpu, 15, 18);
    const names = ['fma f32', 'fma f16', 'stream copy', 'gather u32', 'gather u32, all levels', 'atomic add i32'];
    expect(ceilings.map((c) => c.name)).toEqual(names.filter((n) => n !== 'fma f16' || gpu.has('shader-f16')));
    for (const { name, value } of ceilings) expect(value, name).toBeGreaterThan(0.1);
  });

  it('stops when cancelled', async () => {
    await expect(measureCeilings(gpu, 15, 18, AbortSignal.abort())).rejects.toThrow('cancelled');
  });
});
