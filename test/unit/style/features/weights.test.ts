// Weights files: all forms load to the same network, and each thing that can be wrong with one is told by tensor,
// expected and found.

import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError, inputError } from '../../../../src/errors.ts';
import type { NetworkWeights, WeightsSource } from '../../../../src/style/features/network-weights.ts';
import { IMAGENET_MEAN, IMAGENET_STD, torchvisionName } from '../../../../src/style/features/safetensors.ts';
import { loadFeatureWeights } from '../../../../src/style/features/weights.ts';
import { loadFeatureWeightsFile } from '../../../../src/style/features/weights-node.ts';
import { patternNetwork } from '../../../reference/conv.ts';

// biome-ignore lint/suspicious/noExplicitAny: files to be broken in any way
type Loose = Record<string, any>;

function source(name: string, files: Record<string, Uint8Array | string>): WeightsSource {
  return {
    name,
    async read(relative) {
      const file = files[relative];
      if (file === undefined) throw inputError(`file ${relative}`, null, 'it to be there', 'none');
      return typeof file === 'string' ? new TextEncoder().encode(file) : file;
    },
  };
}

const network = patternNetwork([[4, 6], [8]], 'average');

/** Our own manifest: weights in u8 with a map per output channel, biases in f32. */
function ownFiles(from: NetworkWeights, change: (manifest: Loose) => void = () => {}) {
  const parts: Uint8Array[] = [];
  const tensors: object[] = [];
  let offset = 0;
  const push = (entry: object, bytes: Uint8Array) => {
    tensors.push({ ...entry, offset, length: bytes.length });
    parts.push(bytes);
    offset += bytes.length;
  };
  for (const { name, weight, bias, outChannels, inChannels } of from.convolutions) {
    const per = inChannels * 9;
    const rows = Array.from({ length: outChannels }, (_, o) => weight.subarray(o * per, (o + 1) * per));
    const min = rows.map((row) => Math.min(...row));
    const scale = rows.map((row, o) => (Math.max(...row) - min[o]) / 255);
    const u8 = Uint8Array.from(weight, (w, i) =>
      Math.round((w - min[Math.floor(i / per)]) / scale[Math.floor(i / per)]),
    );
    push({ name: `${name}.weight`, shape: [outChannels, inChannels, 3, 3], dtype: 'u8', scale, min }, u8);
    push({ name: `${name}.bias`, shape: [outChannels], dtype: 'f32' }, new Uint8Array(bias.slice().buffer));
  }
  const bin = new Uint8Array(Buffer.concat(parts));
  const manifest: Loose = {
    format: 'impasto-weights',
    version: 1,
    name: 'small',
    input: { order: 'RGB', range: [0, 1], mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6] },
    pool: 'average',
    layout: 'OIHW',
    tensors,
    bin: 'small.bin',
    sha256: createHash('sha256').update(bin).digest('hex'),
  };
  change(manifest);
  return { bin, files: { 'small.json': JSON.stringify(manifest), 'small.bin': bin } };
}

const load = (files: Record<string, Uint8Array | string>, name = 'small.json') =>
  loadFeatureWeights(source(name, files));

function expectSame(found: NetworkWeights, expected: NetworkWeights, absolute: number) {
  expect(found.convolutions.map((c) => [c.name, c.outChannels, c.inChannels])).toEqual(
    expected.convolutions.map((c) => [c.name, c.outChannels, c.inChannels]),
  );
  found.convolutions.forEach((c, i) => {
    expect(c.weight).toBeAllclose(expected.convolutions[i].weight, { absolute });
    expect(c.bias).toBeAllclose(expected.convolutions[i].bias, { absolute });
  });
}

describe('our own manifest', () => {
  it('loads u8 per channel and f32, of any width', async () => {
    const found = await load(ownFiles(network).files);
    expect(found).toMatchObject({ name: 'small', pool: 'average', mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6] });
    expectSame(found, network, 0.004);
  });

  it('allows a block to be shorter than in VGG-19', async () => {
    const short = patternNetwork([[4], [8, 8], [8]], 'max');
    expect((await load(ownFiles(short).files)).convolutions.map((c) => c.name)).toEqual([
      'conv1_1',
      'conv2_1',
      'conv2_2',
      'conv3_1',
    ]);
  });

  it.each<[string, RegExp, (m: Loose) => void]>([
    ['a wrong hash', /SHA-256 in small\.bin: expected 0{16}, found [0-9a-f]{16}/, (m) => (m.sha256 = '0'.repeat(64))],
    [
      'a missing bias',
      /tensor 'conv1_2\.bias' in small\.json: expected it to be there, found none/,
      (m) => m.tensors.splice(3, 1),
    ],
    [
      'a missing block',
      /tensor 'conv2_1\.weight' in small\.json: expected it to be there, found none/,
      (m) => (m.tensors[4].name = 'conv2_2.weight'),
    ],
    [
      'a wrong shape',
      /tensor 'conv1_2\.weight' in small\.json: expected shape \[O, 4, 3, 3\], found \[6, 3, 4, 3\]/,
      (m) => (m.tensors[2].shape = [6, 3, 4, 3]),
    ],
    [
      'a wrong length',
      /tensor 'conv1_1\.weight' in small\.bin: expected 108 bytes for shape \[4,3,3,3\] u8, found 100/,
      (m) => (m.tensors[0].length = 100),
    ],
    [
      'scales of another count',
      /scale of tensor 'conv1_1\.weight' .*expected 1 or 4 numbers, found 3/,
      (m) => m.tensors[0].scale.pop(),
    ],
    ['another version', /at 'version'/, (m) => (m.version = 2)],
    ['a zero std', /input\.std in small\.json/, (m) => (m.input.std = [1, 0, 1])],
    ['data outside its folder', /a file in the same folder, found '\.\.\/small\.bin'/, (m) => (m.bin = '../small.bin')],
    [
      'a NaN bias',
      /tensor 'conv1_1\.bias' .*finite numbers/,
      (m) => (m.tensors[1] = { ...m.tensors[1], dtype: 'u8', length: 4, scale: 1e39 }),
    ],
  ])('refuses %s', async (_, message, change) => {
    const files = ownFiles(network, change).files;
    await expect(load(files)).rejects.toThrow(message);
    await expect(load(files)).rejects.toBeInstanceOf(InputError);
  });

  it('refuses data cut short, naming the tensor', async () => {
    const { files, bin } = ownFiles(network);
    await expect(load({ ...files, 'small.bin': bin.subarray(0, bin.length - 1) })).rejects.toThrow(
      `tensor 'conv2_1.bias' in small.bin: expected bytes up to ${bin.length}, found a file of ${bin.length - 1}`,
    );
  });

  it('refuses what is no JSON, and what is no weights file', async () => {
    await expect(load({ 'small.json': '{' })).rejects.toThrow(/weights manifest in small\.json: expected JSON/);
    await expect(load({}, 'cat.png')).rejects.toThrow(
      /expected a manifest \.json or a \.safetensors, found 'cat\.png'/,
    );
  });
});

describe('Keras manifest', () => {
  it('turns HWIO and BGR 0..255 into OIHW and RGB 0..1', async () => {
    // w = index / 100, so that each number tells where it came from.
    const kernel = Uint8Array.from({ length: 3 * 3 * 3 * 2 }, (_, i) => i);
    const manifest = {
      layout: 'HWIO (Keras), uint8 affine: w = u*scale + min',
      input: 'BGR 0..255 minus [103.939,116.779,123.68]',
      tensors: [
        { name: 'block1_conv1/kernel', shape: [3, 3, 3, 2], offset: 0, length: 54, scale: 0.01, min: 0 },
        { name: 'block1_conv1/bias', shape: [2], offset: 54, length: 2, scale: 1, min: -1 },
      ],
    };
    const bin = new Uint8Array([...kernel, 5, 7]);
    const found = await load({ 'net_vgg19.json': JSON.stringify(manifest), 'net_vgg19.bin': bin }, 'net_vgg19.json');
    expect(found).toMatchObject({ name: 'vgg19', pool: 'max' });
    expect(found.mean).toBeAllclose([123.68 / 255, 116.779 / 255, 103.939 / 255]);
    expect(found.std).toBeAllclose([1 / 255, 1 / 255, 1 / 255]);
    const [c] = found.convolutions;
    for (let o = 0; o < 2; o++)
      for (let i = 0; i < 3; i++)
        for (let tap = 0; tap < 9; tap++)
          expect(c.weight[(o * 3 + i) * 9 + tap]).toBeCloseTo((tap * 6 + (2 - i) * 2 + o) / 100, 6);
    expect([...c.bias]).toEqual([4, 6]);
  });
});

describe('.safetensors', () => {
  type Encoding = 'F32' | 'F16' | 'BF16';
  const encode: Record<Encoding, (values: Float32Array) => Uint8Array> = {
    F32: (v) => new Uint8Array(v.slice().buffer),
    BF16: (v) => new Uint8Array(Uint16Array.from(new Uint32Array(v.slice().buffer), (bits) => bits >>> 16).buffer),
    // Enough for the numbers here: normal halves, cut off.
    F16: (v) =>
      new Uint8Array(
        Uint16Array.from(new Uint32Array(v.slice().buffer), (bits) => {
          const exponent = ((bits >>> 23) & 255) - 112;
          return exponent <= 0 ? 0 : ((bits >>> 16) & 0x8000) | (exponent << 10) | ((bits >>> 13) & 1023);
        }).buffer,
      ),
  };

  function file(dtype: Encoding, change: (header: Loose) => void = () => {}): Uint8Array {
    const header: Loose = { __metadata__: { format: 'pt' } };
    const parts: Uint8Array[] = [];
    let offset = 0;
    const push = (name: string, shape: number[], values: Float32Array) => {
      const bytes = encode[dtype](values);
      header[name] = { dtype, shape, data_offsets: [offset, offset + bytes.length] };
      parts.push(bytes);
      offset += bytes.length;
    };
    push('classifier.0.bias', [1], new Float32Array(1));
    for (const c of network.convolutions) {
      push(torchvisionName(`${c.name}.weight`), [c.outChannels, c.inChannels, 3, 3], c.weight);
      push(torchvisionName(`${c.name}.bias`), [c.outChannels], c.bias);
    }
    change(header);
    const json = new TextEncoder().encode(JSON.stringify(header));
    const length = new Uint8Array(8);
    new DataView(length.buffer).setBigUint64(0, BigInt(json.length), true);
    return new Uint8Array(Buffer.concat([length, json, ...parts]));
  }
  const loadFile = (bytes: Uint8Array) => load({ 'vgg19.safetensors': bytes }, 'vgg19.safetensors');

  it.each<[Encoding, number]>([
    ['F32', 0],
    ['F16', 0.001],
    ['BF16', 0.004],
  ])("loads %s in torchvision's names", async (dtype, absolute) => {
    const found = await loadFile(file(dtype));
    expect(found).toMatchObject({ name: 'vgg19', pool: 'max', mean: IMAGENET_MEAN, std: IMAGENET_STD });
    expectSame(found, network, absolute);
  });

  it.each<[string, RegExp, (h: Loose) => void]>([
    [
      'a missing tensor',
      /tensor 'features\.2\.bias' in vgg19\.safetensors: .*found none/,
      (h) => delete h['features.2.bias'],
    ],
    [
      'a missing layer',
      /tensor 'features\.2\.weight' .*found none/,
      (h) => {
        delete h['features.2.bias'];
        delete h['features.2.weight'];
      },
    ],
    [
      'another dtype',
      /tensor 'features\.0\.weight' .*expected dtype F32, F16 or BF16, found I8/,
      (h) => (h['features.0.weight'].dtype = 'I8'),
    ],
    [
      'a wrong shape',
      /tensor 'features\.0\.bias' .*expected 20 bytes for \[5\] F32, found 16/,
      (h) => (h['features.0.bias'].shape = [5]),
    ],
    ['broken offsets', /header of tensor 'features\.0\.bias'/, (h) => (h['features.0.bias'].data_offsets = [-4, 0])],
  ])('refuses %s', async (_, message, change) => {
    await expect(loadFile(file('F32', change))).rejects.toThrow(message);
    await expect(loadFile(file('F32', change))).rejects.toBeInstanceOf(InputError);
  });

  it('refuses a file cut short anywhere', async () => {
    const whole = file('F32');
    for (const length of [0, 7, 8, 100, whole.length - 1]) {
      await expect(loadFile(whole.subarray(0, length)), `${length} bytes`).rejects.toBeInstanceOf(InputError);
    }
  });
});

describe('a path on disk', () => {
  it('reads the manifest and its neighbour, and names what is not there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'impasto-weights-'));
    try {
      const { files } = ownFiles(network);
      await writeFile(join(folder, 'small.json'), files['small.json']);
      await expect(loadFeatureWeightsFile(join(folder, 'small.json'))).rejects.toThrow(
        /small\.bin: expected a readable file, found none/,
      );
      await writeFile(join(folder, 'small.bin'), files['small.bin']);
      expectSame(await loadFeatureWeightsFile(join(folder, 'small.json')), network, 0.004);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
