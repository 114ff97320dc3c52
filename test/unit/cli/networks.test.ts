// Which feature network `--features`, `--offline` and IMPASTO_VGG19 lead to, against a local server and a cache folder of
// the test's own: fetched once, kept, refused by hash, done without where nothing answers.

import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { foundNetworks, givenNetwork } from '../../../src/cli/networks.ts';
import { runCommandLine } from '../../../src/cli/program.ts';
import { InputError } from '../../../src/errors.ts';
import { torchvisionName } from '../../../src/style/features/safetensors.ts';
import { patternNetwork } from '../../reference/conv.ts';

const weights = patternNetwork([[4, 4], [4, 4], [4, 4, 4, 4], [8, 8, 8, 8], [8]], 'max');
/** To relu4_1: what is fetched unless more is asked for. */
const NEEDED = 9;

function safetensors(change: (shape: number[], name: string) => number[] = (shape) => shape): Buffer {
  const header: Record<string, object> = {};
  const parts: Buffer[] = [];
  let at = 0;
  for (const c of weights.convolutions) {
    for (const [part, shape, data] of [
      ['weight', [c.outChannels, c.inChannels, 3, 3], c.weight],
      ['bias', [c.outChannels], c.bias],
    ] as const) {
      const name = torchvisionName(`${c.name}.${part}`);
      header[name] = { dtype: 'F32', shape: change([...shape], name), data_offsets: [at, (at += data.byteLength)] };
      parts.push(Buffer.from(data.buffer));
    }
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, ...parts]);
}

const good = safetensors();
const tensors = good.subarray(8 + Number(good.readBigUInt64LE()));
const hash = createHash('sha256').update(tensors).digest('hex');
const wrong = safetensors((shape, name) => (name === 'features.5.weight' ? [3, 4, 4, 3] : shape));

let server: Server;
let base: string;
let requests = 0;
let folder: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    requests++;
    const file = { '/vgg.safetensors': good, '/wrong.safetensors': wrong }[request.url ?? ''];
    if (!file) return void response.writeHead(404).end();
    const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '')!;
    const [start, end] = [Number(from), Math.min(Number(to) + 1, file.length)];
    response.writeHead(206, { 'content-range': `bytes ${start}-${end - 1}/${file.length}` });
    response.end(file.subarray(start, end));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'impasto-networks-'));
  vi.stubEnv('XDG_CACHE_HOME', folder);
  vi.stubEnv('IMPASTO_VGG19', '');
  requests = 0;
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

async function given(options: Parameters<typeof givenNetwork>[1]) {
  let stderr = '';
  const io = {
    stdout: () => {
      throw new Error('progress on stdout');
    },
    stderr: (text: string) => void (stderr += text),
    terminal: null,
    signal: new AbortController().signal,
  };
  const network = await givenNetwork(io, options);
  return { network, stderr };
}

it('are listed by a command, which lets go of what was fetched', async () => {
  await given({ features: `${base}/vgg.safetensors` });
  const run = async (...argv: string[]) => {
    let stdout = '';
    const io = { stdout: (text: string) => void (stdout += text), stderr: () => {}, terminal: null };
    expect(await runCommandLine(['features', ...argv], { ...io, signal: new AbortController().signal })).toBe(0);
    return stdout;
  };
  const { fetched, networks } = JSON.parse(await run('--json', '-'));
  expect(fetched.bytes).toBeGreaterThan(1000);
  expect(networks.map(({ name }: { name: string }) => name)).toEqual(['vgg19', 'small']);
  expect(await run('--clear')).toMatch(/fetched {2}0\.0 MB in .*, cleared\n$/);
  expect(existsSync(fetched.folder)).toBe(false);
});

describe('an address', () => {
  it('is fetched once, with progress, and cached', async () => {
    const { network, stderr } = await given({ features: `${base}/vgg.safetensors` });
    expect(network?.name).toBe('vgg19');
    expect(network?.convolutions.map((c) => [...c.weight])).toEqual(
      weights.convolutions.slice(0, NEEDED).map((c) => [...c.weight]),
    );
    expect(stderr).toMatch(/^features 0 % VGG-19, 0\.0 of 0\.0 MB\n/);
    const asked = requests;
    expect(asked).toBeGreaterThan(1);
    expect(readdirSync(join(folder, 'impasto/features')).length).toBe(1 + 2 * NEEDED + 1); // header, tensors, state
    expect((await given({ features: `${base}/vgg.safetensors`, offline: true })).network?.name).toBe('vgg19');
    expect(requests).toBe(asked);
  });

  it('may say its hash', async () => {
    const { network } = await given({ features: `${base}/vgg.safetensors#sha256=${hash}` });
    // A part has another hash, so all of it is there.
    expect(network?.convolutions).toHaveLength(13);
    const other = given({ features: `${base}/vgg.safetensors#sha256=${'0'.repeat(64)}` });
    await expect(other).rejects.toThrow(/^SHA-256 in .*: expected 0000000000000000, found [0-9a-f]{16}/);
    await expect(given({ features: `${base}/vgg.safetensors#sha256=12` })).rejects.toThrow(/expected 64 hexadecimal/);
  });

  it('is done without where nothing answers or --offline is said, and that is told', async () => {
    const dead = createServer();
    await new Promise<void>((resolve) => dead.listen(0, '127.0.0.1', resolve));
    const { port } = dead.address() as AddressInfo;
    await new Promise((resolve) => dead.close(resolve));
    const { network, stderr } = await given({ features: `http://127.0.0.1:${port}/vgg.safetensors` });
    expect(network).toBeNull();
    expect(stderr).toMatch(/^impasto: .*then no connection; the small network is used\n$/);
    const offline = await given({ features: `${base}/vgg.safetensors`, offline: true });
    expect(offline.network).toBeNull();
    expect(offline.stderr).toMatch(
      /in the cache, as --offline fetches nothing, found none; the small network is used\n$/,
    );
    expect(requests).toBe(0);
  }, 20_000);

  it('that was typed and leads to the wrong thing is refused, telling the tensor', async () => {
    await expect(given({ features: `${base}/gone.safetensors` })).rejects.toThrow(/status 404/);
    const shapes = given({ features: `${base}/wrong.safetensors` });
    await expect(shapes).rejects.toBeInstanceOf(InputError);
    await expect(given({ features: `${base}/wrong.safetensors` })).rejects.toThrow(
      /^tensor 'features\.5\.weight' in http.*: expected shape \[O, 4, 3, 3\], found \[3, 4, 4, 3\]$/,
    );
  });
});

describe('IMPASTO_VGG19', () => {
  it('may be an address, whose faults never stop the work', async () => {
    vi.stubEnv('IMPASTO_VGG19', `${base}/vgg.safetensors`);
    expect((await given({})).network?.name).toBe('vgg19');
    expect((await given({ features: 'vgg19' })).network?.name).toBe('vgg19');
    expect((await given({ features: 'small' })).network).toBeNull();
    expect(foundNetworks()[0].found).toBe(`${base}/vgg.safetensors`);
    vi.stubEnv('IMPASTO_VGG19', `${base}/gone.safetensors`);
    const { network, stderr } = await given({});
    expect(network).toBeNull();
    expect(stderr).toMatch(/status 404; the small network is used/);
  });

  it('may be a file', async () => {
    const path = join(folder, 'my-vgg19.safetensors');
    writeFileSync(path, good);
    vi.stubEnv('IMPASTO_VGG19', path);
    expect((await given({})).network?.name).toBe('vgg19');
    expect(requests).toBe(0);
    vi.stubEnv('IMPASTO_VGG19', `${path}.gone`);
    await expect(given({})).rejects.toThrow(
      /^IMPASTO_VGG19: expected a file or an address, found no such file .*gone$/,
    );
    expect((await given({ features: 'small' })).network).toBeNull();
  });

  it('unset and with nothing cached leaves the small network, unless VGG-19 is asked for', async () => {
    expect((await given({})).network).toBeNull();
    await expect(given({ features: 'vgg19' })).rejects.toThrow(/^--features vgg19: expected IMPASTO_VGG19 or/);
  });
});
