// The one way to launch: any number of launches in a submit keep their own uniforms, plans replay what they were made
// of, and both refuse names that are not the kernel's.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../src/gpu/device.ts';
import { Kernel } from '../../src/gpu/kernel.ts';
import { closeNodeGpu, openNodeGpu } from '../../src/gpu/node.ts';
import { Profiler } from '../../src/gpu/profiler.ts';
import { Plan, Recorder } from '../../src/gpu/recorder.ts';
import { Tensor } from '../../src/gpu/tensor.ts';

const CODE = /* wgsl */ `
struct Uniforms { index: u32, amount: f32 }
@group(0) @binding(0) var<storage, read_write> sums: array<f32>;
@group(1) @binding(0) var<uniform> uniforms: Uniforms;
@compute @workgroup_size(1)
fn add_one() { sums[uniforms.index] = sums[uniforms.index] * 2.0 + uniforms.amount; }
`;

let gpu: Gpu;
let kernel: Kernel;
beforeAll(async () => {
  gpu = await openNodeGpu();
  kernel = await Kernel.create(gpu, { name: 'add_one', code: CODE });
});
afterAll(() => closeNodeGpu(gpu));

const sumsOf = (count: number) => Tensor.zeros(gpu.device, 'sums', [count]);

describe('Recorder', () => {
  it('keeps the uniforms of a thousand launches in one submit apart, and of the submits after it', async () => {
    const sums = sumsOf(1000);
    for (const round of [1, 2, 3]) {
      const rec = new Recorder(gpu, 'test');
      for (let index = 0; index < 1000; index++) rec.run(kernel, { sums }, { index, amount: index + round }, [1]);
      rec.submit();
    }
    const expected = Array.from({ length: 1000 }, (_, i) => ((i + 1) * 2 + i + 2) * 2 + i + 3);
    expect([...(await sums.readF32())]).toEqual(expected);
    sums.destroy();
  });

  it('keeps recorders that are open at once apart, whichever is submitted first', async () => {
    const sums = sumsOf(2);
    const [first, second] = [new Recorder(gpu, 'first'), new Recorder(gpu, 'second')];
    first.run(kernel, { sums }, { index: 0, amount: 5 }, [1]);
    second.run(kernel, { sums }, { index: 1, amount: 7 }, [1]);
    second.submit();
    first.submit();
    expect([...(await sums.readF32())]).toEqual([5, 7]);
    sums.destroy();
  });

  it('refuses tensors and uniforms that the kernel does not name, and asks for those that it does', () => {
    const sums = sumsOf(1);
    const uniforms = { index: 0, amount: 1 };
    for (const target of [new Recorder(gpu, 'test'), new Plan(gpu)]) {
      expect(() => target.run(kernel, {}, uniforms, [1])).toThrow("add_one: expected tensor 'sums', found none");
      expect(() => target.run(kernel, { sums, more: sums }, uniforms, [1])).toThrow("unexpected tensor 'more'");
      expect(() => target.run(kernel, { sums }, { index: 0 }, [1])).toThrow("expected uniform 'amount', found none");
      expect(() => target.run(kernel, { sums }, { ...uniforms, extra: 1 }, [1])).toThrow("unexpected uniform 'extra'");
    }
    sums.destroy();
  });

  it('tells the profiler of each launch by name, replayed ones too', async () => {
    const sums = sumsOf(1);
    const plan = new Plan(gpu);
    plan.run(kernel, { sums }, { index: 0, amount: 1 }, [1]);
    const profiler = new Profiler(gpu);
    const rec = new Recorder(gpu, 'test', profiler);
    rec.run(kernel, { sums }, { index: 0, amount: 1 }, [1], 'by hand');
    rec.replay(plan);
    rec.submit();
    const spans = await profiler.collect();
    expect([...spans.keys()]).toEqual(gpu.has('timestamp-query') ? ['by hand', 'add_one'] : []);
    expect([...(await sums.readF32())]).toEqual([3]);
    for (const part of [plan, profiler, sums]) part.destroy();
  });
});

describe('Plan', () => {
  it('replays what it was made of, several times in a submit and in others, and takes more later', async () => {
    const sums = sumsOf(300);
    const plan = new Plan(gpu);
    for (let index = 0; index < 300; index++) plan.run(kernel, { sums }, { index, amount: index }, [1]);
    const replay = (times: number) => {
      const rec = new Recorder(gpu, 'test');
      for (let i = 0; i < times; i++) rec.replay(plan);
      rec.submit();
    };
    replay(2);
    replay(1);
    expect([...(await sums.readF32())]).toEqual(Array.from({ length: 300 }, (_, i) => 7 * i));
    plan.run(kernel, { sums }, { index: 0, amount: 9 }, [1]);
    replay(1);
    expect((await sums.readF32())[0]).toBe(9);
    plan.destroy();
    sums.destroy();
  });
});
