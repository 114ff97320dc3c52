// VGG over HTTP ranges, against a local server that can cut connections, ignore ranges, go away and send other bytes.

import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Cancelled, InputError } from '../../../../src/errors.ts';
import {
  fetchRemoteWeights,
  type RemoteWeightsOptions,
  type WeightsCache,
} from '../../../../src/style/features/remote-weights.ts';
import { torchvisionName } from '../../../../src/style/features/safetensors.ts';
import { diskCache } from '../../../../src/style/features/weights-node.ts';
import { patternNetwork } from '../../../reference/conv.ts';

const network = patternNetwork([[16, 24], [32], [32]], 'max');

/** A file with what is not needed around what is, as on real servers: tensors in the order of their names. */
function makeFile() {
  const tensors = new Map<string, { shape: number[]; bytes: Uint8Array }>();
  const order: Uint8Array[] = [];
  for (const c of network.convolutions) {
    const weight = { shape: [c.outChannels, c.inChannels, 3, 3], bytes: new Uint8Array(c.weight.slice().buffer) };
    const bias = { shape: [c.outChannels], bytes: new Uint8Array(c.bias.slice().buffer) };
    tensors.set(torchvisionName(`${c.name}.weight`), weight);
    tensors.set(torchvisionName(`${c.name}.bias`), bias);
    if (c.name !== 'conv3_1') order.push(weight.bytes, bias.bytes);
  }
  tensors.set('classifier.0.weight', { shape: [250_000], bytes: new Uint8Array(1_000_000) });
  const header: Record<string, object> = {};
  let offset = 0;
  const sorted = [...tensors].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, { shape, bytes }] of sorted) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, (offset += bytes.length)] };
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const file = Buffer.concat([length, json, ...sorted.map(([, { bytes }]) => bytes)]);
  return { file, sha256: createHash('sha256').update(Buffer.concat(order)).digest('hex') };
}

// To relu2_1: conv3_1 is in the file and not needed. pattern networks lack conv2_2, so none is asked for.
const { file, sha256 } = makeFile();
const top = 'relu2_1' as const;

let server: Server;
let url: string;
let ranges: string[];
let folder: string;
/** What the server does with a request; true where it has answered. */
let behave: (request: IncomingMessage, response: ServerResponse, start: number, end: number) => boolean;

/** What a behaviour returns once it has answered. */
const done = (_: unknown) => true;

beforeEach(async () => {
  ranges = [];
  behave = () => false;
  server = createServer((request, response) => {
    const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '')!;
    const [start, end] = [Number(from), Math.min(Number(to) + 1, file.length)];
    ranges.push(request.headers.range!);
    if (behave(request, response, start, end)) return;
    response.writeHead(206, {
      'content-range': `bytes ${start}-${end - 1}/${file.length}`,
      'content-length': end - start,
    });
    response.end(file.subarray(start, end));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.safetensors`;
  folder = await mkdtemp(join(tmpdir(), 'impasto-remote-'));
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

const get = (options: Partial<RemoteWeightsOptions> = {}) =>
  fetchRemoteWeights({ url, top, sha256, retryDelays: [1, 1], ...options });

function expectNetwork(found: Awaited<ReturnType<typeof get>>) {
  expect(found!.name).toBe('vgg19');
  expect(found!.convolutions.map((c) => c.name)).toEqual(['conv1_1', 'conv1_2', 'conv2_1']);
  found!.convolutions.forEach((c, i) => {
    expect(c.weight).toEqual(network.convolutions[i].weight);
    expect(c.bias).toEqual(network.convolutions[i].bias);
  });
}

describe('fetchRemoteWeights', () => {
  it('fetches only what is needed, with progress', async () => {
    const progress: number[] = [];
    let total = 0;
    expectNetwork(
      await get({
        onProgress: (loaded, of) => {
          progress.push(loaded);
          total = of;
        },
      }),
    );
    const needed = network.convolutions.slice(0, 3).reduce((sum, c) => sum + 4 * (c.weight.length + c.bias.length), 0);
    expect([progress[0], progress.at(-1), total]).toEqual([0, needed, needed]);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(ranges).toHaveLength(1 + 6);
  });

  it('needs no network once it is cached', async () => {
    const cache = diskCache(folder);
    await get({ cache });
    expect(await readdir(folder)).toHaveLength(1 + 6);
    ranges = [];
    expectNetwork(await get({ cache, confirm: async () => expect.unreachable('nothing to ask') }));
    expect(ranges).toEqual([]);
    server.closeAllConnections();
    server.close();
    expectNetwork(await get({ cache }));
  });

  it('goes on inside a tensor when the connection is cut', async () => {
    let cuts = 0;
    behave = (_, response, start, end) => {
      if (end - start < 3000 || cuts >= 4) return false;
      cuts++;
      response.writeHead(206, {
        'content-range': `bytes ${start}-${end - 1}/${file.length}`,
        'content-length': end - start,
      });
      response.write(file.subarray(start, start + 1000), () => setTimeout(() => response.destroy(), 5));
      return true;
    };
    expectNetwork(await get());
    expect(cuts).toBe(4);
  });

  it('goes on after a failed fetch with what it has', async () => {
    const cache = diskCache(folder);
    let served = 0;
    behave = (_, response) => served++ >= 4 && done(response.destroy());
    await expect(get({ cache })).rejects.toThrow(/found 0, then no connection/);
    await expect(get({ cache })).rejects.toBeInstanceOf(InputError);
    behave = () => false;
    ranges = [];
    let asked = 0;
    expectNetwork(await get({ cache, confirm: async (bytes) => (asked = bytes) > 0 }));
    expect(ranges).toHaveLength(3);
    expect(asked).toBeLessThan(network.convolutions.slice(0, 3).reduce((sum, c) => sum + 4 * c.weight.length, 0));
  });

  it('asks first, and takes no for an answer', async () => {
    expect(await get({ confirm: async () => false })).toBeNull();
    expect(ranges).toHaveLength(1);
  });

  it('refuses other bytes and forgets them', async () => {
    const cache = diskCache(folder);
    await expect(get({ cache, sha256: 'ab'.repeat(32) })).rejects.toThrow(
      /SHA-256 in .*: expected abababababababab, found/,
    );
    expect(await readdir(folder)).toEqual([]);
    expectNetwork(await get({ cache }));
  });

  it('does without a cache that cannot be written', async () => {
    const full: WeightsCache = {
      get: async () => null,
      set: async () => {
        throw new Error('ENOSPC: no space left on device');
      },
      delete: async () => {},
    };
    expectNetwork(await get({ cache: full }));
  });

  it('reads again what the cache holds in another length', async () => {
    const cache = diskCache(folder);
    await get({ cache });
    const [name] = (await readdir(folder)).filter((n) => n.endsWith('features.2.weight'));
    await cache.set(name, new Uint8Array(10));
    ranges = [];
    expectNetwork(await get({ cache }));
    expect(ranges).toHaveLength(1);
  });

  it.each<[string, RegExp, typeof behave]>([
    ['a missing file', /found status 404/, (_, response) => done(response.writeHead(404).end())],
    [
      'a server without ranges',
      /found a server that sends the whole file/,
      (_, response) => done(response.writeHead(200).end(file)),
    ],
    [
      'what is no .safetensors',
      /header length in .*: expected 2 to/,
      (_, response) => done(response.writeHead(206, { 'content-range': 'bytes 0-15/16' }).end(Buffer.alloc(16, 255))),
    ],
  ])('tells of %s', async (_, message, how) => {
    behave = how;
    await expect(get()).rejects.toThrow(message);
    await expect(get()).rejects.toBeInstanceOf(InputError);
  });

  it('tells of a layer that is not in the file', async () => {
    await expect(get({ top: 'relu2_2' })).rejects.toThrow(/tensor 'features\.7\.weight' in .*found none/);
  });

  it('ends when it is cancelled', async () => {
    const controller = new AbortController();
    behave = (_, __, start) => start > 0 && done(controller.abort());
    await expect(get({ signal: controller.signal })).rejects.toBeInstanceOf(Cancelled);
  });
});
