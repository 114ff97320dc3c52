// Numbers of networks: .safetensors and manifests of feature networks, .pth and .safetensors of LPIPS' heads.

import { inputError } from '../../../src/errors.ts';
import { readLpipsHeads } from '../../../src/metrics/lpips-heads.ts';
import { readTorchTensors } from '../../../src/metrics/torch-pickle.ts';
import { loadManifest } from '../../../src/style/features/manifest.ts';
import { loadSafetensors, torchvisionName } from '../../../src/style/features/safetensors.ts';
import { patternNetwork } from '../../reference/conv.ts';
import type { Dice } from '../dice.ts';
import { type Bytes, joined, mutatedBytes, mutatedJson, utf8 } from '../mutate.ts';
import type { FuzzTarget } from '../target.ts';

type Tensors = Record<string, { shape: number[]; data: Float32Array }>;

/** Header's text and the numbers behind it. */
function safetensorsOf(tensors: Tensors) {
  const header: Record<string, object> = {};
  let at = 0;
  for (const [name, { shape, data }] of Object.entries(tensors))
    header[name] = { dtype: 'F32', shape, data_offsets: [at, (at += 4 * data.length)] };
  const data = joined(...Object.values(tensors).map((t) => new Uint8Array(t.data.slice().buffer)));
  return { header, data };
}

function safetensorsFile(header: string, data: Uint8Array, length?: bigint): Bytes {
  const text = utf8(header);
  const prelude = new DataView(new ArrayBuffer(8));
  prelude.setBigUint64(0, length ?? BigInt(text.length), true);
  return joined(new Uint8Array(prelude.buffer), text, data);
}

function mutatedSafetensors(dice: Dice, { header, data }: ReturnType<typeof safetensorsOf>): Bytes {
  const values = data.slice();
  const numbers = new DataView(values.buffer);
  if (dice.chance(0.3)) numbers.setFloat32(4 * dice.below(values.length / 4), dice.of([Number.NaN, 1e38, -1]), true);
  const text = dice.chance(0.7) ? mutatedJson(dice, header) : JSON.stringify(header);
  const length = dice.chance(0.1) ? dice.of([0n, 1n, 2n ** 24n, 2n ** 40n, 2n ** 64n - 1n]) : undefined;
  const file = safetensorsFile(text, values, length);
  return dice.chance(0.3) ? mutatedBytes(dice, file) : file;
}

const network = patternNetwork([[4, 6], [8, 8], [8]], 'max');
const VGG = safetensorsOf(
  Object.fromEntries(
    network.convolutions.flatMap((c) => [
      [torchvisionName(`${c.name}.weight`), { shape: [c.outChannels, c.inChannels, 3, 3], data: c.weight }],
      [torchvisionName(`${c.name}.bias`), { shape: [c.outChannels], data: c.bias }],
    ]),
  ),
);

export const safetensors: FuzzTarget = {
  name: '.safetensors',
  good: () => safetensorsFile(JSON.stringify(VGG.header), VGG.data),
  make: (dice) => mutatedSafetensors(dice, VGG),
  read: (bytes) => loadSafetensors(bytes, 'fuzz.safetensors'),
};

const BIN = joined(
  ...network.convolutions.flatMap((c) => [
    new Uint8Array(c.weight.slice().buffer),
    new Uint8Array(c.bias.slice().buffer),
  ]),
);
const kerasName = (name: string) => name.replace(/conv(\d)_/, 'block$1_conv');
let at = 0;
const MANIFEST = {
  layout: 'HWIO',
  input: 'BGR 0..255',
  bin: 'fuzz.bin',
  tensors: network.convolutions.flatMap((c) => [
    {
      name: `${kerasName(c.name)}/kernel`,
      shape: [3, 3, c.inChannels, c.outChannels],
      dtype: 'f32',
      offset: at,
      length: 4 * c.weight.length,
      next: (at += 4 * c.weight.length),
    },
    {
      name: `${kerasName(c.name)}/bias`,
      shape: [c.outChannels],
      dtype: 'f32',
      offset: at,
      length: 4 * c.bias.length,
      next: (at += 4 * c.bias.length),
    },
  ]),
};

/** The manifest; its .bin beside it is good. */
export const manifest: FuzzTarget = {
  name: 'network manifest',
  good: () => utf8(JSON.stringify(MANIFEST)),
  make(dice) {
    const text = utf8(mutatedJson(dice, MANIFEST));
    return dice.chance(0.2) ? mutatedBytes(dice, text) : text;
  },
  read: (bytes) =>
    loadManifest(
      {
        name: 'fuzz.json',
        async read(path) {
          if (path === 'fuzz.bin') return BIN.slice();
          throw inputError(path, null, 'it to be there', 'none');
        },
      },
      new TextDecoder().decode(bytes),
    ),
};

// Pickles of protocol 2, opcode by opcode.

const SIZES = [2, 3, 4, 5, 6];
type Op = Uint8Array;
const raw = (...bytes: number[]): Op => Uint8Array.from(bytes);
const word = (text: string): Op => joined(raw(0x55, text.length), utf8(text));
const named = (module: string, name: string): Op => utf8(`c${module}\n${name}\n`);
const ints = (list: number[]): Op => raw(0x28, ...list.flatMap((n) => [0x4b, n]), 0x74);

const PICKLE: Op[] = [
  raw(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e),
  raw(0x80, 2, 0x4d, 0xe9, 0x03, 0x2e),
  raw(0x80, 2, 0x7d, 0x28),
  word('little_endian'),
  raw(0x88, 0x75, 0x2e),
  raw(0x80, 2),
  named('collections', 'OrderedDict'),
  raw(0x5d, 0x28),
  ...SIZES.flatMap((size, layer) => [
    raw(0x5d, 0x28),
    word(`lin${layer}.model.1.weight`),
    ...(layer === 0 ? [named('torch._utils', '_rebuild_tensor_v2'), raw(0x71, 5)] : [raw(0x68, 5)]),
    raw(0x28, 0x28),
    word('storage'),
    named('torch', 'FloatStorage'),
    word(`key${layer}`),
    word('cpu'),
    raw(0x8a, 1, size, 0x4e, 0x74, 0x51, 0x4b, 0),
    ints([1, size, 1, 1]),
    ints([size, 1, 1, 1]),
    raw(0x89, 0x4e, 0x74, 0x52, 0x65),
  ]),
  raw(0x65, 0x85, 0x52, 0x2e),
  raw(0x80, 2, 0x5d, 0x28),
  ...[4, 3, 2, 1, 0].map((layer) => word(`key${layer}`)),
  raw(0x65, 0x2e),
  ...[4, 3, 2, 1, 0].map((layer) => {
    const count = new DataView(new ArrayBuffer(8));
    count.setBigInt64(0, BigInt(SIZES[layer]), true);
    const values = Float32Array.from({ length: SIZES[layer] }, (_, i) => layer + i / 8);
    return joined(new Uint8Array(count.buffer), new Uint8Array(values.buffer));
  }),
];

/** All opcodes of protocol 2, ours or not. */
const OPCODES = [...'(.012FIJKLMNPRSTUVXabcdeghijlopqrstu}]']
  .map((c) => c.charCodeAt(0))
  .concat(0x80, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b);

export const pickle: FuzzTarget = {
  name: 'pickle (.pth)',
  good: () => joined(...PICKLE),
  make(dice) {
    const ops = [...PICKLE];
    for (let n = 1 + dice.below(4); n > 0; n--) {
      const i = 1 + dice.below(ops.length - 1);
      const what = dice.below(6);
      if (what === 0) ops.splice(i, 1);
      else if (what === 1) ops.splice(i, 0, ops[dice.below(ops.length)]);
      else if (what === 2) ops[i] = raw(dice.of(OPCODES));
      else if (what === 3) ops.splice(i, 0, raw(...Array.from({ length: dice.size(2000) }, () => dice.of(OPCODES))));
      // Lists of lists of lists: each holds the one before twice.
      else if (what === 4)
        ops.splice(
          i,
          0,
          raw(
            0x5d,
            ...Array.from({ length: dice.size(200) }, (_, k) => [0x71, k, 0x30, 0x28, 0x68, k, 0x68, k, 0x6c]).flat(),
          ),
        );
      else ops[i] = mutatedBytes(dice, ops[i]);
    }
    return joined(...ops);
  },
  read(bytes) {
    readTorchTensors(bytes, 'fuzz.pth');
    readLpipsHeads(bytes, 'fuzz.pth');
  },
};

const HEADS = safetensorsOf(
  Object.fromEntries(
    SIZES.map((size, layer) => [
      `lin${layer}.model.1.weight`,
      { shape: [1, size, 1, 1], data: new Float32Array(size).fill(1) },
    ]),
  ),
);

export const lpipsHeads: FuzzTarget = {
  name: "LPIPS' heads",
  good: () => safetensorsFile(JSON.stringify(HEADS.header), HEADS.data),
  make: (dice) => mutatedSafetensors(dice, HEADS),
  read: (bytes) => readLpipsHeads(bytes, 'heads.safetensors'),
};
