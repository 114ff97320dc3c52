// A field file is opened whole or not at all: whichever of its buffers cannot be made, what was there is shown as before,
// to the bit, and nothing of the new field is left on the GPU.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { InputError } from '../../../src/errors.ts';
import type { Gpu } from '../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import { Field } from '../../../src/nerf/field.ts';
import { bundledWeights } from '../../../src/node/weights.ts';
import { writeFieldFile } from '../../../src/session/field-file/field-file.ts';
import { createSession } from '../../../src/session/session.ts';
import { mixOf } from '../../../src/session/style-mix.ts';
import type { ImpastoSession } from '../../../src/session/types.ts';
import { ballScene } from '../../reference/nerf/ball.ts';
import { SMALL_FIELD } from '../../reference/nerf/cases.ts';

let gpu: Gpu;
let session: ImpastoSession;
let first: Uint8Array<ArrayBuffer>;
let second: Uint8Array<ArrayBuffer>;
const scene = ballScene(3, 12);
/** Buffers that were made and not destroyed. */
const alive = new Set<GPUBuffer>();
/** How many more may be made before one fails. */
let allowed = Number.POSITIVE_INFINITY;
let asked = 0;

async function fileOf(seed: number, config = SMALL_FIELD): Promise<Uint8Array<ArrayBuffer>> {
  const field = Field.create(gpu, config, false, seed);
  const network = field.appearance.network.clone('Style');
  const style = { appearance: { ...field.appearance, network, viewDependent: false }, names: ['waves'] };
  const bytes = await writeFieldFile({ preset: 'quick', steps: 8 + seed, seed, field, look: mixOf(style), scene });
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
  const make = gpu.device.createBuffer.bind(gpu.device);
  gpu.device.createBuffer = (descriptor) => {
    asked++;
    if (allowed-- <= 0) throw new Error('no more buffers');
    const buffer = make(descriptor);
    const destroy = buffer.destroy.bind(buffer);
    alive.add(buffer);
    buffer.destroy = () => {
      alive.delete(buffer);
      return destroy();
    };
    return buffer;
  };
  session = await createSession(gpu, { bundledNetwork: bundledWeights() });
  first = await fileOf(1);
  second = await fileOf(2);
});
afterAll(() => {
  session.destroy();
  closeNodeGpu(gpu);
});

it('keeps what was there, whichever buffer fails', async () => {
  await session.load(first, 'first.impasto');
  // Once through, so that kernels and their uniforms are there.
  await session.load(second, 'second.impasto');
  await session.load(first, 'first.impasto');
  const before = await shown();
  asked = 0;
  await session.load(second, 'second.impasto');
  const needed = asked;
  await session.load(first, 'first.impasto');
  expect(needed).toBeGreaterThan(20);
  const held = alive.size;
  const { state } = session;
  for (let at = 0; at < needed; at += Math.max(1, Math.floor(needed / 24))) {
    allowed = at;
    await expect(session.load(second, 'second.impasto'), `buffer ${at} of ${needed}`).rejects.toThrow(
      'no more buffers',
    );
    allowed = Number.POSITIVE_INFINITY;
    // A reading that was under way beside the one that failed ends a moment later.
    await expect.poll(() => alive.size, { message: `left after buffer ${at}` }).toBe(held);
    expect([state.busy, state.trainedSteps, session.library.styles.length]).toEqual(['idle', 9, 1]);
  }
  expect(await shown()).toEqual(before);
  await session.load(second, 'second.impasto');
  expect(state.trainedSteps).toBe(10);
});

it('refuses networks that the adapter cannot run, in one sentence, and keeps what was there', async () => {
  // 128 x 128 weights take more workgroup memory than the 16 KiB that every adapter has.
  const large = await fileOf(3, { ...SMALL_FIELD, levels: 32, densityHidden: 128, colourHidden: 128 }).catch(
    () => null,
  );
  if (!large) throw new Error('expected a file to be written');
  await session.load(first, 'first.impasto');
  const before = await shown();
  await expect(session.load(large, 'large.impasto')).rejects.toBeInstanceOf(InputError);
  expect(session.state.trainedSteps).toBe(9);
  expect(await shown()).toEqual(before);
});
