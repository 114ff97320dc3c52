// `.impasto` files: the container, a whole field and a style of one. Checksums are made anew after each change, so that what
// is behind them is reached.

import { crc32 } from '../../../src/crc32.ts';
import type { Gpu } from '../../../src/gpu/device.ts';
import {
  type ContainerDType,
  type ContainerTensor,
  readContainer,
  writeContainer,
} from '../../../src/nerf/container.ts';
import type { HashNetwork } from '../../../src/nerf/field.ts';
import { parseFieldFile } from '../../../src/session/field-file/field-file.ts';
import { networkSizes } from '../../../src/session/field-file/network-section.ts';
import type { FieldPrint } from '../../../src/session/field-print.ts';
import { readStyleFile, writeStyleFile } from '../../../src/session/style-file.ts';
import { cameraAround, SMALL_FIELD } from '../../reference/nerf/cases.ts';
import type { Dice } from '../dice.ts';
import { type Bytes, joined, mutatedBytes, mutatedJson, utf8 } from '../mutate.ts';
import type { FuzzTarget } from '../target.ts';

const config = { ...SMALL_FIELD, levels: 2, densityHidden: 4, colourHidden: 4 };
const { levels, table, density, colour } = networkSizes(config);

const halves = (name: string): ContainerTensor => ({
  name,
  shape: [table, 2],
  dtype: 'f16',
  data: new Uint16Array(2 * table).fill(0x3c00),
});
const floats = (name: string, shape: number[]): ContainerTensor => ({
  name,
  shape,
  dtype: 'f32',
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.5),
});
const words = (name: string, count: number): ContainerTensor => ({
  name,
  shape: [count],
  dtype: 'u32',
  data: new Uint32Array(count).fill(1),
});

const identity = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
const appearance = { colourMap: identity.slice(0, 12), viewDependent: true };
const cells = config.occupancyResolution ** 3;
export const FIELD = {
  meta: {
    kind: 'field',
    preset: 'max',
    seed: 1,
    steps: 8,
    background: 'white',
    unbounded: false,
    field: config,
    appearance,
    optimiser: { density: 8, appearance: 8, pace: { rays: 256, ranRays: 0, ranSamples: 0 } },
    style: { ...appearance, names: ['waves'], weight: 1, strength: 1 },
    mixed: [],
    regions: null,
    scene: {
      name: 'ball',
      source: 'ball.zip',
      hasAlpha: true,
      downscale: 1,
      sceneFromWorld: identity,
      worldFromScene: identity,
      train: [{ name: 'a.png', camera: cameraAround(0, 32, 32) }],
      test: [],
    },
  } as object,
  tensors: [
    ...['density', 'appearance', 'style'].flatMap((name) => [
      halves(`${name}_table`),
      floats(`${name}_weights`, [name === 'density' ? density : colour]),
    ]),
    ...(['density', 'appearance'] as const).flatMap((name) => [
      floats(`${name}_master`, [table, 2]),
      floats(`${name}_moments`, [table, 4]),
      words(`${name}_steps`, table),
      floats(`${name}_weight_moments`, [name === 'density' ? density : colour, 2]),
    ]),
    words('occupancy_bits', cells / 32),
    floats('occupancy', [cells]),
    words('last_seen', cells),
  ],
};

/** With its length and checksum made right again, most of the time. */
function sealed(dice: Dice, file: Bytes): Bytes {
  if (file.length < 24 || dice.chance(0.1)) return file;
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  if (dice.chance(0.9)) view.setUint32(16, file.length, true);
  view.setUint32(20, crc32(file.subarray(0, 20), file.subarray(24)), true);
  return file;
}

/** The container with another header in the place of its own. */
function withHeader(file: Bytes, change: (header: unknown) => string): Bytes {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const length = view.getUint32(12, true);
  const header = utf8(change(JSON.parse(new TextDecoder().decode(file.subarray(24, 24 + length)))));
  const aligned = (n: number) => Math.ceil(n / 16) * 16;
  const gap = new Uint8Array(aligned(24 + header.length) - 24 - header.length);
  const out = joined(file.subarray(0, 24), header, gap, file.subarray(aligned(24 + length)));
  new DataView(out.buffer).setUint32(12, header.length, true);
  return out;
}

function mutatedContainer(dice: Dice, content: { meta: object; tensors: ContainerTensor[] }, good: Bytes): Bytes {
  const what = dice.below(4);
  if (what === 0) return sealed(dice, mutatedBytes(dice, good));
  if (what === 1)
    return sealed(
      dice,
      withHeader(good.slice(), (header) => mutatedJson(dice, header)),
    );
  const tensors = [...content.tensors];
  if (what === 2)
    for (let n = 1 + dice.below(2); n > 0; n--) {
      const i = dice.below(tensors.length);
      tensors[i] = changedTensor(dice, tensors[i]);
    }
  const meta = what === 3 ? JSON.parse(safeJson(mutatedJson(dice, content.meta))) : content.meta;
  return sealed(dice, writeContainer({ meta, tensors }));
}

/** What can be read and written again. */
const safeJson = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return '{}';
  }
};

function changedTensor(dice: Dice, tensor: ContainerTensor): ContainerTensor {
  const data = tensor.data.slice() as ContainerTensor['data'];
  if (dice.chance(0.2)) return { ...tensor, name: `${dice.of(['__proto__.', 'x', ''])}${tensor.name}2` };
  if (dice.chance(0.2)) return { ...tensor, shape: [data.length], data };
  if (data.length > 0)
    for (let n = 1 + dice.below(3); n > 0; n--) {
      const odd: Record<ContainerDType, number[]> = {
        f32: [Number.NaN, Number.POSITIVE_INFINITY, 3e38, -1, 1e-45],
        f16: [0x7c00, 0xffff, 0x7bff],
        u8: [0, 255],
        u32: [0, 0xffffffff],
        i32: [-1],
      };
      data[dice.below(data.length)] = dice.of(odd[tensor.dtype]);
    }
  return { ...tensor, data };
}

let goodField: Bytes;
export const fieldFile: FuzzTarget = {
  name: '.impasto field',
  good: () => (goodField ??= writeContainer(FIELD)),
  make: (dice) => mutatedContainer(dice, FIELD, goodField),
  read: (bytes) => parseFieldFile(bytes, 'fuzz.impasto'),
};

// A style on such a field, without a GPU: nothing of what is read is drawn.

const gpu = {
  device: {
    limits: { maxBufferSize: 2 ** 28, maxStorageBufferBindingSize: 2 ** 27 },
    createBuffer: () => ({ destroy: () => undefined }),
    queue: { writeBuffer: () => undefined },
  },
} as unknown as Gpu;

const origin = { hashLevels: levels, weightCount: colour } as HashNetwork;
const plainTable = { precision: 'half', halves: new Uint16Array(2 * table).fill(0x3c00) } as const;
const print: FieldPrint = {
  fingerprint: '0123abcd',
  plain: { table: plainTable, weights: new Float32Array(colour) },
  origin,
};

let goodStyle: Bytes;
let styleParts: { meta: object; tensors: ContainerTensor[] };
export const styleFile: FuzzTarget = {
  name: 'style file',
  async good() {
    Object.assign(globalThis, { GPUBufferUsage: { STORAGE: 128, COPY_SRC: 4, COPY_DST: 8 } });
    const network = {
      ...origin,
      label: 'Fuzz.style',
      readTable: async () => new Float32Array(2 * table).fill(1.5),
      weights: { readF32: async () => new Float32Array(colour).fill(0.25) },
    } as unknown as HashNetwork;
    const plain = { ...origin, readTable: async () => new Float32Array(2 * table).fill(1) } as unknown as HashNetwork;
    const score = { features: 'small', metric: 'nnfm', start: 2, end: 1 };
    goodStyle ??= await writeStyleFile(
      {
        style: { appearance: { network, colourMap: appearance.colourMap, viewDependent: false }, names: ['waves'] },
        options: { loss: 'nnfm', steps: 8 },
        score: score as never,
        thumbnail: new Uint8Array(30),
      },
      { ...print, origin: plain },
      { scene: 'ball', preset: 'max', steps: 8 },
    );
    const { meta, tensors } = readContainer(goodStyle, 'good');
    styleParts = { meta, tensors: [...tensors.values()] };
    return goodStyle;
  },
  make: (dice) => mutatedContainer(dice, styleParts, goodStyle),
  read: (bytes) => readStyleFile(gpu, bytes, 'fuzz.style.impasto', print),
};
