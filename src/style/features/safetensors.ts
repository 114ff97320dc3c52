// VGG weights as .safetensors in torchvision's names ('features.0.weight', ...): eight bytes of header length, a
// JSON header with each tensor's dtype, shape and offsets, then the data. Only the convolutions are read, so that
// a file fetched in part (to conv4_1, say) is enough. F32, F16 and BF16.

import { z } from 'zod';
import { excerpt, inputError } from '../../errors.ts';
import { assembleNetwork, type NamedTensor } from './assemble.ts';
import type { NetworkWeights } from './network-weights.ts';
import { CONVOLUTIONS, type ConvolutionName } from './topology.ts';

/** Mean and standard deviation of ImageNet's RGB 0..1, which torchvision's networks expect taken out. */
export const IMAGENET_MEAN = [0.485, 0.456, 0.406] as const;
export const IMAGENET_STD = [0.229, 0.224, 0.225] as const;

const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});
export type SafetensorsEntry = z.infer<typeof entrySchema>;

/** A header longer than this is no header of a network that we know. */
const LONGEST_HEADER = 16 << 20;

/** Number of the module in torchvision's vgg19().features. */
const TORCHVISION_INDEX: Record<ConvolutionName, number> = {
  conv1_1: 0,
  conv1_2: 2,
  conv2_1: 5,
  conv2_2: 7,
  conv3_1: 10,
  conv3_2: 12,
  conv3_3: 14,
  conv3_4: 16,
  conv4_1: 19,
  conv4_2: 21,
  conv4_3: 23,
  conv4_4: 25,
  conv5_1: 28,
};

/** 'conv1_1.weight' -> 'features.0.weight' */
export function torchvisionName(name: string): string {
  const [convolution, part] = name.split('.');
  return `features.${TORCHVISION_INDEX[convolution as ConvolutionName]}.${part}`;
}

/** Length of the JSON header, from a file's first eight bytes. @throws InputError */
export function headerLength(bytes: Uint8Array, where: string): number {
  if (bytes.length < 8) throw inputError('.safetensors header', where, 'at least 8 bytes', `${bytes.length}`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length < 2 || length > LONGEST_HEADER) {
    throw inputError('.safetensors header length', where, `2 to ${LONGEST_HEADER} bytes`, `${length}`);
  }
  return length;
}

/** The tensors that a header lists. @param header the JSON alone @throws InputError */
export function parseHeader(header: Uint8Array, where: string): Map<string, SafetensorsEntry> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(header));
  } catch (cause) {
    throw inputError('.safetensors header', where, 'JSON', (cause as Error).message);
  }
  const entries = new Map<string, SafetensorsEntry>();
  if (typeof json !== 'object' || json === null) {
    throw inputError('.safetensors header', where, 'a JSON object', excerpt(json));
  }
  for (const [name, value] of Object.entries(json)) {
    if (name === '__metadata__') continue;
    const result = entrySchema.safeParse(value);
    if (!result.success) {
      throw inputError(
        `header of tensor '${name}'`,
        where,
        'dtype, shape and data_offsets',
        result.error.issues[0].message,
      );
    }
    entries.set(name, result.data);
  }
  return entries;
}

/** Reads a whole file. @throws InputError */
export function loadSafetensors(bytes: Uint8Array, where: string): NetworkWeights {
  const length = headerLength(bytes, where);
  if (8 + length > bytes.length) {
    throw inputError('.safetensors header', where, `${8 + length} bytes`, `a file of ${bytes.length}`);
  }
  const entries = parseHeader(bytes.subarray(8, 8 + length), where);
  return assembleSafetensors(
    entries,
    (entry, name) => {
      const [start, end] = entry.data_offsets.map((offset) => 8 + length + offset);
      if (end > bytes.length)
        throw inputError(`tensor '${name}'`, where, `bytes up to ${end}`, `a file of ${bytes.length}`);
      return bytes.subarray(start, end);
    },
    where,
  );
}

/** Builds the network from a header and whatever gives a tensor's bytes. */
export function assembleSafetensors(
  entries: Map<string, SafetensorsEntry>,
  read: (entry: SafetensorsEntry, name: string) => Uint8Array,
  where: string,
): NetworkWeights {
  const tensors: NamedTensor[] = [];
  for (const convolution of CONVOLUTIONS) {
    for (const part of ['weight', 'bias']) {
      const name = torchvisionName(`${convolution}.${part}`);
      const entry = entries.get(name);
      if (!entry) continue;
      const data = decode(entry, read(entry, name), name, where);
      tensors.push({ name: `${convolution}.${part}`, shape: entry.shape, data });
    }
  }
  const about = {
    name: /vgg-?19/i.test(where) ? 'vgg19' : where,
    mean: IMAGENET_MEAN,
    std: IMAGENET_STD,
    pool: 'max',
  } as const;
  return assembleNetwork(tensors, about, where, { rename: torchvisionName });
}

function decode(
  { dtype, shape }: SafetensorsEntry,
  bytes: Uint8Array,
  name: string,
  where: string,
): Float32Array<ArrayBuffer> {
  const size = shape.reduce((a, b) => a * b, 1);
  const each = dtype === 'F32' ? 4 : dtype === 'F16' || dtype === 'BF16' ? 2 : 0;
  if (each === 0) throw inputError(`tensor '${name}'`, where, 'dtype F32, F16 or BF16', dtype);
  if (bytes.length !== size * each) {
    throw inputError(
      `tensor '${name}'`,
      where,
      `${size * each} bytes for [${shape.join(', ')}] ${dtype}`,
      `${bytes.length}`,
    );
  }
  const copy = new Uint8Array(bytes).buffer; // aligned; a Buffer's slice() would share
  if (dtype === 'F32') return new Float32Array(copy);
  const halves = new Uint16Array(copy);
  if (dtype === 'BF16') return new Float32Array(Uint32Array.from(halves, (h) => h << 16).buffer);
  return Float32Array.from(halves, halfToFloat);
}

function halfToFloat(h: number): number {
  const sign = h & 0x8000 ? -1 : 1;
  const exponent = (h >> 10) & 31;
  const fraction = h & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
