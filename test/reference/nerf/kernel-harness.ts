// Runs one kernel on given arrays and reads chosen ones back: all that most kernel tests need.

import type { Gpu } from '../../../src/gpu/device.ts';
import type { Kernel, Launch, UniformValues } from '../../../src/gpu/kernel.ts';
import { Recorder } from '../../../src/gpu/recorder.ts';
import { Tensor, type TensorArray } from '../../../src/gpu/tensor.ts';
import { COUNTER, COUNTERS } from '../../../src/nerf/counters.ts';
import { f16FromF32, f32FromF16 } from '../../../src/nerf/half.ts';

/** @param tensors by WGSL name; plain Float64Arrays go in as f32 @returns the `outputs`, by name */
export async function runKernel<K extends string>(
  gpu: Gpu,
  kernel: Kernel,
  tensors: Record<string, TensorArray | Float64Array>,
  uniforms: UniformValues,
  launch: Launch,
  outputs: K[],
): Promise<Record<K, TensorArray>> {
  const made = Object.entries(tensors).map(([name, data]) => {
    const array = data instanceof Float64Array ? Float32Array.from(data) : data;
    return [name, Tensor.from(gpu.device, name, [array.length], array)] as const;
  });
  const all = Object.fromEntries(made);
  const rec = new Recorder(gpu, 'test');
  rec.run(kernel, all, uniforms, launch);
  rec.submit();
  const found = {} as Record<K, TensorArray>;
  for (const name of outputs) found[name] = await all[name].read();
  for (const [, tensor] of made) tensor.destroy();
  return found;
}

/** Counters that say no more than a number of samples and of rays. */
export function counted(samples: number, rays = 0): Uint32Array<ArrayBuffer> {
  const counters = new Uint32Array(COUNTERS);
  counters[COUNTER.samples] = samples;
  counters[COUNTER.raysKept] = rays;
  return counters;
}

/** Rows of equal length to structure of arrays: component c of row i at c * stride + i. */
export function columns(rows: ArrayLike<number>[], stride: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array((rows[0]?.length ?? 1) * stride);
  rows.forEach((row, i) => {
    for (let c = 0; c < row.length; c++) out[c * stride + i] = row[c];
  });
  return out;
}

/** Row i of a structure of arrays. */
export const rowOf = (data: ArrayLike<number>, i: number, stride: number, components: number) =>
  Array.from({ length: components }, (_, c) => data[c * stride + i]);

/** Row i of what keeps two components side by side: components 2 c and 2 c + 1 at 2 (c * stride + i). */
export const pairsOf = (data: ArrayLike<number>, i: number, stride: number, components: number) =>
  Array.from({ length: components }, (_, c) => data[2 * ((c >> 1) * stride + i) + (c & 1)]);

/** The inverse, of rows. */
export function pairColumns(rows: ArrayLike<number>[], stride: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array((rows[0]?.length ?? 2) * stride);
  rows.forEach((row, i) => {
    for (let c = 0; c < row.length; c++) out[2 * ((c >> 1) * stride + i) + (c & 1)] = row[c];
  });
  return out;
}

/** Encoded positions as the kernels keep them: four halves in two words, [components / 4, stride, 2]. */
export function halfColumns(rows: ArrayLike<number>[], stride: number): Uint32Array<ArrayBuffer> {
  const out = new Float32Array((rows[0]?.length ?? 4) * stride);
  rows.forEach((row, i) => {
    for (let c = 0; c < row.length; c++) out[4 * ((c >> 2) * stride + i) + (c & 3)] = row[c];
  });
  return new Uint32Array(f16FromF32(out).buffer);
}

/** Row i of that. */
export function halvesOf(words: Uint32Array<ArrayBuffer>, i: number, stride: number, components: number) {
  const values = f32FromF16(new Uint16Array(words.buffer));
  return Array.from({ length: components }, (_, c) => values[4 * ((c >> 2) * stride + i) + (c & 3)]);
}
