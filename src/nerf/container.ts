// The `.impasto` file: a small prelude, one JSON header, then tensors. Little-endian, each tensor on a 16-byte
// boundary, in the header's order with nothing between but zeros, so that offsets follow from the shapes.
//
//   0  "IMPASTO\0"     12  u32 bytes of JSON        20  u32 CRC-32 of all other bytes of the file
//   8  u32 version     16  u32 bytes of the file    24  JSON { meta, tensors: [{ name, shape, dtype }] }
//
// Knows nothing of fields and styles: what is in `meta` its callers check.

import { crc32 } from '../crc32.ts';
import { inputError } from '../errors.ts';

/** f16 is kept as bits. */
const ARRAYS = { f32: Float32Array, f16: Uint16Array, u8: Uint8Array, u32: Uint32Array, i32: Int32Array } as const;

export type ContainerDType = keyof typeof ARRAYS;
export type ContainerData<D extends ContainerDType = ContainerDType> = InstanceType<(typeof ARRAYS)[D]>;

export interface ContainerTensor<D extends ContainerDType = ContainerDType> {
  name: string;
  /** Row-major, last axis fastest. */
  shape: readonly number[];
  dtype: D;
  data: ContainerData<D>;
}

export interface Container {
  meta: Record<string, unknown>;
  tensors: Map<string, ContainerTensor>;
}

export const CONTAINER_VERSION = 1;
const MAGIC = new TextEncoder().encode('IMPASTO\0');
const PRELUDE = 24;
const CRC_AT = 20;
const align = (n: number) => Math.ceil(n / 16) * 16;

/**
 * @param content.meta anything JSON can say
 * @throws Error (ours, not the user's) when a tensor's data does not fill its shape or two share a name
 */
export function writeContainer(content: { meta: object; tensors: ContainerTensor[] }): Uint8Array<ArrayBuffer> {
  const names = new Set<string>();
  for (const { name, shape, dtype, data } of content.tensors) {
    const size = shape.reduce((a, b) => a * b, 1);
    if (data.length !== size || !(data instanceof ARRAYS[dtype]))
      throw new Error(`${name}: expected ${size} ${dtype} elements, found ${data.length} in ${data.constructor.name}`);
    if (names.has(name)) throw new Error(`two tensors are called '${name}'`);
    names.add(name);
  }
  const table = content.tensors.map(({ name, shape, dtype }) => ({ name, shape, dtype }));
  const header = new TextEncoder().encode(JSON.stringify({ meta: content.meta, tensors: table }));
  const total = content.tensors.reduce((at, t) => align(at) + t.data.byteLength, PRELUDE + header.length);
  if (total > 0xffffffff) throw new Error(`a checkpoint holds at most 4 GiB, found ${total} bytes`);

  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint32(8, CONTAINER_VERSION, true);
  view.setUint32(12, header.length, true);
  view.setUint32(16, total, true);
  bytes.set(header, PRELUDE);
  let at = PRELUDE + header.length;
  for (const { data } of content.tensors) {
    at = align(at);
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  view.setUint32(CRC_AT, checksum(bytes), true);
  return bytes;
}

/**
 * Reads a whole file; the tensors are copies.
 * @param where the file's name, for messages
 * @throws InputError in one sentence, before anything is allocated that the file itself does not hold
 */
export function readContainer(bytes: Uint8Array, where: string): Container {
  const started = Math.min(bytes.length, MAGIC.length);
  if (started === 0 || MAGIC.subarray(0, started).some((b, i) => b !== bytes[i]))
    throw inputError('checkpoint', where, 'an .impasto file', bytes.length ? 'other bytes' : 'an empty file');
  if (bytes.length < PRELUDE)
    throw inputError('checkpoint', where, `at least ${PRELUDE} bytes`, `${bytes.length}: it is cut short`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(8, true);
  if (version !== CONTAINER_VERSION)
    throw inputError('checkpoint', where, `version ${CONTAINER_VERSION}`, `version ${version}`);
  const total = view.getUint32(16, true);
  if (bytes.length !== total) {
    const what = bytes.length < total ? 'it is cut short' : 'something follows it';
    throw inputError('checkpoint', where, `${total} bytes`, `${bytes.length}: ${what}`);
  }
  if (checksum(bytes) !== view.getUint32(CRC_AT, true))
    throw inputError('checkpoint', where, 'its checksum to agree', 'changed bytes: the file is damaged');

  // The checksum stops accidents, not malice: everything below still trusts nothing.
  const headerBytes = view.getUint32(12, true);
  if (headerBytes > total - PRELUDE)
    throw inputError('header', where, `at most ${total - PRELUDE} bytes`, `${headerBytes}`);
  const { meta, table } = parseHeader(bytes.subarray(PRELUDE, PRELUDE + headerBytes), where);
  const tensors = new Map<string, ContainerTensor>();
  let at = PRELUDE + headerBytes;
  for (const { name, shape, dtype } of table) {
    at = align(at);
    const array = ARRAYS[dtype];
    const length = shape.reduce((a, b) => a * b, 1) * array.BYTES_PER_ELEMENT;
    if (!(at + length <= total))
      throw inputError(`tensor '${name}'`, where, `at most ${Math.max(0, total - at)} bytes`, `shape [${shape}]`);
    if (tensors.has(name)) throw inputError(`tensor '${name}'`, where, 'one of that name', 'two');
    // Copied by hand: a Node Buffer's slice() would share the whole file's memory.
    const data = new array(new Uint8Array(bytes.subarray(at, at + length)).buffer);
    tensors.set(name, { name, shape, dtype, data });
    at += length;
  }
  if (at !== total) throw inputError('tensors', where, `${total} bytes in all`, `shapes for ${at}`);
  return { meta, tensors };
}

/** One tensor of a file, of the dtype and shape that the caller needs. @throws InputError */
export function containerTensor<D extends ContainerDType>(
  container: Container,
  name: string,
  dtype: D,
  shape: readonly number[],
  where: string,
): ContainerData<D> {
  const tensor = container.tensors.get(name);
  const expected = `${dtype} [${shape.join(', ')}]`;
  if (!tensor) throw inputError(`tensor '${name}'`, where, expected, 'none');
  if (tensor.dtype !== dtype || tensor.shape.length !== shape.length || shape.some((n, i) => n !== tensor.shape[i]))
    throw inputError(`tensor '${name}'`, where, expected, `${tensor.dtype} [${tensor.shape.join(', ')}]`);
  return tensor.data as ContainerData<D>;
}

interface TableEntry {
  name: string;
  shape: number[];
  dtype: ContainerDType;
}

function parseHeader(bytes: Uint8Array, where: string): { meta: Record<string, unknown>; table: TableEntry[] } {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw inputError('header', where, 'JSON', (cause as Error).message);
  }
  const { meta, tensors } = (header ?? {}) as { meta?: unknown; tensors?: unknown };
  if (typeof meta !== 'object' || meta === null || Array.isArray(meta) || !Array.isArray(tensors))
    throw inputError('header', where, 'an object with meta and tensors', 'another');
  const ok = (entry: Partial<TableEntry> | null) =>
    typeof entry?.name === 'string' &&
    typeof entry.dtype === 'string' &&
    Object.hasOwn(ARRAYS, entry.dtype) &&
    Array.isArray(entry.shape) &&
    entry.shape.every((n) => Number.isSafeInteger(n) && n >= 0);
  const wrong = tensors.findIndex((entry) => !ok(entry));
  if (wrong >= 0)
    throw inputError(`tensor ${wrong}`, where, 'a name, a dtype and a shape of whole numbers', 'another entry');
  return { meta: meta as Record<string, unknown>, table: tensors as TableEntry[] };
}

/** Of the whole file but the checksum's own field. */
function checksum(bytes: Uint8Array): number {
  return crc32(bytes.subarray(0, CRC_AT), bytes.subarray(PRELUDE));
}
