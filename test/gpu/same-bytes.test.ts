// Same seed, same adapter, same bits: a short training of the bundled still life, a painting of eight strokes with each
// loss and a rendered frame, hashed tensor by tensor. What a refactoring must not change is in test/fixtures/bytes, by
// adapter; on an adapter that is not there the training is made twice and compared with itself.
//
//   IMPASTO_RECORD=1 npx vitest run --project gpu test/gpu/same-bytes.test.ts    writes the present adapter's hashes

import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/program.ts';
import { closeNodeGpu, openNodeGpu } from '../../src/gpu/node.ts';
import { readContainer } from '../../src/nerf/container.ts';
import { STYLE_LOSSES } from '../../src/style/style-config.ts';

const assets = resolve(import.meta.dirname, '../../assets');
const fixture = resolve(import.meta.dirname, '../fixtures/bytes/hashes.json');
const folder = mkdtempSync(join(tmpdir(), 'impasto-bytes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const scene = join(assets, 'scenes/still-life');
const style = join(assets, 'styles/night-river.webp');
/** A quarter of the pictures' side, half of what quick takes: the same kernels in a quarter of the time. */
const small = ['--downscale', '4'];

async function impasto(...argv: string[]): Promise<void> {
  let said = '';
  const io = {
    stdout: () => {},
    stderr: (text: string) => void (said = text),
    terminal: null,
    signal: new AbortController().signal,
  };
  expect(await runCommandLine(argv, io), said).toBe(0);
}

const hash = (bytes: NodeJS.ArrayBufferView) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

/** Hash of each tensor of a field file. */
function tensorsOf(path: string): Record<string, string> {
  const { tensors } = readContainer(new Uint8Array(readFileSync(path)), path);
  return Object.fromEntries([...tensors].map(([name, { data }]) => [name, hash(data)]));
}

async function train(out: string): Promise<Record<string, string>> {
  const path = join(folder, out);
  await impasto('train', scene, ...small, '--preset', 'quick', '--steps', '64', '--seed', '7', '--out', path);
  return tensorsOf(path);
}

async function paint(loss: string): Promise<Record<string, string>> {
  const out = join(folder, `${loss}.impasto`);
  const options = ['--scene', scene, ...small, '--style', style, '--loss', loss, '--steps', '8'];
  await impasto('stylize', join(folder, 'field.impasto'), ...options, '--out', out);
  return tensorsOf(out);
}

async function renderFrame(): Promise<Record<string, string>> {
  const frames = join(folder, 'frames');
  await impasto('render', join(folder, 'field.impasto'), '--frames', '1', '--size', '96x80', '--out', frames);
  const png = readdirSync(frames).find((name) => name.endsWith('.png'))!;
  return { rgb: hash(await sharp(join(frames, png)).raw().toBuffer()) };
}

/** A software adapter compiles for the processor at hand, so that is part of its name. */
async function adapterName(): Promise<string> {
  const gpu = await openNodeGpu();
  const { vendor, architecture, description } = gpu.info;
  const { isSoftware } = gpu;
  closeNodeGpu(gpu);
  return [vendor, architecture, description, isSoftware && cpus()[0].model].filter(Boolean).join(', ');
}

describe('same seed, same adapter, same bits', () => {
  const kept = existsSync(fixture) ? JSON.parse(readFileSync(fixture, 'utf8')) : {};
  let adapter = '';
  let field: Record<string, string>;
  beforeAll(async () => {
    adapter = await adapterName();
    if (process.env.IMPASTO_RECORD) kept[adapter] = {};
    field = await train('field.impasto');
  }, 900_000);
  afterAll(() => {
    if (process.env.IMPASTO_RECORD) writeFileSync(fixture, `${JSON.stringify(kept, null, 2)}\n`);
  });

  /** Compares with what was kept, or with a second making where this adapter is new. */
  async function expectAsBefore(
    name: string,
    make: () => Promise<Record<string, string>>,
    found?: Awaited<ReturnType<typeof make>>,
  ) {
    found ??= await make();
    if (process.env.IMPASTO_RECORD) kept[adapter][name] = found;
    else expect(found).toEqual(kept[adapter]?.[name] ?? (await make()));
  }

  it('of a field after 64 steps', () => expectAsBefore('field', () => train('again.impasto'), field), 900_000);
  it('of a rendered frame', () => expectAsBefore('frame', renderFrame), 900_000);
  for (const loss of STYLE_LOSSES) {
    it(`of eight strokes by ${loss}`, () => expectAsBefore(loss, () => paint(loss)), 900_000);
  }
});
