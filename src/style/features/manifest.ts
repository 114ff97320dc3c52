// Weights as a JSON manifest with a .bin beside it, in two dialects: our own 'impasto-weights' (OIHW, RGB 0..1,
// hash-checked) and the Keras export of VGG-19 (HWIO, BGR 0..255 minus means). Numbers are u8 with an affine
// map, w = u * scale + min, per tensor or per output channel; or f32.

import { z } from 'zod';
import { inputError, schemaFault } from '../../errors.ts';
import { assembleNetwork, type NamedTensor } from './assemble.ts';
import type { NetworkWeights, WeightsSource } from './network-weights.ts';
import { sha256 } from './sha256.ts';

const affine = z.union([z.number(), z.array(z.number()).min(1)]);

const tensorSchema = z.object({
  name: z.string(),
  shape: z.array(z.int().positive()).min(1),
  dtype: z.enum(['u8', 'f32']).default('u8'),
  /** Bytes into the .bin. */
  offset: z.int().nonnegative(),
  /** Bytes. */
  length: z.int().nonnegative(),
  scale: affine.default(1),
  min: affine.default(0),
});

const triple = z.tuple([z.number(), z.number(), z.number()]);

const ownSchema = z.object({
  format: z.literal('impasto-weights'),
  version: z.literal(1),
  name: z.string().min(1),
  input: z.object({ order: z.literal('RGB'), range: z.tuple([z.literal(0), z.literal(1)]), mean: triple, std: triple }),
  pool: z.enum(['average', 'max']),
  layout: z.literal('OIHW'),
  tensors: z.array(tensorSchema).min(1),
  bin: z.string().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/i, '64 hexadecimal digits'),
});

const kerasSchema = z.object({
  layout: z.string().startsWith('HWIO'),
  input: z.string().startsWith('BGR 0..255'),
  tensors: z.array(tensorSchema).min(1),
  bin: z.string().optional(),
  sha256: z.string().optional(),
});

type TensorEntry = z.infer<typeof tensorSchema>;

/** Means of blue, green and red that the Keras and Caffe networks take away, of 0..255. */
const KERAS_MEAN_BGR = [103.939, 116.779, 123.68] as const;

/** Reads a manifest and the .bin that it names. @throws InputError */
export async function loadManifest(source: WeightsSource, text: string): Promise<NetworkWeights> {
  const where = source.name;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw inputError('weights manifest', where, 'JSON', (cause as Error).message);
  }
  const own = typeof json === 'object' && json !== null && 'format' in json;
  const manifest = own ? check(ownSchema, json, where) : check(kerasSchema, json, where);
  const binName = manifest.bin ?? where.replace(/^.*[\\/]/, '').replace(/\.json$/i, '.bin');
  if (/(^|[\\/])\.\.([\\/]|$)|^[\\/]|^[a-z]+:/i.test(binName)) {
    throw inputError('name of the weights data', where, 'a file in the same folder', `'${binName}'`);
  }
  const bin = await source.read(binName);
  // Length first: a file cut short is told by its tensor, which says more than a wrong hash.
  const raw = manifest.tensors.map((entry) => ({ entry, bytes: slice(bin, entry, binName) }));
  if (manifest.sha256) await checkHash(bin, manifest.sha256, binName);

  if ('format' in manifest) {
    const tensors = raw.map(({ entry, bytes }) => decode(entry, bytes, 0, where));
    const { mean, std } = manifest.input;
    if (std.some((s) => s === 0)) throw inputError('input.std', where, 'three numbers other than 0', `[${std}]`);
    return assembleNetwork(tensors, { name: manifest.name, mean, std, pool: manifest.pool }, where, {
      shortBlocks: true,
    });
  }
  const tensors = raw.map(({ entry, bytes }) => fromKeras(decode(entry, bytes, -1, where), where));
  const [blue, green, red] = KERAS_MEAN_BGR;
  return assembleNetwork(
    tensors,
    {
      name: /vgg-?19/i.test(where) ? 'vgg19' : where,
      mean: [red / 255, green / 255, blue / 255],
      std: [1 / 255, 1 / 255, 1 / 255],
      pool: 'max',
    },
    where,
  );
}

function check<T>(schema: z.ZodType<T>, json: unknown, where: string): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const { expected, found } = schemaFault(issue);
  throw inputError('weights manifest', `${where}, at '${issue.path.join('.') || 'the top'}'`, expected, found);
}

function slice(bin: Uint8Array, { name, shape, dtype, offset, length }: TensorEntry, where: string): Uint8Array {
  const needed = shape.reduce((a, b) => a * b, 1) * (dtype === 'u8' ? 1 : 4);
  if (needed !== length) {
    throw inputError(`tensor '${name}'`, where, `${needed} bytes for shape [${shape}] ${dtype}`, `${length}`);
  }
  if (offset + length > bin.length) {
    throw inputError(`tensor '${name}'`, where, `bytes up to ${offset + length}`, `a file of ${bin.length}`);
  }
  return bin.subarray(offset, offset + length);
}

async function checkHash(bin: Uint8Array, expected: string, where: string): Promise<void> {
  const found = await sha256(bin);
  if (found !== expected.toLowerCase()) {
    throw inputError('SHA-256', where, expected.toLowerCase().slice(0, 16), `${found.slice(0, 16)} (damaged file)`);
  }
}

/** @param outAxis the axis of output channels that lists of scale and min run along; -1 is the last */
function decode(entry: TensorEntry, bytes: Uint8Array, outAxis: 0 | -1, where: string): NamedTensor {
  const { name, shape, dtype } = entry;
  const size = shape.reduce((a, b) => a * b, 1);
  if (dtype === 'f32') {
    return { name, shape, data: new Float32Array(new Uint8Array(bytes).buffer) };
  }
  const outs = outAxis === 0 ? shape[0] : shape[shape.length - 1];
  const scale = perChannel(entry.scale, outs, `scale of tensor '${name}'`, where);
  const min = perChannel(entry.min, outs, `min of tensor '${name}'`, where);
  const inner = outAxis === 0 ? size / outs : 1;
  const data = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    const o = Math.floor(i / inner) % outs;
    data[i] = bytes[i] * scale[o] + min[o];
  }
  return { name, shape, data };
}

function perChannel(value: number | number[], count: number, what: string, where: string): number[] {
  if (typeof value === 'number') return new Array<number>(count).fill(value);
  if (value.length !== count) throw inputError(what, where, `1 or ${count} numbers`, `${value.length}`);
  return value;
}

/** 'block1_conv1/kernel' HWIO -> 'conv1_1.weight' OIHW; the first layer's inputs from BGR to RGB. */
function fromKeras({ name, shape, data }: NamedTensor, where: string): NamedTensor {
  const match = /^block(\d)_conv(\d)\/(kernel|bias)$/.exec(name);
  if (!match) throw inputError('tensor name', where, "'block<b>_conv<c>/kernel' or '/bias'", `'${name}'`);
  const base = `conv${match[1]}_${match[2]}`;
  if (match[3] === 'bias') return { name: `${base}.bias`, shape, data };
  if (shape.length !== 4) throw inputError(`tensor '${name}'`, where, 'shape [3, 3, I, O]', `[${shape}]`);
  const [height, width, ins, outs] = shape;
  const first = base === 'conv1_1';
  const turned = new Float32Array(data.length);
  const taps = height * width;
  for (let tap = 0; tap < taps; tap++)
    for (let i = 0; i < ins; i++)
      for (let o = 0; o < outs; o++)
        turned[(o * ins + (first ? ins - 1 - i : i)) * taps + tap] = data[(tap * ins + i) * outs + o];
  return { name: `${base}.weight`, shape: [outs, ins, height, width], data: turned };
}
