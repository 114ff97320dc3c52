// A finished style as a small `.impasto` file of its own: what of the appearance differs from the plain field's, deflated,
// with names, options, score and a thumbnail. It belongs to one field, told by a fingerprint, and gives on it the very
// pictures that it gave when it was saved.

import { unzlibSync, zlibSync } from 'fflate';
import { z } from 'zod';
import { crc32, hex32 } from '../crc32.ts';
import { inputError } from '../errors.ts';
import type { Gpu } from '../gpu/device.ts';
import { type Container, containerTensor, readContainer, writeContainer } from '../nerf/container.ts';
import { HashNetwork } from '../nerf/field.ts';
import { appearanceMeta, appearanceSchema } from './field-file/network-section.ts';
import type { FieldPrint } from './field-print.ts';
import { fillNetwork, finiteTensor, type StoredNetwork, storeNetwork } from './stored-network.ts';
import type { StyledAppearance } from './style-mix.ts';
import { deltaOfTable, tableFromDelta } from './table-delta.ts';
import type { StyleRecord, StyleScore } from './types.ts';

/** Ending of such files, and how page and command know them. */
export const STYLE_FILE_ENDING = '.style.impasto';

const plainValue = z.union([z.string(), z.number(), z.boolean()]);

const figuresSchema = z
  .object({
    forward: z.number(),
    backward: z.number(),
    palette: z.number(),
    detail: z.tuple([z.number(), z.number(), z.number()]),
  })
  .optional();

const scoreSchema = z.object({
  features: z.string(),
  metric: z.string(),
  start: z.number(),
  end: z.number(),
  before: figuresSchema,
  after: figuresSchema,
});

const metaSchema = z.object({
  kind: z.literal('style'),
  fingerprint: z.string().regex(/^[0-9a-f]{8}$/),
  /** For messages: what it was painted on. */
  field: z.object({ scene: z.string(), preset: z.string(), steps: z.number() }),
  names: z.array(z.string()).min(1),
  /** As the user painted it: loss, steps, brush ... */
  options: z.record(z.string(), plainValue),
  score: scoreSchema.nullable(),
  appearance: appearanceSchema,
});

/** A style with what is told of it. */
export interface StyleFile extends StyleRecord {
  style: StyledAppearance;
}

/** @param print of the field that the style is on */
export async function writeStyleFile(
  content: StyleFile,
  print: FieldPrint,
  field: { scene: string; preset: string; steps: number },
): Promise<Uint8Array<ArrayBuffer>> {
  const { style, options, score, thumbnail } = content;
  const { network } = style.appearance;
  const { precision } = print.plain.table;
  const { table, weights } = await storeNetwork(network, precision, print.origin);
  const delta = zlibSync(deltaOfTable(table, print.plain.table, network.hashLevels), { level: 9 });
  const scales = table.precision === 'byte' ? table.scales : new Float32Array(0);
  const meta: z.infer<typeof metaSchema> = {
    kind: 'style',
    fingerprint: print.fingerprint,
    field,
    names: style.names,
    options,
    score,
    appearance: appearanceMeta(style.appearance),
  };
  const bytes = (name: string, data: Uint8Array<ArrayBuffer>) =>
    ({ name, shape: [data.length], dtype: 'u8', data }) as const;
  return writeContainer({
    meta,
    tensors: [
      bytes('delta', delta),
      { name: 'scales', shape: [scales.length], dtype: 'f32', data: scales },
      { name: 'weights', shape: [weights.length], dtype: 'f32', data: weights },
      ...(thumbnail ? [bytes('thumbnail', thumbnail)] : []),
    ],
  });
}

/** @throws InputError in one sentence, for another field's style too, with nothing left allocated */
export function readStyleFile(gpu: Gpu, bytes: Uint8Array, where: string, print: FieldPrint): StyleFile {
  const container = readContainer(bytes, where);
  if (container.meta.kind === 'field')
    throw inputError('style', where, `a style file (${STYLE_FILE_ENDING})`, 'a whole field');
  const parsed = metaSchema.safeParse(container.meta);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw inputError(`header field '${issue.path.join('.')}'`, where, 'a style written by Impasto', issue.message);
  }
  const { names, options, score, appearance, fingerprint, field } = parsed.data;
  if (fingerprint !== print.fingerprint)
    throw inputError(
      'style',
      where,
      `one painted on this very field (${print.fingerprint})`,
      `one of ${field.scene}, ${field.preset}, ${field.steps} steps (${fingerprint})`,
    );
  const stored = storedStyle(container, print, where);
  const network = new HashNetwork(gpu, 'Field.style', print.origin.hashLevels, print.origin.weightCount);
  fillNetwork(network, stored);
  return {
    style: { appearance: { network, ...appearance }, names },
    options,
    score: score as StyleScore | null,
    thumbnail: optionalBytes(container, 'thumbnail', where),
  };
}

function storedStyle(container: Container, { plain, origin }: FieldPrint, where: string): StoredNetwork {
  const { hashLevels, weightCount } = origin;
  const inBytes = plain.table.precision === 'byte';
  const scales = new Float32Array(
    containerTensor(container, 'scales', 'f32', [inBytes ? hashLevels.length : 0], where),
  );
  const wrong = scales.findIndex((scale) => !(scale > 0 && scale < Number.POSITIVE_INFINITY));
  if (wrong >= 0) throw inputError(`scale ${wrong}`, where, 'a number above 0', `${scales[wrong]}`);
  const weights = finiteTensor(container, 'weights', [weightCount], where);
  const size = plain.table.precision === 'byte' ? plain.table.codes.length : 2 * plain.table.halves.length;
  const delta = inflated(optionalBytes(container, 'delta', where), size, where);
  return { table: tableFromDelta(delta, scales, plain.table, hashLevels), weights };
}

/** @throws InputError unless it inflates to so many bytes */
function inflated(deflated: Uint8Array<ArrayBuffer> | null, size: number, where: string): Uint8Array {
  const wrong = (found: string) => inputError(`tensor 'delta'`, where, `${size} deflated bytes`, found);
  if (!deflated) throw wrong('none');
  // One byte of room more, so that too many show.
  const out = new Uint8Array(size + 1);
  let length: number;
  try {
    length = unzlibSync(deflated, { out }).length;
  } catch (cause) {
    throw wrong((cause as Error).message);
  }
  if (length !== size) throw wrong(length > size ? 'more' : `${length}`);
  return out.subarray(0, size);
}

function optionalBytes(container: Container, name: string, where: string): Uint8Array<ArrayBuffer> | null {
  const tensor = container.tensors.get(name);
  return tensor ? new Uint8Array(containerTensor(container, name, 'u8', [tensor.data.length], where)) : null;
}

/** What tells one painting from all others, through any number of files: its weights, which every stroke moves. */
export async function styleId({ appearance }: StyledAppearance): Promise<string> {
  const weights = await appearance.network.weights.readF32();
  const map = new TextEncoder().encode(JSON.stringify(appearance.colourMap));
  return hex32(crc32(new Uint8Array(weights.buffer), map));
}
