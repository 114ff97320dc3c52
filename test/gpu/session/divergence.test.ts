// Training and painting that turn to NaN are noticed within a second, told, and put back to their last good state, once; a
// second time they end there. What is saved is finite, and of one step. A poisoned file is refused, or recovered from.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../../../src/errors.ts';
import type { Gpu } from '../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import { type ContainerTensor, readContainer, writeContainer } from '../../../src/nerf/container.ts';
import type { HashNetwork } from '../../../src/nerf/field.ts';
import { bundledWeights } from '../../../src/node/weights.ts';
import { nodeDecoder } from '../../../src/scene/node-decoder.ts';
import type { SessionParts } from '../../../src/session/parts.ts';
import { PRESETS } from '../../../src/session/presets.ts';
import { createSession } from '../../../src/session/session.ts';
import type { ImpastoSession } from '../../../src/session/types.ts';
import { ballScene } from '../../reference/nerf/ball.ts';
import { ballFiles } from './scene-files.ts';

const SIDE = 24;
const GOAL = 32;

let gpu: Gpu;
let session: ImpastoSession;
let notices: string[];
/** What the session has on the GPU: tests write NaN there. */
const parts = () => (session as unknown as { parts: SessionParts }).parts;
const fieldOf = () => parts().open.needed().field;
const paintedNetwork = () => parts().display.mix.styles[0].style.appearance.network;

const poison = (network: HashNetwork) => network.weights.write(new Float32Array(network.weightCount).fill(Number.NaN));

const full = { ...PRESETS.quick };
beforeAll(async () => {
  // Few samples and small views: the same kernels in a part of the time.
  PRESETS.quick.train = { ...full.train, raysPerStep: 256, raysPerStepMost: 256, samplesPerStep: 1 << 12 };
  PRESETS.quick.style = { ...full.style, viewSide: 32 };
  gpu = await openNodeGpu({ defaultsOnly: true });
  // One for all: its kernels are compiled once.
  session = await createSession(gpu, { bundledNetwork: bundledWeights() });
});
afterAll(() => {
  Object.assign(PRESETS.quick, full);
  session.destroy();
  closeNodeGpu(gpu);
});

const listening: (() => void)[] = [];
const listen: ImpastoSession['on'] = (event, listener) => {
  const off = session.on(event, listener);
  listening.push(off);
  return off;
};

beforeEach(async () => {
  for (const off of listening.splice(0)) off();
  notices = [];
  listen('notice', ({ text }) => notices.push(text));
  const scene = ballScene(6, SIDE);
  await session.loadScene(await ballFiles(scene), { decoder: nodeDecoder, holdout: 0 });
});

/** Every tensor of f32 that was saved. */
async function savedIsFinite(): Promise<boolean> {
  const { tensors } = readContainer(await session.save({ withOptimiser: true }), 'saved');
  return [...tensors.values()].every(({ dtype, data }) => dtype !== 'f32' || data.every(Number.isFinite));
}

/** The file, with one tensor's numbers changed. */
function changed(file: Uint8Array, name: string, value: number): Uint8Array<ArrayBuffer> {
  const { meta, tensors } = readContainer(file, 'file');
  const all = [...tensors.values()].map((tensor): ContainerTensor => {
    if (tensor.name !== name) return tensor;
    return { ...tensor, data: (tensor.data as Float32Array<ArrayBuffer>).map(() => value) };
  });
  return writeContainer({ meta, tensors: all });
}

describe.each(['density', 'appearance'] as const)('a training whose %s turns to NaN', (which) => {
  const network = () => (which === 'density' ? fieldOf().density : fieldOf().appearance.network);

  it('goes back once, at the very next reading, says so, and is finished', async () => {
    const told: string[] = [];
    let poisonedAt = 0;
    listen('train', ({ step }) => {
      told.push('train');
      if (step < 12 || poisonedAt) return;
      poisonedAt = performance.now();
      poison(network());
      told.length = 0;
    });
    listen('notice', () => {
      console.log(`${which}: told ${(performance.now() - poisonedAt).toFixed(0)} ms after it turned to NaN`);
      told.push('notice');
    });
    await session.train({ preset: 'quick', steps: GOAL, seed: 3 });
    expect(notices).toEqual([
      expect.stringMatching(
        /^training, step \d+: expected finite numbers, found NaN or infinity: gone back to step 0, at a quarter of the rate$/,
      ),
    ]);
    // Readings are a slice apart: 24 ms of the GPU's time, a quarter of a second on software adapters.
    expect(told[0]).toBe('notice');
    expect(session.state.trainedSteps).toBe(GOAL);
    expect(await savedIsFinite()).toBe(true);
  });
});

it('a training that turns to NaN again ends at its last good state', async () => {
  listen('train', ({ step }) => {
    if (step >= 12) poison(fieldOf().density);
  });
  const training = session.train({ preset: 'quick', steps: GOAL, seed: 3 });
  await expect(training).rejects.toThrow(InputError);
  await expect(training).rejects.toThrow(
    /^training, step \d+: expected finite numbers, found .* as it was at step 0\)$/,
  );
  expect([session.state.busy, session.state.trainedSteps]).toEqual(['idle', 0]);
  expect(await savedIsFinite()).toBe(true);
});

it('what turned to NaN by the last step of all is put back too, and is not saved', async () => {
  listen('train', ({ step }) => {
    if (step === GOAL) poison(fieldOf().density);
  });
  await session.train({ preset: 'quick', steps: GOAL, seed: 3 });
  expect(notices).toHaveLength(1);
  expect(notices[0]).toMatch(/found NaN in the weights of Field.density: gone back to step 0/);
  expect(session.state.trainedSteps).toBe(0);
  poison(fieldOf().density);
  await expect(session.save()).rejects.toThrow(
    'weights of Field.density: expected finite numbers to be kept, found NaN',
  );
});

it('a poisoned file is refused; one that leads astray is recovered from', async () => {
  await session.train({ preset: 'quick', steps: 8, seed: 3 });
  const good = await session.save({ withOptimiser: true });
  for (const name of ['appearance_weights', 'density_master', 'density_moments', 'appearance_scales', 'occupancy']) {
    const loading = session.load(changed(good, name, Number.NaN), 'bad.impasto');
    await expect(loading).rejects.toThrow(InputError);
    await expect(loading).rejects.toThrow(`tensor '${name}' in bad.impasto: expected finite numbers, found NaN at 0`);
  }
  expect(session.state.trainedSteps).toBe(8);
  // Finite, and still no training: a root of what is negative makes the first step NaN; the file's field is gone back to.
  await session.load(changed(good, 'density_moments', -1), 'astray.impasto');
  await session.train({ preset: 'quick', steps: 16 });
  expect(notices).toEqual([expect.stringMatching(/^training, step \d+: .* NaN or infinity: gone back to step 8,/)]);
  expect(session.state.trainedSteps).toBe(16);
  expect(await savedIsFinite()).toBe(true);
});

it('saves one step while training goes on', async () => {
  const saving: Promise<Uint8Array>[] = [];
  listen('train', () => {
    if (saving.length < 3) saving.push(session.save({ withOptimiser: true }));
  });
  await session.train({ preset: 'quick', steps: GOAL, seed: 3 });
  for (const bytes of await Promise.all(saving)) {
    const { meta, tensors } = readContainer(bytes, 'saved');
    const most = (name: string) => (tensors.get(name)!.data as Uint32Array).reduce((a, b) => Math.max(a, b), 0);
    // A coarse entry is touched by every step.
    expect([most('density_steps'), most('appearance_steps')]).toEqual([meta.steps, meta.steps]);
  }
  expect(saving).toHaveLength(3);
});

describe('a painting that turns to NaN', () => {
  const picture = { width: 32, height: 32, data: Uint8ClampedArray.from({ length: 4096 }, (_, i) => (i * 37) % 256) };
  const style = { name: 'noise', picture, weight: 1 };
  beforeEach(async () => {
    await session.train({ preset: 'quick', steps: 16, seed: 3 });
  });

  it('goes back once, says so, and is finished', async () => {
    let poisoned = false;
    listen('style', () => {
      if (!poisoned) poison(paintedNetwork());
      poisoned = true;
    });
    const score = await session.stylize({ styles: [style], loss: 'gram', steps: 12 });
    expect(notices).toEqual([expect.stringMatching(/^painting, step \d+: .* gone back to step 0, at a quarter/)]);
    expect(Number.isFinite(score.end)).toBe(true);
    expect(session.library.styles).toHaveLength(1);
    expect(await savedIsFinite()).toBe(true);
  });

  it('again: ends with what was there before', async () => {
    listen('style', () => poison(paintedNetwork()));
    listen('changed', () => session.state.busy === 'stylizing' && session.state.painted && poison(paintedNetwork()));
    await expect(session.stylize({ styles: [style], loss: 'gram', steps: 12 })).rejects.toThrow(InputError);
    expect([session.state.busy, session.state.painted, session.library.styles.length]).toEqual(['idle', false, 0]);
  });
});
