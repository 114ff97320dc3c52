// The heads of LPIPS from the authors' file and from a .safetensors, and what is refused, each in a sentence.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/errors.ts';
import { reduceMask } from '../../../src/metrics/lpips.ts';
import { readLpipsHeads } from '../../../src/metrics/lpips-heads.ts';
import { readTorchTensors } from '../../../src/metrics/torch-pickle.ts';
import fixture from '../../fixtures/metrics/lpips.json';
import { SHARED } from '../../shared.ts';

const SIZES = [2, 3, 4, 5, 6];
const values = (layer: number) => Float32Array.from({ length: SIZES[layer] }, (_, i) => layer + i / 8);

function safetensors(change: (header: Record<string, { dtype: string; shape: number[] }>) => void = () => {}) {
  const header: Record<string, { dtype: string; shape: number[]; data_offsets: number[] }> = {};
  let at = 0;
  for (let layer = 0; layer < 5; layer++) {
    const bytes = 4 * SIZES[layer];
    header[`lin${layer}.model.1.weight`] = {
      dtype: 'F32',
      shape: [1, SIZES[layer], 1, 1],
      data_offsets: [at, (at += bytes)],
    };
  }
  change(header);
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const data = [0, 1, 2, 3, 4].map((layer) => Buffer.from(values(layer).buffer));
  return new Uint8Array(Buffer.concat([length, json, ...data]));
}

/** A .pth as PyTorch 1.0 wrote it, by the opcodes of pickle protocol 2. */
function pth(): Uint8Array {
  const parts: Buffer[] = [];
  const raw = (...bytes: number[]) => parts.push(Buffer.from(bytes));
  const word = (text: string) => {
    raw(0x55, text.length);
    parts.push(Buffer.from(text));
  };
  const global = (module: string, name: string) => parts.push(Buffer.from(`c${module}\n${name}\n`));
  const ints = (list: number[]) => {
    raw(0x28);
    for (const n of list) raw(0x4b, n);
    raw(0x74);
  };
  raw(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e);
  raw(0x80, 2, 0x4d, 0xe9, 0x03, 0x2e);
  raw(0x80, 2, 0x7d, 0x28);
  word('little_endian');
  raw(0x88, 0x75, 0x2e);
  raw(0x80, 2);
  global('collections', 'OrderedDict');
  raw(0x5d, 0x28); // a list of pairs
  for (let layer = 0; layer < 5; layer++) {
    raw(0x5d, 0x28);
    word(`lin${layer}.model.1.weight`);
    if (layer === 0) {
      global('torch._utils', '_rebuild_tensor_v2');
      raw(0x71, 5);
    } else raw(0x68, 5);
    raw(0x28, 0x28);
    word('storage');
    global('torch', 'FloatStorage');
    word(`key${layer}`);
    word('cpu');
    raw(0x8a, 1, SIZES[layer], 0x4e, 0x74, 0x51, 0x4b, 0);
    ints([1, SIZES[layer], 1, 1]);
    ints([SIZES[layer], 1, 1, 1]);
    raw(0x89, 0x4e, 0x74, 0x52, 0x65);
  }
  raw(0x65, 0x85, 0x52, 0x2e);
  raw(0x80, 2, 0x5d, 0x28);
  for (let layer = 4; layer >= 0; layer--) word(`key${layer}`);
  raw(0x65, 0x2e);
  for (let layer = 4; layer >= 0; layer--) {
    const count = Buffer.alloc(8);
    count.writeBigInt64LE(BigInt(SIZES[layer]));
    parts.push(count, Buffer.from(values(layer).buffer));
  }
  return new Uint8Array(Buffer.concat(parts));
}

describe('readLpipsHeads', () => {
  it.each([
    ['a .pth', pth()],
    ['a .safetensors', safetensors()],
  ])('reads %s', (_, bytes) => {
    expect(readLpipsHeads(bytes, 'heads')).toEqual([0, 1, 2, 3, 4].map(values));
  });

  const cases: [string, Uint8Array, string][] = [
    ['a .pth cut short', pth().subarray(0, 700), 'it is cut short'],
    ['a .pth cut in its data', pth().subarray(0, -3), 'it is cut short'],
    ['a zip', new Uint8Array([0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0]), 'a zip, as newer PyTorch writes'],
    ['a picture', new Uint8Array(64).fill(0x89), '.safetensors header length in heads'],
    ['a missing head', safetensors((h) => void delete h['lin3.model.1.weight']), "'lin3.model.1.weight' in heads"],
    [
      'another shape',
      safetensors((h) => void (h['lin2.model.1.weight'].shape = [4, 1, 1, 1])),
      'expected shape [1, C, 1, 1], found [4, 1, 1, 1]',
    ],
    ['halves', safetensors((h) => void (h['lin0.model.1.weight'].dtype = 'F16')), 'found F16'],
  ];
  it.each(cases)('refuses %s', (_, bytes, sentence) => {
    expect(() => readLpipsHeads(bytes, 'heads')).toThrow(InputError);
    expect(() => readLpipsHeads(bytes, 'heads')).toThrow(sentence);
  });

  it('takes time in proportion to the bytes: lists that hold one another, and long ones', () => {
    const magic = [
      ...pth().subarray(0, 2),
      0x8a,
      0x0a,
      0x6c,
      0xfc,
      0x9c,
      0x46,
      0xf9,
      0x20,
      0x6a,
      0xa8,
      0x50,
      0x19,
      0x2e,
    ];
    // Each level a pair of the one before: 2^40 leaves of 40 levels.
    const nested = [0x5d, ...Array.from({ length: 40 }, () => [0x71, 0, 0x68, 0, 0x86]).flat()];
    const called = [0x80, 2, ...nested, 0x29, 0x52, 0x2e];
    const long = [0x80, 2, 0x5d, 0x28, ...new Array(400_000).fill(0x4e), 0x65, 0x2e];
    const start = performance.now();
    expect(() => readTorchTensors(new Uint8Array([...magic, ...called]), 'heads')).toThrow(/a call of what is no name/);
    expect(() => readTorchTensors(new Uint8Array(magic.concat(long)), 'heads')).toThrow(InputError);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it('refuses a pickle that does anything else', () => {
    const bytes = pth();
    bytes[20] = 0x69; // INST
    expect(() => readTorchTensors(bytes, 'heads')).toThrow(/found code 0x/);
  });

  it.skipIf(!SHARED)('reads the published ones', () => {
    const path = join(SHARED!, 'weights/lpips/v0.1_vgg.pth');
    const heads = readLpipsHeads(new Uint8Array(readFileSync(path)), path);
    fixture.vgg19.heads.forEach(({ size, sum, first }, layer) => {
      expect(heads[layer]).toHaveLength(size);
      expect(heads[layer].reduce((a, b) => a + b, 0)).toBeCloseTo(sum, 3);
      expect(heads[layer][0]).toBe(first);
    });
  });
});

describe('reduceMask', () => {
  it('takes means over blocks at sizes that pools cut', () => {
    const [width, height] = [31, 17];
    const mask = Float32Array.from({ length: width * height }, (_, i) => (i % width < 8 ? 1 : 0));
    expect([...reduceMask(mask, width, height, 1, 1)]).toEqual([0.5]);
    expect([...reduceMask(mask, width, height, 3, 2)]).toEqual([1, 0, 0, 1, 0, 0]);
    expect(reduceMask(mask, width, height, width, height)).toEqual(mask);
  });
});
