// A field, a style and a scene are taken whole or not at all: whichever buffer cannot be made, kernel cannot be compiled or
// wait is in vain, what was there is shown as before, to the bit, and nothing new is left on the GPU.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../../../src/errors.ts';
import type { Gpu } from '../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import { Field } from '../../../src/nerf/field.ts';
import { bundledWeights } from '../../../src/node/weights.ts';
import type { PictureDecoder } from '../../../src/scene/types.ts';
import { writeFieldFile } from '../../../src/session/field-file/field-file.ts';
import type { KernelCache } from '../../../src/session/kernel-cache.ts';
import type { SessionParts } from '../../../src/session/parts.ts';
import { REGION_RESOLUTION } from '../../../src/session/regions/surface-index.ts';
import { createSession } from '../../../src/session/session.ts';
import { mixOf } from '../../../src/session/style-mix.ts';
import type { ImpastoSession } from '../../../src/session/types.ts';
import { FaultPoints } from '../../reference/fault-points.ts';
import { ballScene } from '../../reference/nerf/ball.ts';
import { SMALL_FIELD } from '../../reference/nerf/cases.ts';
import { memorySource, onCircle } from '../../scene-fixtures.ts';

let gpu: Gpu;
let points: FaultPoints;
let session: ImpastoSession;
let first: Uint8Array<ArrayBuffer>;
let second: Uint8Array<ArrayBuffer>;
const scene = ballScene(3, 12);
const parts = () => (session as unknown as { parts: SessionParts }).parts;

async function fileOf(seed: number, config = SMALL_FIELD): Promise<Uint8Array<ArrayBuffer>> {
  const field = Field.create(gpu, config, false, seed);
  const network = field.appearance.network.clone('Style');
  const style = { appearance: { ...field.appearance, network, viewDependent: false }, names: ['waves'] };
  const look = mixOf(style);
  const labels = new Uint8Array(REGION_RESOLUTION ** 3).fill(1, 0, REGION_RESOLUTION ** 3 / 2);
  const regions = { resolution: REGION_RESOLUTION, labels, list: [{ id: 1, name: 'half', softness: 0, look }] };
  const bytes = await writeFieldFile({ preset: 'quick', steps: 8 + seed, seed, field, look, regions, scene });
  network.destroy();
  field.destroy();
  return bytes;
}

async function shown(): Promise<Float32Array> {
  const target = session.createTarget(33, 17);
  await session.render(scene.test[0].camera, target);
  const rgb = await target.rgb.readF32();
  session.destroyTarget(target);
  return rgb;
}

beforeAll(async () => {
  gpu = await openNodeGpu({ defaultsOnly: true });
  points = new FaultPoints(gpu.device);
  session = await createSession(gpu, { bundledNetwork: bundledWeights() });
  first = await fileOf(1);
  second = await fileOf(2);
  await session.load(first, 'first.impasto');
});
afterAll(() => {
  session.destroy();
  closeNodeGpu(gpu);
});

/** What of the session must be as it was. */
const told = () => {
  const { busy, trainedSteps, painted, scene: open, shown: mix } = session.state;
  const styles = session.library.styles.map(({ id }) => id);
  return { busy, trainedSteps, painted, scene: open?.name, mix, styles, regions: session.regions.list.length };
};

/**
 * Runs a path once for each of its points, with that one failing.
 * @param undo takes back what it did where it went well
 * @param each of so many points one, where they are many of a kind
 * @returns names of the points
 */
async function failEach(path: () => Promise<unknown>, undo: () => Promise<void>, each = 1): Promise<string[]> {
  await path();
  await undo();
  points.arm();
  await path();
  const names = points.passed;
  points.arm();
  await undo();
  const before = await shown();
  const state = told();
  await gpu.idle();
  const held = points.alive.size;
  for (const [at, name] of names.entries()) {
    if (at % each !== 0) continue;
    points.arm(at);
    const failed = await path().then(
      () => null,
      (cause: Error) => cause,
    );
    points.arm();
    const what = `point ${at} of ${names.length}, ${name}`;
    // Where it is none that matters the path goes on.
    if (failed === null) await undo();
    else expect(failed.message, what).toContain('injected');
    await expect.poll(() => points.alive.size, { message: `left after ${what}` }).toBe(held);
    expect(told(), what).toEqual(state);
  }
  expect(await shown()).toEqual(before);
  return names;
}

const kinds = (names: string[]) => [...new Set(names.map((name) => name.split(' ')[0]))].sort();

describe('fails at each of its points and leaves what was there:', () => {
  beforeEach(async () => {
    await session.load(first, 'first.impasto');
  });
  const reload = () => session.load(first, 'first.impasto');

  it('loading a field, its styles and regions', async () => {
    const names = await failEach(() => session.load(second, 'second.impasto'), reload);
    console.log(`loading a field: ${names.length} points`);
    expect(names.length).toBeGreaterThan(20);
    expect(kinds(names)).toEqual(
      expect.arrayContaining(['createBuffer', 'mapAsync', 'onSubmittedWorkDone', 'popErrorScope']),
    );
    await session.load(second, 'second.impasto');
    expect(session.state.trainedSteps).toBe(10);
  });

  it('loading one whose kernels are still to be compiled', async () => {
    const forget = () => (parts().kernels as unknown as { entries: KernelCache['entries'] }).entries.clear();
    const path = async () => {
      forget();
      await session.load(second, 'second.impasto');
    };
    // All that comes after the compiling is tried above.
    const names = await failEach(path, reload, 8);
    console.log(`loading a field and compiling its kernels: ${names.length} points`);
    expect(kinds(names)).toEqual(expect.arrayContaining(['createShaderModule', 'createComputePipelineAsync']));
  });

  it('importing a style', async () => {
    const file = await session.library.export(session.library.styles[0].id);
    const without = async () => {
      await session.load(first, 'first.impasto');
      session.clearStyle();
      parts().regions.drop();
      parts().library.clear();
    };
    await without();
    const names = await failEach(() => session.library.import(file, 'waves.style.impasto'), without);
    console.log(`importing a style: ${names.length} points`);
    expect(names.length).toBeGreaterThan(5);
  });

  it('opening a scene', async () => {
    const size = { width: 4, height: 4 };
    const decoder: PictureDecoder = {
      size: async () => size,
      decode: async () => ({ ...size, data: new Uint8ClampedArray(64).fill(200) }),
    };
    const frames = [0, 1, 2, 3].map((i) => ({ file_path: `${i}.png`, transform_matrix: onCircle(i) }));
    const pictures = Object.fromEntries(frames.map(({ file_path }) => [file_path, new Uint8Array(8)]));
    const files = memorySource({ 'transforms.json': { camera_angle_x: 0.8, frames }, ...pictures }, 'four');
    for (const method of ['list', 'read'] as const) points.waits(files, method);
    for (const method of ['size', 'decode'] as const) points.waits(decoder, method);
    const names = await failEach(() => session.loadScene(files, { decoder, holdout: 0 }), reload);
    console.log(`opening a scene: ${names.length} points`);
    expect(kinds(names)).toEqual(expect.arrayContaining(['list', 'read', 'size', 'decode', 'onSubmittedWorkDone']));
  });
});

it('refuses networks that the adapter cannot run, in one sentence, and keeps what was there', async () => {
  // 128 x 128 weights take more workgroup memory than the 16 KiB that every adapter has.
  const large = await fileOf(3, { ...SMALL_FIELD, levels: 32, densityHidden: 128, colourHidden: 128 });
  await session.load(first, 'first.impasto');
  const before = await shown();
  await expect(session.load(large, 'large.impasto')).rejects.toBeInstanceOf(InputError);
  expect(session.state.trainedSteps).toBe(9);
  expect(await shown()).toEqual(before);
});
