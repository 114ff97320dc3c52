// Gradients are summed in fixed point, which wraps where a sum is too large. The worst case, measured on a small field: every
// ray of every picture passes one corner of the coarsest grid, nothing else is there, and all of them are wrong the same
// way. Sums grow with the rays, so that those of the presets follow from fewer. Held for quick and standard; max has
// headroom for two thirds of its rays in one corner (docs/hardening.md).

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Gpu } from '../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import type { Recorder } from '../../../src/gpu/recorder.ts';
import { Tensor } from '../../../src/gpu/tensor.ts';
import { Field, type HashNetwork } from '../../../src/nerf/field.ts';
import { NerfKernels } from '../../../src/nerf/kernels.ts';
import { SampleBuffers } from '../../../src/nerf/sample-buffers.ts';
import type { AdamStage } from '../../../src/nerf/stages/adam.ts';
import { NerfTrainer } from '../../../src/nerf/trainer.ts';
import { PRESETS } from '../../../src/session/presets.ts';
import { cameraAround, SMALL_FIELD } from '../../reference/nerf/cases.ts';

const RAYS = 1024;
const SIDE = 16;
/** Of the presets that are held. */
const MOST_RAYS = Math.max(...(['quick', 'standard'] as const).map((name) => PRESETS[name].train.raysPerStepMost));

let gpu: Gpu;
let kernels: NerfKernels;
beforeAll(async () => {
  gpu = await openNodeGpu({ defaultsOnly: true });
  kernels = await NerfKernels.create(gpu, SMALL_FIELD);
});
afterAll(() => {
  kernels.destroy();
  closeNodeGpu(gpu);
});

/** Largest sum by its size over a training, of tables and of weights, in fixed-point units. */
async function largestSums(level: number): Promise<{ table: number; weights: number }> {
  const field = Field.create(gpu, SMALL_FIELD, false, 5);
  const n = SMALL_FIELD.occupancyResolution;
  const bits = new Uint32Array(n ** 3 / 32);
  // Cells round the middle, which is a corner of every level.
  for (let z = n / 2 - 3; z < n / 2 + 3; z++)
    for (let y = n / 2 - 3; y < n / 2 + 3; y++)
      for (let x = n / 2 - 3; x < n / 2 + 3; x++) {
        const cell = (z * n + y) * n + x;
        bits[cell >> 5] |= 1 << (cell & 31);
      }
  field.occupancyBits.write(bits);
  const buffers = new SampleBuffers(gpu, RAYS, 1 << 16, SMALL_FIELD.levels);
  const views = [0, 1.5, 3, 4.5].map((angle) => {
    const camera = cameraAround(angle, SIDE, SIDE);
    // So long a lens that all pixels show the middle.
    Object.assign(camera, { fx: 12 * camera.fx, fy: 12 * camera.fy });
    const data = new Uint8ClampedArray(4 * SIDE * SIDE).fill(level);
    for (let i = 3; i < data.length; i += 4) data[i] = 255;
    return { name: `${angle}`, camera, picture: { width: SIDE, height: SIDE, data } };
  });
  const config = { ...PRESETS.max.train, steps: 40, raysPerStep: RAYS, raysPerStepMost: RAYS, samplesPerStep: 1 << 16 };
  const once = { ...config, occupancyInterval: 1000, coarseSteps: [0, 0] as [number, number], learningRate: 3e-2 };
  const trainer = new NerfTrainer(gpu, kernels, field, buffers, views, once, 5);
  const probes = [field.density, field.appearance.network].map(({ entryCount, weightCount }) => ({
    table: Tensor.zeros(gpu.device, 'probe.table', [entryCount, 2], 'i32'),
    weights: Tensor.zeros(gpu.device, 'probe.weights', [weightCount], 'i32'),
  }));
  // What Adam is about to take, copied before it clears it.
  const { adam } = (trainer as unknown as { pipeline: { adam: AdamStage } }).pipeline;
  const step = adam.step.bind(adam);
  adam.step = (rec: Recorder, network: HashNetwork, ...rest) => {
    const probe = probes[network === field.density ? 0 : 1];
    rec.copy(network.optimiser!.dTable, probe.table, 8 * network.entryCount);
    rec.copy(network.optimiser!.dWeights, probe.weights, 4 * network.weightCount);
    step(rec, network, ...rest);
  };
  const most = { table: 0, weights: 0 };
  for (let i = 0; i < config.steps; i++) {
    trainer.trainStep();
    for (const probe of probes)
      for (const part of ['table', 'weights'] as const)
        for (const value of await probe[part].read()) most[part] = Math.max(most[part], Math.abs(value));
  }
  const { rays, samples } = await trainer.statistics();
  expect(rays).toBeGreaterThan(0.9 * RAYS * config.steps);
  expect(samples).toBeGreaterThan(rays);
  for (const part of [trainer, field, buffers, ...probes.flatMap(Object.values)]) part.destroy();
  return most;
}

it.each([
  ['white', 255],
  ['black', 0],
])('wraps no sum at the rays of quick and standard, pictures all %s', async (_, level) => {
  const { table, weights } = await largestSums(level);
  const factor = MOST_RAYS / RAYS;
  console.log(`largest sums at ${MOST_RAYS} rays: table ${table * factor}, weights ${weights * factor}, of ${2 ** 31}`);
  expect(table).toBeGreaterThan(1000);
  expect(factor * table).toBeLessThan(2 ** 31);
  expect(factor * weights).toBeLessThan(2 ** 31);
});
