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
function makeFile(scale = 1, without?: string) {
  const tensors = new Map<string, { shape: number[]; bytes: Uint8Array }>();
  const order: Uint8Array[] = [];
  for (const c of network.convolutions) {
    const weight = {
      shape: [c.outChannels, c.inChannels, 3, 3],
      bytes: new Uint8Array(c.weight.map((w) => scale * w).buffer),
    };
    const bias = { shape: [c.outChannels], bytes: new Uint8Array(c.bias.slice().buffer) };
    tensors.set(torchvisionName(`${c.name}.weight`), weight);
    tensors.set(torchvisionName(`${c.name}.bias`), bias);
    if (c.name !== 'conv3_1') order.push(weight.bytes, bias.bytes);
  }
  if (without) tensors.delete(without);
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
/** What the server says of its file. */
let tag: string | null;
/** What the server does with a request; true where it has answered. */
let behave: (request: IncomingMessage, response: ServerResponse, start: number, end: number) => boolean;

/** What a behaviour returns once it has answered. */
const done = (_: unknown) => true;

beforeEach(async () => {
  ranges = [];
  tag = '"one"';
  behave = () => false;
  server = createServer((request, response) => {
    const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '')!;
    const [start, end] = [Number(from), Math.min(Number(to) + 1, file.length)];
    ranges.push(request.headers.range!);
    if (behave(request, response, start, end)) return;
    response.writeHead(206, {
      'content-range': `bytes ${start}-${end - 1}/${file.length}`,
      'content-length': end - start,
      ...(tag !== null && { etag: tag }),
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
    expect(await readdir(folder)).toHaveLength(1 + 6 + 1); // header, tensors, state
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
    let asked = 0;
    expect(await get({ top: 'relu4_1', confirm: async (bytes) => (asked = bytes) === 0 })).toBeNull();
    // Of VGG-19 in f32: the question comes before the file's own header.
    expect(asked).toBe(14_022_912);
    expect(ranges).toHaveLength(0);
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

  it('keeps parts of no file that it could not tell from another', async () => {
    tag = null;
    const cache = diskCache(folder);
    let served = 0;
    behave = (_, response) => served++ >= 4 && done(response.destroy());
    await expect(get({ cache })).rejects.toThrow(/no connection/);
    behave = () => false;
    ranges = [];
    expectNetwork(await get({ cache }));
    expect(ranges).toHaveLength(1 + 6);
  });

  it('begins anew where the file was changed meanwhile, at once and on a later visit', async () => {
    const other = makeFile(0.5);
    const cache = diskCache(folder);
    const begun = async (changeAt: number) => {
      tag = '"one"';
      let served = 0;
      behave = (request, response, start, end) => {
        if (served++ < changeAt) return false;
        expect(
          request.headers['if-range'] === undefined || request.headers['if-range'] === '"one"' || served > changeAt,
        ).toBe(true);
        const headers = { 'content-range': `bytes ${start}-${end - 1}/${other.file.length}`, etag: '"two"' };
        return done(response.writeHead(206, headers).end(other.file.subarray(start, end)));
      };
      return await get({ cache, sha256: undefined });
    };
    for (const changeAt of [3, 5]) {
      const found = await begun(changeAt);
      expect(found!.convolutions[0].weight[1]).toBe(0.5 * network.convolutions[0].weight[1]);
      expect(found!.convolutions[2].weight[1]).toBe(0.5 * network.convolutions[2].weight[1]);
      for (const name of await readdir(folder)) await rm(join(folder, name));
    }
    let served = 0;
    behave = (_, response) => served++ >= 4 && done(response.destroy());
    await expect(get({ cache })).rejects.toThrow(/no connection/);
    expect((await readdir(folder)).length).toBeGreaterThan(3);
    const later = await begun(0);
    expect(later!.convolutions[0].weight[1]).toBe(0.5 * network.convolutions[0].weight[1]);
  });

  it('forgets a file that was judged bad, and takes the mended one', async () => {
    const cache = diskCache(folder);
    const bad = makeFile(1, 'features.0.bias');
    behave = (_, response, start, end) =>
      done(
        response
          .writeHead(206, { 'content-range': `bytes ${start}-${end - 1}/${bad.file.length}`, etag: '"bad"' })
          .end(bad.file.subarray(start, end)),
      );
    await expect(get({ cache, sha256: undefined })).rejects.toThrow(/features\.0\.bias/);
    behave = () => false;
    expectNetwork(await get({ cache }));
  });

  it('refuses bytes from elsewhere in the file', async () => {
    behave = (_, response, start, end) =>
      start > 0 &&
      done(
        response
          .writeHead(206, { 'content-range': `bytes 0-${end - start - 1}/${file.length}` })
          .end(file.subarray(0, end - start)),
      );
    await expect(get()).rejects.toThrow(/expected bytes from \d+ on, found those from 0 on/);
  });

  it('gives up a connection that stands still, and a server that sends a byte a connection', async () => {
    behave = (_, response, start, end) =>
      start > 0 && done(response.writeHead(206, { 'content-range': `bytes ${start}-${end - 1}/${file.length}` }));
    await expect(get({ stallMs: 40 })).rejects.toThrow(/no connection/);
    behave = (_, response, start, end) => {
      if (start === 0) return false;
      response.writeHead(206, {
        'content-range': `bytes ${start}-${end - 1}/${file.length}`,
        'content-length': end - start,
      });
      response.write(file.subarray(start, start + 1), () => setTimeout(() => response.destroy(), 2));
      return true;
    };
    ranges = [];
    await expect(get()).rejects.toThrow(/found \d+ in \d+ connections/);
    expect(ranges.length).toBeLessThan(40);
  });

  it('sends nothing over plain http but to this machine', async () => {
    const never = async () => expect.unreachable('sent');
    const far = 'http://example.org/vgg.safetensors';
    await expect(get({ url: far, fetch: never })).rejects.toThrow(
      /expected https, or an address of this machine, found http/,
    );
  });

  describe('redirects', () => {
    let far: string;
    beforeEach(() => {
      far = url.replace('127.0.0.1', 'localhost').replace('model', 'elsewhere');
      behave = (request, response) =>
        request.url === '/model.safetensors' && done(response.writeHead(302, { location: far }).end());
    });

    it('to another host are asked about once', async () => {
      const hosts: (string | null)[] = [];
      expectNetwork(await get({ confirmHost: async (host) => hosts.push(host) > 0 }));
      expect(hosts).toEqual([new URL(far).host]);
      expect(ranges).toHaveLength(1 + 1 + 6);
    });

    it('to another host are refused where nobody says yes', async () => {
      await expect(get()).rejects.toThrow(
        /found a redirect to localhost:\d+ \(--features-host localhost:\d+ allows it\)/,
      );
      await expect(get({ confirmHost: async () => false })).rejects.toBeInstanceOf(InputError);
    });

    it('that a browser hides are asked about before they are followed', async () => {
      let asked = 0;
      const browser = (async (address: string, init: RequestInit) => {
        if (init.redirect !== 'manual') return await fetch(address, init);
        const { type, status } = { type: 'opaqueredirect', status: 0 };
        const response = await fetch(address, { ...init, redirect: 'manual' });
        return response.status === 302 ? { type, status, headers: new Headers(), body: null } : response;
      }) as typeof fetch;
      await expect(get({ fetch: browser })).rejects.toThrow(/found a redirect/);
      expectNetwork(await get({ fetch: browser, confirmHost: async (host) => host === null && asked++ === 0 }));
      expect(asked).toBe(1);
    });

    it('to plain http elsewhere, and round in a circle, are refused', async () => {
      behave = (_, response) => done(response.writeHead(302, { location: 'http://example.org/x' }).end());
      await expect(get({ confirmHost: async () => true })).rejects.toThrow(/expected https/);
      behave = (_, response) => done(response.writeHead(302, { location: url }).end());
      await expect(get()).rejects.toThrow(/at most 5 redirects/);
    });
  });
});
