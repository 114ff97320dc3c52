// Training and styling as a whole on a ball of 24 x 24 pixels: it learns, the same seed gives the same bits, styling
// leaves geometry alone, and no chunk size shows in a render or in a gradient.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import { Tensor } from '../../../src/gpu/tensor.ts';
import { AppearanceOptimiser } from '../../../src/nerf/appearance-optimiser.ts';
import { blendOf } from '../../../src/nerf/blend.ts';
import type { TrainConfig } from '../../../src/nerf/config.ts';
import { type Appearance, Field } from '../../../src/nerf/field.ts';
import { NerfKernels } from '../../../src/nerf/kernels.ts';
import { createRenderTarget, destroyRenderTarget, Renderer } from '../../../src/nerf/renderer.ts';
import { SampleBuffers } from '../../../src/nerf/sample-buffers.ts';
import { NerfTrainer, pixelBanks } from '../../../src/nerf/trainer.ts';
import { PRESETS } from '../../../src/session/presets.ts';
import { ballScene, psnr } from '../../reference/nerf/ball.ts';
import { SMALL_FIELD } from '../../reference/nerf/cases.ts';

const SIDE = 24;
const STEPS = 60;
const scene = ballScene(6, SIDE);
const held = scene.test[0];
const background = [0.2, 0.5, 0.9] as const;
const options = { background, viewDependent: true };
const train: TrainConfig = {
  ...PRESETS.quick.train,
  steps: STEPS,
  raysPerStep: 512,
  samplesPerStep: 1 << 14,
  coarseSteps: [10, 20],
  occupancyInterval: 4,
  seenWindow: 1000,
};

let gpu: Gpu;
let kernels: NerfKernels;
let buffers: SampleBuffers;
beforeAll(async () => {
  gpu = await openNodeGpu({ defaultsOnly: true });
  kernels = await NerfKernels.create(gpu, SMALL_FIELD);
  buffers = new SampleBuffers(gpu, 1024, 1 << 14, SMALL_FIELD.levels);
});
afterAll(() => {
  buffers.destroy();
  closeNodeGpu(gpu);
});

function trained(steps: number, seed: number): Field {
  const field = Field.create(gpu, SMALL_FIELD, false, seed);
  const trainer = new NerfTrainer(gpu, kernels, field, buffers, scene.train, train, seed);
  for (let step = 0; step < steps; step++) trainer.trainStep();
  trainer.destroy();
  return field;
}

/** Every parameter of a field, and the grid, bit for bit. */
async function bitsOf({ density, appearance, occupancyBits }: Field) {
  const { network } = appearance;
  const tensors = [density.table, density.weights, occupancyBits, network.table, network.weights];
  return Promise.all(tensors.map(async (tensor) => Buffer.from((await tensor.read()).buffer).toString('base64')));
}

async function rendered(field: Field, appearance = field.appearance, on = buffers): Promise<Float32Array<ArrayBuffer>> {
  const renderer = new Renderer(gpu, kernels, field, on);
  const target = createRenderTarget(gpu, SIDE, SIDE);
  await renderer.renderBlend(held.camera, target, blendOf(appearance), {
    ...options,
    viewDependent: appearance.viewDependent,
  });
  const rgb = await target.rgb.readF32();
  destroyRenderTarget(target);
  renderer.destroy();
  return rgb;
}

describe('training', () => {
  it('learns the ball: a held-out view gains at least 8 dB in 60 steps', async () => {
    const untrained = Field.create(gpu, SMALL_FIELD, false, 1);
    const before = psnr(await rendered(untrained), held.picture, background);
    const field = trained(STEPS, 1);
    const after = psnr(await rendered(field), held.picture, background);
    expect(after - before).toBeGreaterThan(8);
    expect(after).toBeGreaterThan(17);
    // The grid has found empty space.
    const words = (await field.occupancyBits.read()) as Uint32Array;
    const share = words.reduce((sum, word) => sum + [...word.toString(2)].filter((b) => b === '1').length, 0);
    expect(share / SMALL_FIELD.occupancyResolution ** 3).toBeLessThan(0.7);
    expect(share).toBeGreaterThan(0);
    untrained.destroy();
    field.destroy();
  });

  it('gives the same bits for the same seed, and others for another', async () => {
    const fields = [trained(20, 3), trained(20, 3), trained(20, 4)];
    const [first, again, other] = await Promise.all(fields.map(bitsOf));
    expect(again).toEqual(first);
    expect(other[0]).not.toBe(first[0]);
    expect(other[3]).not.toBe(first[3]);
    for (const field of fields) field.destroy();
  });
});

describe('pictures beyond the size of one buffer', () => {
  it('are dealt out in turn, to as few buffers as will do', () => {
    expect(pixelBanks([3, 3, 3, 3], 12)).toEqual([[0, 1, 2, 3]]);
    expect(pixelBanks([3, 3, 3, 3, 3], 9)).toEqual([
      [0, 2, 4],
      [1, 3],
    ]);
    // Two buffers would hold as many pixels, but not these pictures in turn.
    expect(pixelBanks([5, 1, 5, 1], 6)).toEqual([[0, 3], [1], [2]]);
    expect(pixelBanks([7, 7], 7)).toEqual([[0], [1]]);
    expect(() => pixelBanks([4, 8], 7)).toThrow('expected at most 7 pixels on this adapter, found 8');
  });

  it('are all learnt from', async () => {
    const field = Field.create(gpu, SMALL_FIELD, false, 1);
    const two = 2 * SIDE * SIDE * 4;
    const trainer = new NerfTrainer(gpu, kernels, field, buffers, scene.train, train, 1, two);
    const before = psnr(await rendered(field), held.picture, background);
    for (let step = 0; step < STEPS; step++) trainer.trainStep();
    expect(psnr(await rendered(field), held.picture, background) - before).toBeGreaterThan(8);
    trainer.destroy();
    field.destroy();
  });
});

describe('the pace of training', () => {
  /** 64 steps whose sums are read after each of `slices` in turn, and where an interval ends. */
  async function paced(slices: number[]) {
    const field = Field.create(gpu, SMALL_FIELD, false, 3);
    const config = { ...train, steps: 64, raysPerStep: 64, raysPerStepMost: 1024, samplesPerStep: 1 << 12 };
    const trainer = new NerfTrainer(gpu, kernels, field, buffers, scene.train, config, 3);
    const rays = [];
    for (let turn = 0; trainer.step < 64; turn++) {
      const count = Math.min(slices[turn % slices.length], trainer.stepsUntilReading);
      for (let k = 0; k < count; k++) trainer.trainStep();
      await trainer.statistics();
      if (trainer.step % 32 === 0) rays.push(trainer.budget.rays);
    }
    const bits = await bitsOf(field);
    trainer.destroy();
    field.destroy();
    return { rays, bits };
  }

  it('fills the sample budget with rays, and goes the same way however the steps are sliced', async () => {
    const once = await paced([32]);
    const often = await paced([1, 5, 2]);
    expect(often).toEqual(once);
    expect(once.rays[0]).toBeGreaterThan(64);
    for (const rays of once.rays) expect(rays % 64).toBe(0);
  });

  it('slows down over the second half, of the steps or of the time, whichever is further on', () => {
    const field = Field.create(gpu, SMALL_FIELD, false, 3);
    const trainer = new NerfTrainer(gpu, kernels, field, buffers, scene.train, train, 3);
    const { learningRate, finalLearningRate } = train;
    const rateAt = (step: number, timeShare: number) => {
      Object.assign(trainer, { step, timeShare });
      return trainer.learningRate();
    };
    expect(rateAt(0, 0)).toBe(learningRate);
    expect(rateAt(STEPS / 2, 0.2)).toBe(learningRate);
    expect(rateAt(STEPS, 0)).toBeCloseTo(learningRate * finalLearningRate, 12);
    expect(rateAt(STEPS * 0.75, 0)).toBeCloseTo(learningRate * Math.sqrt(finalLearningRate), 12);
    trainer.steps = Number.POSITIVE_INFINITY;
    expect(rateAt(1e6, 0.5)).toBe(learningRate);
    expect(rateAt(1e6, 0.75)).toBeCloseTo(learningRate * Math.sqrt(finalLearningRate), 12);
    trainer.destroy();
    field.destroy();
  });
});

describe('styling and rendering', () => {
  let field: Field;
  beforeAll(() => {
    field = trained(30, 2);
  });
  afterAll(() => field.destroy());

  async function styled(): Promise<Appearance> {
    const network = field.appearance.network.clone('Style');
    network.startOptimiser(await network.readTable());
    return { network, colourMap: field.appearance.colourMap, viewDependent: false };
  }

  it('AppearanceOptimiser paints the ball dark and leave geometry and the plain colours alone', async () => {
    const appearance = await styled();
    const before = await bitsOf(field);
    const renderer = new Renderer(gpu, kernels, field, buffers);
    const optimiser = new AppearanceOptimiser(gpu, renderer, appearance);
    const plain = await rendered(field, appearance);
    const ball = [...plain].map((_, i) => held.picture.data[4 * Math.floor(i / 3) + 3] / 255);
    const brightness = (rgb: Float32Array) => rgb.reduce((sum, v, i) => sum + ball[i] * v, 0);
    const dImage = Tensor.from(
      gpu.device,
      'dImage',
      [SIDE, SIDE, 3],
      Float32Array.from(ball, (b) => b / ball.length),
    );
    for (let step = 0; step < 5; step++) {
      await optimiser.backward(held.camera, dImage, { ...options, viewDependent: false });
      optimiser.stepAppearance(0.03);
    }
    expect(brightness(await rendered(field, appearance))).toBeLessThan(0.8 * brightness(plain));
    expect(await bitsOf(field)).toEqual(before);
    dImage.destroy();
    optimiser.destroy();
    renderer.destroy();
    appearance.network.destroy();
  });

  it('small sample buffers give the same picture and the same table gradient as large ones', async () => {
    // At most 96 samples a ray; 192 hold two full rays.
    const small = new SampleBuffers(gpu, 300, 192, SMALL_FIELD.levels);
    expect(await rendered(field, field.appearance, small)).toEqual(await rendered(field));
    const d = Float32Array.from({ length: SIDE * SIDE * 3 }, (_, i) => Math.sin(i) / 1000);
    const dImage = Tensor.from(gpu.device, 'dImage', [SIDE, SIDE, 3], d);
    const gradients = [];
    for (const on of [small, buffers]) {
      const appearance = await styled();
      const renderer = new Renderer(gpu, kernels, field, on);
      await renderer.backward(held.camera, appearance, { dImage, gain: 18 }, options);
      gradients.push(await appearance.network.optimiser!.dTable.read());
      renderer.destroy();
      appearance.network.destroy();
    }
    expect(gradients[0]).toEqual(gradients[1]);
    expect(gradients[0].some((v) => v !== 0)).toBe(true);
    dImage.destroy();
    small.destroy();
  });
});
