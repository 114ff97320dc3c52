// The session's feature network: replaced by a file of the user's, kept when the file is none, not while it paints; VGG-19
// fetched when it is first needed.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cancelled, inputError } from '../../../src/errors.ts';
import type { Gpu } from '../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import { bundledWeights } from '../../../src/node/weights.ts';
import { nodeDecoder } from '../../../src/scene/node-decoder.ts';
import { createSession } from '../../../src/session/session.ts';
import type { ImpastoSession } from '../../../src/session/types.ts';
import type { WeightsSource } from '../../../src/style/features/network-weights.ts';
import { torchvisionName } from '../../../src/style/features/safetensors.ts';
import { patternNetwork } from '../../reference/conv.ts';
import { benchFiles } from './scene-files.ts';

/** A .safetensors of these blocks; `change` spoils a shape. */
function source(name: string, blocks: number[][], change: (shape: number[], name: string) => number[] = (s) => s) {
  const header: Record<string, object> = {};
  const parts: Buffer[] = [];
  let at = 0;
  for (const c of patternNetwork(blocks, 'max').convolutions) {
    for (const [part, shape, data] of [
      ['weight', [c.outChannels, c.inChannels, 3, 3], c.weight],
      ['bias', [c.outChannels], c.bias],
    ] as const) {
      const key = torchvisionName(`${c.name}.${part}`);
      header[key] = { dtype: 'F32', shape: change([...shape], key), data_offsets: [at, (at += data.byteLength)] };
      parts.push(Buffer.from(data.buffer));
    }
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const bytes = new Uint8Array(Buffer.concat([length, json, ...parts]));
  return { name: `${name}.safetensors`, read: async () => bytes } satisfies WeightsSource;
}

const FULL = [[4, 4], [4, 4], [8, 8, 8, 8], [8]];
const style = {
  name: 'stripes',
  picture: {
    width: 48,
    height: 48,
    data: new Uint8ClampedArray(48 * 48 * 4).map((_, i) => (i % 4 === 3 ? 255 : 128 + 90 * Math.sin(i * 0.7))),
  },
  weight: 1,
};

let gpu: Gpu;
let session: ImpastoSession;
const notices: string[] = [];
let remote: () => Promise<ReturnType<typeof patternNetwork> | null> = async () => null;
beforeAll(async () => {
  gpu = await openNodeGpu();
  session = await createSession(gpu, { bundledNetwork: bundledWeights(), remoteNetwork: () => remote() });
  session.on('notice', ({ text }) => notices.push(text));
  await session.loadScene(benchFiles(), { decoder: nodeDecoder, downscale: 4, holdout: 0 });
  await session.train({ preset: 'quick', steps: 4 });
});
afterAll(async () => {
  session.destroy();
  await gpu.idle();
  await new Promise((resolve) => setTimeout(resolve, 0));
  closeNodeGpu(gpu);
});

const paint = (signal?: AbortSignal) => session.stylize({ styles: [style], loss: 'nnfm', steps: 2, signal });

describe('useNetwork', () => {
  it('takes a file, paints with it and keeps all else', async () => {
    const before = await session.save();
    expect(await session.useNetwork(source('mine', FULL))).toBe('mine.safetensors');
    expect(session.state.features).toBe('mine.safetensors');
    expect(await session.save()).toEqual(before);
    expect((await paint()).features).toBe('mine.safetensors');
  });

  it.each<[string, WeightsSource, RegExp]>([
    [
      'of a wrong shape',
      source('bad', FULL, (shape, name) => (name === 'features.7.weight' ? [2, 2, 3, 12] : shape)),
      /^tensor 'features\.7\.weight' in bad\.safetensors: expected shape \[O, 4, 3, 3\], found \[2, 2, 3, 12\]$/,
    ],
    [
      'that ends too early',
      source('low', FULL.slice(0, 2)),
      /^layers in feature network low\.safetensors: expected at least conv3_1, found up to conv2_2$/,
    ],
    ['that is none', { name: 'a.safetensors', read: async () => new Uint8Array(3) }, /expected at least 8 bytes/],
  ])('refuses a file %s, and goes on with what was there', async (_, file, sentence) => {
    await expect(session.useNetwork(file)).rejects.toThrow(sentence);
    expect(session.state.features).toBe('mine.safetensors');
    expect((await paint()).features).toBe('mine.safetensors');
  });

  it('is not done while a painting is under way', async () => {
    const stop = new AbortController();
    const painting = paint(stop.signal);
    await expect(session.useNetwork(source('late', FULL))).rejects.toThrow(
      'feature network: expected no painting or measuring under way, found stylizing',
    );
    stop.abort();
    await painting.catch((error) => expect(error).toBeInstanceOf(Cancelled));
    expect(session.state.features).toBe('mine.safetensors');
  });

  it('goes back with null: VGG-19 where it is fetched, else the small one, with a notice', async () => {
    expect(await session.useNetwork(null)).toBe('small');
    expect(notices.at(-1)).toBe('VGG-19 was declined; the small network is in use');
    remote = async () => {
      throw inputError('feature network', 'https://example.org', 'bytes', 'no connection');
    };
    expect(await session.useNetwork(null)).toBe('small');
    expect(notices.at(-1)).toMatch(/no connection; the small network is in use$/);
    remote = async () => ({ ...patternNetwork(FULL, 'max'), name: 'vgg19' });
    expect(await session.useNetwork(null)).toBe('vgg19');
    expect((await paint()).features).toBe('vgg19');
  });
});
