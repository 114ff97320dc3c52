// Training that is stopped, kept in a file and taken up again: with the optimiser it is as if it had never stopped, to
// the bit; without, it goes on learning from where it was.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../../src/errors.ts';
import type { Gpu } from '../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import type { TrainConfig } from '../../../src/nerf/config.ts';
import { readContainer, writeContainer } from '../../../src/nerf/container.ts';
import { Field } from '../../../src/nerf/field.ts';
import { NerfKernels } from '../../../src/nerf/kernels.ts';
import { createRenderTarget, destroyRenderTarget, Renderer } from '../../../src/nerf/renderer.ts';
import { SampleBuffers } from '../../../src/nerf/sample-buffers.ts';
import { NerfTrainer } from '../../../src/nerf/trainer.ts';
import { nodeDecoder } from '../../../src/scene/node-decoder.ts';
import { readFieldFile, writeFieldFile } from '../../../src/session/field-file/field-file.ts';
import { PRESETS } from '../../../src/session/presets.ts';
import { createSession } from '../../../src/session/session.ts';
import type { ImpastoSession } from '../../../src/session/types.ts';
import { ballScene, psnr } from '../../reference/nerf/ball.ts';
import { SMALL_FIELD } from '../../reference/nerf/cases.ts';
import { ballFiles } from './scene-files.ts';

const SIDE = 24;
const SEED = 7;
const scene = ballScene(6, SIDE);
const held = scene.test[0];
// Stopped at 30: past the seen window, between two renewals of the grid, while the learning rate falls.
const [STOPPED, STEPS] = [30, 50];
const train: TrainConfig = {
  ...PRESETS.quick.train,
  steps: STEPS,
  raysPerStep: 512,
  samplesPerStep: 1 << 14,
  coarseSteps: [5, 10],
  occupancyInterval: 4,
  seenWindow: 16,
};

let gpu: Gpu;
let kernels: NerfKernels;
let buffers: SampleBuffers;
/** Trained to the end, and what was kept of it on the way. */
let whole: Field;
let withOptimiser: Uint8Array<ArrayBuffer>;
let compact: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  gpu = await openNodeGpu({ defaultsOnly: true });
  kernels = await NerfKernels.create(gpu, SMALL_FIELD);
  buffers = new SampleBuffers(gpu, 1024, 1 << 14, SMALL_FIELD.levels);
  whole = Field.create(gpu, SMALL_FIELD, false, SEED);
  await goOn(whole, 0, async (step) => {
    if (step !== STOPPED) return;
    const content = { preset: 'quick', steps: step, seed: SEED, field: whole, scene } as const;
    withOptimiser = await writeFieldFile(content, { withOptimiser: true });
    compact = await writeFieldFile(content);
  });
});
afterAll(() => {
  whole.destroy();
  buffers.destroy();
  closeNodeGpu(gpu);
});

async function goOn(field: Field, from: number, after?: (step: number) => Promise<void>): Promise<void> {
  const trainer = new NerfTrainer(gpu, kernels, field, buffers, scene.train, train, SEED);
  trainer.step = from;
  while (trainer.step < STEPS) {
    trainer.trainStep();
    await after?.(trainer.step);
  }
  trainer.destroy();
}

async function bitsOf({ density, appearance: { network }, occupancy, occupancyBits }: Field) {
  const state = [density, network].flatMap(({ optimiser: o }) => [o!.master, o!.moments, o!.steps, o!.weightMoments]);
  const tensors = [density.table, density.weights, network.table, network.weights, occupancy, occupancyBits, ...state];
  return Promise.all(tensors.map(async (tensor) => Buffer.from((await tensor.read()).buffer).toString('base64')));
}

async function quality(field: Field): Promise<number> {
  const renderer = new Renderer(gpu, kernels, field, buffers);
  const target = createRenderTarget(gpu, SIDE, SIDE);
  await renderer.render(held.camera, target, { background: [1, 1, 1], viewDependent: true });
  const value = psnr(await target.rgb.readF32(), held.picture, [1, 1, 1]);
  destroyRenderTarget(target);
  renderer.destroy();
  return value;
}

describe('training taken up again', () => {
  it('with the optimiser ends in the very bits of training that never stopped', async () => {
    const { field, steps } = readFieldFile(gpu, withOptimiser, 'ball.impasto');
    await goOn(field, steps);
    expect(await bitsOf(field)).toEqual(await bitsOf(whole));
    field.destroy();
  });

  it('without it goes on learning: the field is no worse and keeps its grid', async () => {
    const { field, steps } = readFieldFile(gpu, compact, 'ball.impasto');
    const before = await quality(field);
    for (const network of [field.density, field.appearance.network]) network.startOptimiser(await network.readTable());
    await goOn(field, steps);
    expect(await quality(field)).toBeGreaterThan(before);
    const occupied = (words: ArrayLike<number>) =>
      Array.from(words).reduce((sum, word) => sum + word.toString(2).replaceAll('0', '').length, 0);
    const [left, uninterrupted] = await Promise.all([field.occupancyBits.read(), whole.occupancyBits.read()]);
    expect(occupied(left)).toBeGreaterThan(0.5 * occupied(uninterrupted));
    field.destroy();
  });

  it('keeps nothing of the optimiser unless asked, and refuses a file that lacks what it promises', () => {
    const names = [...readContainer(compact, 'ball.impasto').tensors.keys()];
    expect(names.filter((name) => /master|moments|steps|occupancy$|last_seen/.test(name))).toEqual([]);
    for (const name of ['density_master', 'appearance_moments', 'density_steps', 'occupancy', 'last_seen']) {
      const { meta, tensors } = readContainer(withOptimiser, 'ball.impasto');
      tensors.delete(name);
      const file = writeContainer({ meta, tensors: [...tensors.values()] });
      expect(() => readFieldFile(gpu, file, 'ball.impasto')).toThrow(InputError);
      expect(() => readFieldFile(gpu, file, 'ball.impasto')).toThrow(`tensor '${name}'`);
    }
  });
});

describe('a session', () => {
  const { train: full } = PRESETS.quick;
  const GOAL = 72;
  beforeAll(() => {
    // Few rays at first and room for many, so that their number changes on the way.
    PRESETS.quick.train = { ...full, raysPerStep: 256, raysPerStepMost: 4096, samplesPerStep: 1 << 12, seenWindow: 16 };
  });
  afterAll(() => {
    PRESETS.quick.train = full;
  });

  async function opened(): Promise<ImpastoSession> {
    const session = await createSession(gpu, { bundledNetwork: {} as never });
    await session.loadScene(await ballFiles(scene), { decoder: nodeDecoder, holdout: 0 });
    return session;
  }

  it('that is cancelled, kept and opened again ends in the very file of one that was not', async () => {
    const straight = await opened();
    await straight.train({ preset: 'quick', steps: GOAL, seed: 3 });
    const expected = await straight.save();
    straight.destroy();

    const stopped = await opened();
    const cancel = new AbortController();
    stopped.on('train', ({ step }) => {
      if (step >= 40) cancel.abort();
    });
    await stopped.train({ preset: 'quick', steps: GOAL, seed: 3, signal: cancel.signal });
    expect(stopped.state.trainedSteps).toBeLessThan(GOAL);
    const kept = await stopped.save({ withOptimiser: true });
    const pace = (readContainer(kept, 'kept').meta.optimiser as { pace: { rays: number } }).pace;
    expect(pace.rays).not.toBe(256);
    stopped.destroy();

    const again = await opened();
    await again.load(kept, 'kept.impasto');
    await again.train({ preset: 'quick', steps: GOAL });
    expect(Buffer.from(await again.save()).equals(Buffer.from(expected))).toBe(true);
    // A compact file has no optimiser to give.
    await again.load(expected, 'compact.impasto');
    await expect(again.save({ withOptimiser: true })).rejects.toThrow(/^optimiser: expected/);
    again.destroy();
  });
});
