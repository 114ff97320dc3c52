// Feature networks in the page: what a drop is taken for, what is read of it, and that VGG-19 from an address is asked
// for first, kept, and done without when it is declined.

import { describe, expect, it } from 'vitest';
import { Cancelled } from '../../../src/errors.ts';
import type { WeightsCache } from '../../../src/style/features/remote-weights.ts';
import { torchvisionName } from '../../../src/style/features/safetensors.ts';
import type { Question } from '../../../src/viewer/ask.ts';
import { kindOf } from '../../../src/viewer/dropped-files.ts';
import { droppedNetwork, remoteNetwork } from '../../../src/viewer/network.ts';
import { readUrlOptions } from '../../../src/viewer/url-options.ts';
import { patternNetwork } from '../../reference/conv.ts';
import { memorySource } from '../../scene-fixtures.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('dropped networks', () => {
  it.each([
    ['network', ['vgg19.safetensors']],
    ['network', ['small.json', 'small.bin']],
    ['network', ['weights/small.bin', 'weights/small.JSON']],
    ['scene', ['transforms.json']],
    ['scene', ['transforms.json', 'a.png']],
    ['scene', ['cameras.bin', 'images.bin', 'points3D.bin']],
  ])('take for a %s: %j', async (kind, paths) => {
    expect(await kindOf(memorySource(Object.fromEntries(paths.map((path) => [path, ''])), 'files'))).toBe(kind);
  });

  it('are read by name, whatever folder they came in', async () => {
    const source = await droppedNetwork(memorySource({ 'w/n.json': '{}', 'w/n.bin': bytes('data') }));
    expect(source.name).toBe('n.json');
    expect(await source.read('n.bin')).toEqual(bytes('data'));
    await expect(source.read('m.bin')).rejects.toThrow(/'m\.bin' dropped with it, found it missing/);
  });
});

describe('VGG-19 from an address', () => {
  const network = patternNetwork([[4]], 'max');
  const [c] = network.convolutions;
  const parts = [c.weight, c.bias].map((data) => new Uint8Array(data.buffer));
  const header = JSON.stringify({
    [torchvisionName('conv1_1.weight')]: { dtype: 'F32', shape: [4, 3, 3, 3], data_offsets: [0, 432] },
    [torchvisionName('conv1_1.bias')]: { dtype: 'F32', shape: [4], data_offsets: [432, 448] },
  });
  const file = new Uint8Array(8 + header.length + 448);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(bytes(header), 8);
  parts.forEach((part, i) => {
    file.set(part, 8 + header.length + 432 * i);
  });
  const server = (async (_: string, { headers }: { headers: { Range: string } }) => {
    const [start, end] = /(\d+)-(\d+)/.exec(headers.Range)!.slice(1).map(Number);
    const range = file.subarray(start, Math.min(file.length, end + 1));
    // No Content-Range: a page is not shown that of another origin.
    return new Response(range, { status: 206 });
  }) as unknown as typeof fetch;

  function memoryCache(): WeightsCache {
    const kept = new Map<string, Uint8Array>();
    return {
      get: async (key) => kept.get(key) ?? null,
      set: async (key, value) => void kept.set(key, value),
      delete: async (key) => void kept.delete(key),
    };
  }

  const address = 'https://example.org/vgg19.safetensors';

  it('is asked for once, fetched and kept', async () => {
    const questions: Question[] = [];
    const answer = async (question: Question) => questions.push(question) > 0;
    const options = { cache: memoryCache(), fetch: server, top: 'relu1_1' as const };
    const fetched = await remoteNetwork(address, answer, options)!(() => {});
    expect(fetched?.convolutions[0].weight).toEqual(c.weight);
    await remoteNetwork(address, answer, options)!(() => {});
    expect(questions).toHaveLength(1);
    expect(questions[0].text).toContain('1 MB are fetched from example.org');
  });

  it('is done without when declined, and ends with what is cancelled', async () => {
    const options = { cache: memoryCache(), fetch: server, top: 'relu1_1' as const };
    expect(await remoteNetwork(address, async () => false, options)!(() => {})).toBeNull();
    const cancelled = remoteNetwork(address, () => Promise.reject(new Cancelled()), options)!(() => {});
    await expect(cancelled).rejects.toBeInstanceOf(Cancelled);
  });

  it('is never thought of where no address is set', () => {
    const never = async () => expect.unreachable();
    expect(remoteNetwork(undefined, never)).toBeUndefined();
    expect(remoteNetwork('', never)).toBeUndefined();
    expect(remoteNetwork('small', never)).toBeUndefined();
    expect(remoteNetwork('https://[', never)).toBeUndefined();
    expect(readUrlOptions('?features=small').features).toBe('small');
    expect(readUrlOptions('?features=').features).toBeUndefined();
  });
});
