// Photometric loss and the two Adams against their CPU references, over several steps; fixed-point gradients in.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import { Recorder } from '../../../src/gpu/recorder.ts';
import { Tensor } from '../../../src/gpu/tensor.ts';
import { f32FromF16 } from '../../../src/nerf/half.ts';
import { NerfKernels } from '../../../src/nerf/kernels.ts';
import { SMALL_FIELD } from '../../reference/nerf/cases.ts';
import { counted, runKernel } from '../../reference/nerf/kernel-harness.ts';
import { type AdamState, adam, huber } from '../../reference/nerf/optimiser.ts';
import { pattern } from '../../reference/pattern.ts';

let gpu: Gpu;
let kernels: NerfKernels;
beforeAll(async () => {
  gpu = await openNodeGpu({ defaultsOnly: true });
  kernels = await NerfKernels.create(gpu, SMALL_FIELD);
});
afterAll(() => closeNodeGpu(gpu));

const f32 = (values: ArrayLike<number>) => Float32Array.from(values);

describe.each([
  [1, 1],
  [33, 33],
  [333, 300],
  [33, 0],
])('huber and sum_loss: %i rays, %i kept', (count, kept) => {
  it('agree with the reference; dropped rays count for nothing', async () => {
    const pixels = f32(pattern(3 * count, 1));
    const targets = f32(pattern(4 * count, 2));
    const counters = counted(77, kept);
    const found = await runKernel(
      gpu,
      kernels.get('huber'),
      {
        counters,
        pixel_rgb: pixels,
        ray_target: targets,
        d_pixel_rgb: new Float32Array(3 * count).fill(9),
        ray_loss: new Float32Array(2 * count).fill(9),
      },
      { ray_count: count },
      [Math.ceil(count / 64)],
      ['d_pixel_rgb', 'ray_loss'],
    );
    const sums = [5, 6, 7, 8];
    for (let r = 0; r < count; r++) {
      const all = huber(pixels.slice(3 * r, 3 * r + 3), targets.slice(4 * r, 4 * r + 3));
      const expected = r < kept ? all : { d: [0, 0, 0], loss: 0, squared: 0 };
      expect(found.d_pixel_rgb.slice(3 * r, 3 * r + 3)).toBeAllclose(expected.d);
      expect(found.ray_loss.slice(2 * r, 2 * r + 2)).toBeAllclose([expected.loss / 3, expected.squared / 3]);
      sums[0] += expected.loss / 3;
      sums[1] += expected.squared / 3;
    }
    const { statistics } = await runKernel(
      gpu,
      kernels.get('sum_loss'),
      { counters, ray_loss: found.ray_loss, statistics: f32([5, 6, 7, 8]) },
      { ray_count: count },
      [1],
      ['statistics'],
    );
    expect(statistics).toBeAllclose([sums[0], sums[1], 7 + kept, 8 + 77], { relative: 1e-5 });
  });
});

// Powers of beta in f32 cost digits: 1 - 0.99^n of a small n has an error of 1e-5 and more.
const adamClose = { absolute: 1e-6, relative: 2e-4 };
const SCALE = 2 ** 22;
const start = (value: number): AdamState => ({ value, first: 0, second: 0 });

describe('adam_table', () => {
  it.each([
    ['training', [0.9, 0.99]],
    ['painting', [0.5, 0.9]],
  ] as const)('%s: moves entries that have a gradient, each by its own count of steps', async (_, betas) => {
    const count = 600;
    const values = f32(pattern(2 * count, 3).map((v) => v - 0.5));
    const make = (name: string, data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Int32Array<ArrayBuffer>) =>
      Tensor.from(gpu.device, name, [data.length], data);
    const tensors = {
      d_table: make('d', new Int32Array(2 * count)),
      master: make('master', values),
      moments: make('moments', new Float32Array(4 * count)),
      steps: make('steps', new Uint32Array(count)),
      table: make('table', new Uint32Array(count).fill(123)),
    };
    const touched = make('touched', new Uint32Array(count));
    const dispatch = Tensor.zeros(gpu.device, 'dispatch', [5], 'u32', GPUBufferUsage.INDIRECT);
    const states = Array.from(values, start);
    const steps = new Array(count).fill(0);
    for (let turn = 0; turn < 4; turn++) {
      // Each turn leaves out every (turn + 2)-th entry and all beyond 590; a pair with one zero is still moved.
      const d = Int32Array.from(pattern(2 * count, 4 + turn), (v, k) => {
        const entry = k >> 1;
        if (entry % (turn + 2) === 0 || entry >= 590) return 0;
        return k % 7 === 0 ? 0 : Math.round((v - 0.5) * SCALE);
      });
      tensors.d_table.write(d);
      const rec = new Recorder(gpu, 'test');
      const { d_table, ...others } = tensors;
      // Two rows of one workgroup each: the fold of large tables.
      rec.run(kernels.get('list_touched'), { d_table, touched, dispatch }, { entry_count: count, row: 1 }, [1, 2]);
      rec.run(kernels.get('touched_dispatch'), { dispatch }, {}, [1]);
      const uniforms = { learning_rate: 0.02, gradient_scale: SCALE, beta1: betas[0], beta2: betas[1] };
      rec.run(kernels.get('adam_table'), { ...others, d_table, touched, dispatch }, uniforms, { indirect: dispatch });
      rec.submit();
      const moved = Array.from({ length: count }, (_, e) => e).filter((e) => d[2 * e] !== 0 || d[2 * e + 1] !== 0);
      expect([...(await dispatch.read())]).toEqual([Math.ceil(moved.length / 64), 1, 1, moved.length, 0]);
      expect([...(await touched.read(moved.length))].sort((a, b) => a - b)).toEqual(moved);
      for (let e = 0; e < count; e++) {
        if (d[2 * e] === 0 && d[2 * e + 1] === 0) continue;
        steps[e]++;
        for (const k of [2 * e, 2 * e + 1]) states[k] = adam(states[k], d[k] / SCALE, steps[e], 0.02, betas);
      }
    }
    const master = await tensors.master.readF32();
    expect([...(await tensors.steps.read())]).toEqual(steps);
    expect(new Set(steps).size).toBeGreaterThan(2);
    expect(master).toBeAllclose(
      states.map((s) => s.value),
      adamClose,
    );
    expect((await tensors.d_table.read()).every((v) => v === 0)).toBe(true);
    const table = await tensors.table.read();
    // Adapters may round halves up or down: one part in 2^10.
    const halves = f32FromF16(new Uint16Array(table.buffer as ArrayBuffer));
    for (let e = 0; e < count; e++) {
      if (steps[e] === 0) expect(table[e]).toBe(123);
      else expect(halves.slice(2 * e, 2 * e + 2)).toBeAllclose(master.slice(2 * e, 2 * e + 2), { relative: 1e-3 });
    }
    expect(master.slice(2 * 590)).toEqual(values.slice(2 * 590));
    for (const tensor of [...Object.values(tensors), touched, dispatch]) tensor.destroy();
  });
});

describe('adam_weights', () => {
  it('agrees with the reference, l2 on the weight itself, and clears the gradient', async () => {
    const count = 67;
    let weights = f32(pattern(count, 5).map((v) => v - 0.5));
    let moments = new Float32Array(2 * count);
    const states = Array.from(weights, start);
    for (let step = 1; step <= 3; step++) {
      const d = Int32Array.from(pattern(count, 6 + step), (v, k) => (k % 5 ? Math.round((v - 0.5) * SCALE) : 0));
      const found = await runKernel(
        gpu,
        kernels.get('adam_weights'),
        { d_weights: d, weights, moments },
        { weight_count: count, learning_rate: 0.01, gradient_scale: SCALE, step, l2: 0.1 },
        [2],
        ['d_weights', 'weights', 'moments'],
      );
      states.forEach((state, k) => {
        states[k] = adam(state, d[k] / SCALE + 0.1 * state.value, step, 0.01);
      });
      weights = found.weights as Float32Array<ArrayBuffer>;
      moments = found.moments as Float32Array<ArrayBuffer>;
      expect(found.d_weights.every((v) => v === 0)).toBe(true);
    }
    expect(weights).toBeAllclose(
      states.map((s) => s.value),
      adamClose,
    );
  });
});
