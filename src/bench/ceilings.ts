// What this adapter can do at most, measured by small kernels: arithmetic, streaming, scattered reads, scattered
// atomic additions. Wall-clock of a whole submit, each grown until it takes long enough to be measured,
// best of five. The kernels of nerf/ and style/ are judged by these.

import { throwIfAborted } from '../errors.ts';
import type { Gpu } from '../gpu/device.ts';
import { Kernel, type Launch, type UniformValues } from '../gpu/kernel.ts';
import { Recorder } from '../gpu/recorder.ts';
import { Tensor } from '../gpu/tensor.ts';
import atomicsCode from '../shaders/common/bench_atomics.wgsl?raw';
import fmaCode from '../shaders/common/bench_fma.wgsl?raw';
import fma16Code from '../shaders/common/bench_fma_f16.wgsl?raw';
import gatherCode from '../shaders/common/bench_gather.wgsl?raw';
import streamCode from '../shaders/common/bench_stream.wgsl?raw';

export type CeilingName =
  | 'fma f32'
  | 'fma f16'
  | 'stream copy'
  | 'gather u32'
  | 'gather u32, all levels'
  | 'atomic add i32';

export interface Ceiling {
  name: CeilingName;
  value: number;
  unit: string;
}

const INVOCATIONS = 2 ** 16;
const ENOUGH_MS = 40;
const ROUNDS = 5;
const MOST_TURNS = 2 ** 20;
/** The copy's own: two buffers of 64 MiB are more than caches hold. */
const STREAM_INVOCATIONS = 2 ** 19;

interface Measurement {
  source: { name: string; code: string };
  tensors: Record<string, Tensor>;
  uniforms(turns: number): UniformValues;
  /** Operations, bytes or accesses of one turn of all invocations. */
  perTurn: number;
  /** The kernel has no loop of its own: turns are dispatches. */
  repeats?: boolean;
  launch?: Launch;
  /** Left out where the adapter has not got it. */
  needs?: GPUFeatureName;
  report: { name: CeilingName; unit: string; scale: number };
}

/**
 * @param log2Entries of one hashed level: what additions scatter over, two sums an entry, and what 'gather u32' reads.
 * @param log2AllEntries of a whole network's table, for 'gather u32, all levels': reads of what no cache holds.
 * @returns multiply-adds in GFLOP/s, copy in GB/s (read + written), reads and additions in millions a second
 */
export async function measureCeilings(
  gpu: Gpu,
  log2Entries: number,
  log2AllEntries: number,
  signal?: AbortSignal,
): Promise<Ceiling[]> {
  const { device } = gpu;
  const result = Tensor.zeros(device, 'Bench.result', [INVOCATIONS], 'f32');
  const gathered = Tensor.zeros(device, 'Bench.gathered', [INVOCATIONS], 'u32');
  const entryCount = 2 ** log2Entries;
  const allCount = 2 ** log2AllEntries;
  const entries = Tensor.zeros(device, 'Bench.entries', [allCount], 'u32');
  const sums = Tensor.zeros(device, 'Bench.sums', [entryCount, 2], 'i32');
  const source = Tensor.zeros(device, 'Bench.source', [8 * STREAM_INVOCATIONS, 4], 'f32');
  const copy = Tensor.zeros(device, 'Bench.copy', [8 * STREAM_INVOCATIONS, 4], 'f32');
  const tensors = [result, gathered, entries, sums, source, copy];
  const launch: Launch = [INVOCATIONS / 64];

  // A turn of the FMA kernels is 160 multiply-adds of two operations; of the others 8 accesses.
  const plan: Measurement[] = [
    {
      source: { name: 'bench_fma', code: fmaCode },
      tensors: { result },
      uniforms: (turns) => ({ turns, factor: 0.9999, addend: 0.5 }),
      perTurn: INVOCATIONS * 320,
      report: { name: 'fma f32', unit: 'GFLOP/s', scale: 1e-9 },
    },
    {
      source: { name: 'bench_fma_f16', code: fma16Code },
      tensors: { result },
      uniforms: (turns) => ({ turns, factor: 0.99, addend: 0.5 }),
      perTurn: INVOCATIONS * 320,
      needs: 'shader-f16',
      report: { name: 'fma f16', unit: 'GFLOP/s', scale: 1e-9 },
    },
    {
      source: { name: 'bench_stream', code: streamCode },
      tensors: { source, target_copy: copy },
      uniforms: () => ({ invocations: STREAM_INVOCATIONS }),
      perTurn: STREAM_INVOCATIONS * 8 * 32,
      repeats: true,
      launch: [STREAM_INVOCATIONS / 64],
      report: { name: 'stream copy', unit: 'GB/s', scale: 1e-9 },
    },
    {
      source: { name: 'bench_gather', code: gatherCode },
      tensors: { entries, result: gathered },
      uniforms: (turns) => ({ turns, mask: entryCount - 1 }),
      perTurn: INVOCATIONS * 8,
      report: { name: 'gather u32', unit: 'M/s', scale: 1e-6 },
    },
    {
      source: { name: 'bench_gather', code: gatherCode },
      tensors: { entries, result: gathered },
      uniforms: (turns) => ({ turns, mask: allCount - 1 }),
      perTurn: INVOCATIONS * 8,
      report: { name: 'gather u32, all levels', unit: 'M/s', scale: 1e-6 },
    },
    {
      source: { name: 'bench_atomics', code: atomicsCode },
      tensors: { sums },
      uniforms: (turns) => ({ turns, mask: entryCount - 1 }),
      perTurn: INVOCATIONS * 8,
      report: { name: 'atomic add i32', unit: 'M/s', scale: 1e-6 },
    },
  ];

  const ceilings: Ceiling[] = [];
  try {
    for (const item of plan) {
      throwIfAborted(signal);
      if (item.needs && !gpu.has(item.needs)) continue;
      const kernel = await Kernel.create(gpu, item.source);
      const once = async (turns: number): Promise<number> => {
        const dispatches = item.repeats ? turns : 1;
        const rec = new Recorder(gpu, item.source.name);
        for (let i = 0; i < dispatches; i++) rec.run(kernel, item.tensors, item.uniforms(turns), item.launch ?? launch);
        await gpu.idle();
        const start = performance.now();
        rec.submit();
        await gpu.idle();
        return performance.now() - start;
      };
      // The first run compiles; and the better of two, so that a busy machine does not pass for a slow one.
      await once(1);
      const twice = async (turns: number) => Math.min(await once(turns), await once(turns));
      let turns = 1;
      let ms = await twice(turns);
      while (ms < ENOUGH_MS && turns < MOST_TURNS) {
        turns *= ms < ENOUGH_MS / 8 ? 4 : 2;
        ms = await twice(turns);
      }
      for (let round = 1; round < ROUNDS; round++) ms = Math.min(ms, await once(turns));
      const { name, unit, scale } = item.report;
      ceilings.push({ name, unit, value: ((item.perTurn * turns) / (ms / 1000)) * scale });
      kernel.destroy();
    }
  } finally {
    for (const tensor of tensors) tensor.destroy();
  }
  return ceilings;
}
