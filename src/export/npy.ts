// NumPy's .npy, version 1.0, float32 little-endian in C order only: what `--depth` writes and tests read back.
// Layout: magic, version, u16 header length, a Python literal padded to 64 bytes, then the values.

import { inputError } from '../errors.ts';

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY

/** @param shape row-major, for a depth map [H, W] */
export function encodeNpy(data: Float32Array, shape: readonly number[]): Uint8Array<ArrayBuffer> {
  const count = shape.reduce((product, n) => product * n, 1);
  if (count !== data.length) throw new Error(`encodeNpy: expected ${count} values for [${shape}], got ${data.length}`);
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const literal = `{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`;
  const headerEnd = Math.ceil((10 + literal.length + 1) / 64) * 64;
  const out = new Uint8Array(headerEnd + 4 * count);
  const view = new DataView(out.buffer);
  out.set(MAGIC, 0);
  out.set([1, 0], 6);
  view.setUint16(8, headerEnd - 10, true);
  out.fill(0x20, 10, headerEnd);
  for (let i = 0; i < literal.length; i++) out[10 + i] = literal.charCodeAt(i);
  out[headerEnd - 1] = 0x0a;
  for (let i = 0; i < count; i++) view.setFloat32(headerEnd + 4 * i, data[i], true);
  return out;
}

/** @throws InputError for any file that is not float32, little-endian, C order and whole. */
export function decodeNpy(bytes: Uint8Array, where: string): { data: Float32Array; shape: number[] } {
  const wanted = 'a .npy file of float32 in C order';
  if (bytes.length < 10 || MAGIC.some((byte, i) => bytes[i] !== byte)) {
    throw inputError('array', where, wanted, 'a file without NumPy magic');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isFirst = bytes[6] === 1;
  const start = isFirst ? 10 : 12;
  if (bytes.length < start) throw inputError('array', where, wanted, `${bytes.length} bytes`);
  const headerEnd = start + (isFirst ? view.getUint16(8, true) : view.getUint32(8, true));
  const header = new TextDecoder('latin1').decode(bytes.subarray(start, Math.min(headerEnd, bytes.length)));
  const shapeText = /'shape':\s*\(([^)]*)\)/.exec(header);
  if (!/'descr':\s*'<f4'/.test(header) || !/'fortran_order':\s*False/.test(header) || !shapeText) {
    throw inputError('array', where, wanted, header.trim().slice(0, 80) || 'no header');
  }
  const shape = shapeText[1]
    .split(',')
    .map((n) => n.trim())
    .filter((n) => n !== '')
    .map(Number);
  const count = shape.reduce((product, n) => product * n, 1);
  if (bytes.length !== headerEnd + 4 * count) {
    throw inputError('array', where, `${headerEnd + 4 * count} bytes for [${shape}]`, `${bytes.length}`);
  }
  const data = Float32Array.from({ length: count }, (_, i) => view.getFloat32(headerEnd + 4 * i, true));
  return { data, shape };
}
