// The .impasto file: whatever is written comes back, and no damaged or hostile file gets through.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/errors.ts';
import { type ContainerTensor, containerTensor, readContainer, writeContainer } from '../../../src/nerf/container.ts';
import { f16FromF32, f32FromF16 } from '../../../src/nerf/half.ts';

const sample = () =>
  writeContainer({
    meta: { kind: 'field', note: 'ä' },
    tensors: [
      { name: 'table', shape: [2, 3], dtype: 'f32', data: Float32Array.of(0, -0, 1.5, Number.NaN, 3, -4) },
      { name: 'bits', shape: [5], dtype: 'u8', data: Uint8Array.of(1, 2, 3, 4, 5) },
      { name: 'none', shape: [0, 7], dtype: 'i32', data: new Int32Array(0) },
      { name: 'half', shape: [2], dtype: 'f16', data: f16FromF32(Float32Array.of(1, -2)) },
    ],
  });

/** The sample with another header, its length and checksum made good again: what malice could write. */
function withHeader(json: string, payload = new Uint8Array(0), claim?: number): Uint8Array {
  const header = new TextEncoder().encode(json);
  const start = payload.length ? Math.ceil((24 + header.length) / 16) * 16 : 24 + header.length;
  const bytes = new Uint8Array(start + payload.length);
  bytes.set(sample().subarray(0, 12));
  bytes.set(header, 24);
  bytes.set(payload, start);
  const view = new DataView(bytes.buffer);
  view.setUint32(12, claim ?? header.length, true);
  view.setUint32(16, bytes.length, true);
  let crc = ~0;
  bytes.forEach((byte, i) => {
    if (i >= 20 && i < 24) return;
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  });
  view.setUint32(20, ~crc >>> 0, true);
  return bytes;
}

const refusal = (bytes: Uint8Array): string => {
  try {
    readContainer(bytes, 'a.impasto');
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).not.toContain('\n');
    return (error as Error).message;
  }
  return 'accepted';
};

describe('container round trip', () => {
  it('gives back what was written, on aligned boundaries', () => {
    const { meta, tensors } = readContainer(sample(), 'a.impasto');
    expect(meta).toEqual({ kind: 'field', note: 'ä' });
    expect([...tensors.keys()]).toEqual(['table', 'bits', 'none', 'half']);
    expect([...(tensors.get('table')?.data ?? [])]).toEqual([0, -0, 1.5, Number.NaN, 3, -4]);
    expect(tensors.get('none')?.shape).toEqual([0, 7]);
    expect(sample()).toEqual(sample());
  });

  it('does so for any tensors, from any place in memory', () => {
    const tensor = fc
      .tuple(fc.string(), fc.constantFrom('f32', 'f16', 'u8', 'u32', 'i32'), fc.array(fc.nat(4), { maxLength: 3 }))
      .chain(([name, dtype, shape]) => {
        const size = shape.reduce((a, b) => a * b, 1);
        const array = { f32: Float32Array, f16: Uint16Array, u8: Uint8Array, u32: Uint32Array, i32: Int32Array }[dtype];
        return fc
          .uint8Array({ minLength: size * array.BYTES_PER_ELEMENT, maxLength: size * array.BYTES_PER_ELEMENT })
          .map((bytes) => ({ name, dtype, shape, data: new array(bytes.slice().buffer) }) as ContainerTensor);
      });
    const list = fc.uniqueArray(tensor, { selector: (t) => t.name, maxLength: 6 });
    fc.assert(
      fc.property(list, fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(7), (tensors, meta, shift) => {
        const bytes = writeContainer({ meta, tensors });
        const elsewhere = new Uint8Array(bytes.length + shift).subarray(shift);
        elsewhere.set(bytes);
        const read = readContainer(elsewhere, 'x');
        expect(JSON.stringify(read.meta)).toBe(JSON.stringify(meta));
        expect(read.tensors.size).toBe(tensors.length);
        for (const t of tensors) {
          const got = read.tensors.get(t.name)!;
          expect([got.dtype, ...got.shape]).toEqual([t.dtype, ...t.shape]);
          expect(new Uint8Array(got.data.buffer)).toEqual(new Uint8Array(t.data.buffer));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('says a fault of ours when data does not fill its shape', () => {
    const data = new Float32Array(3);
    expect(() => writeContainer({ meta: {}, tensors: [{ name: 'a', shape: [2], dtype: 'f32', data }] })).toThrow(
      'a: expected 2 f32 elements, found 3',
    );
  });

  it('hands out a tensor only in the dtype and shape asked for', () => {
    const container = readContainer(sample(), 'a.impasto');
    expect(containerTensor(container, 'bits', 'u8', [5], 'a')).toHaveLength(5);
    expect(() => containerTensor(container, 'bits', 'u8', [6], 'a')).toThrow(
      "tensor 'bits' in a: expected u8 [6], found u8 [5]",
    );
    expect(() => containerTensor(container, 'lost', 'f32', [1], 'a')).toThrow('expected f32 [1], found none');
  });
});

describe('container refusals', () => {
  it('refuses every flip of every byte', () => {
    const bytes = sample();
    for (let i = 0; i < bytes.length; i++) {
      for (const mask of [1, 0x80, 0xff]) {
        const damaged = bytes.slice();
        damaged[i] ^= mask;
        expect(refusal(damaged), `byte ${i}`).not.toBe('accepted');
      }
    }
  });

  it('refuses every cut, and anything appended', () => {
    const bytes = sample();
    for (let n = 0; n < bytes.length; n++) expect(refusal(bytes.subarray(0, n)), `${n} bytes`).not.toBe('accepted');
    expect(refusal(bytes.subarray(0, 50))).toBe(
      `checkpoint in a.impasto: expected ${bytes.length} bytes, found 50: it is cut short`,
    );
    const longer = new Uint8Array(bytes.length + 1);
    longer.set(bytes);
    expect(refusal(longer)).toContain('something follows it');
  });

  it('says which of its reasons it was', () => {
    expect(refusal(new TextEncoder().encode('GIF89a, or some such thing'))).toContain('expected an .impasto file');
    expect(refusal(new Uint8Array(0))).toContain('an empty file');
    const other = sample();
    other[8] = 9;
    expect(refusal(other)).toBe('checkpoint in a.impasto: expected version 1, found version 9');
    const flipped = sample();
    flipped[flipped.length - 1] ^= 4;
    expect(refusal(flipped)).toContain('the file is damaged');
  });

  it('trusts no header, even with a right checksum', () => {
    const tensors = (...list: object[]) => JSON.stringify({ meta: {}, tensors: list });
    expect(refusal(withHeader(tensors()))).toBe('accepted');
    expect(refusal(withHeader(tensors(), undefined, 0xffffffff))).toContain('header in a.impasto: expected at most');
    expect(refusal(withHeader('{"meta":{}'))).toContain('expected JSON');
    expect(refusal(withHeader('null'))).toContain('an object with meta and tensors');
    expect(refusal(withHeader('{"meta":[],"tensors":[]}'))).toContain('an object with meta and tensors');
    const a = { name: 'a', dtype: 'u8', shape: [16] };
    const payload = new Uint8Array(16);
    expect(refusal(withHeader(tensors(a), payload))).toBe('accepted');
    expect(refusal(withHeader(tensors({ ...a, shape: [2 ** 50, 2 ** 50] }), payload))).toContain("tensor 'a'");
    expect(refusal(withHeader(tensors({ ...a, shape: [17] }), payload))).toContain('at most 16 bytes');
    expect(refusal(withHeader(tensors({ ...a, shape: [15] }), payload))).toContain('shapes for');
    expect(refusal(withHeader(tensors({ ...a, shape: [-1] }), payload))).toContain('whole numbers');
    expect(refusal(withHeader(tensors({ ...a, shape: [0.5] }), payload))).toContain('whole numbers');
    expect(refusal(withHeader(tensors({ ...a, dtype: 'f64' }), payload))).toContain('whole numbers');
    expect(refusal(withHeader(tensors({ ...a, dtype: 'toString' }), payload))).toContain('whole numbers');
    expect(refusal(withHeader(tensors({ ...a, shape: [8] }, { ...a, shape: [0] }), payload))).toContain(
      'one of that name',
    );
  });
});

describe('half precision', () => {
  it('keeps every one of the 65,536 halves', () => {
    const all = Uint16Array.from({ length: 65536 }, (_, i) => i).filter((b) => (b & 0x7fff) <= 0x7c00);
    expect(f16FromF32(f32FromF16(all))).toEqual(all);
    expect(f32FromF16(f16FromF32(Float32Array.of(Number.NaN)))[0]).toBeNaN();
  });

  it('rounds to the nearest half, ties to even', () => {
    // Around 1 halves lie 2^-10 apart; below 2^-14 they lie 2^-24 apart; 65,520 is the first to overflow.
    const given = [1 + 2 ** -11, 1 + 3 * 2 ** -11, 2 ** -25, 3 * 2 ** -25, 65519, 65520, -1e-9];
    const wanted = [1, 1 + 2 ** -9, 0, 2 ** -23, 65504, Number.POSITIVE_INFINITY, -0];
    expect([...f32FromF16(f16FromF32(Float32Array.from(given)))]).toEqual(wanted);
    fc.assert(
      fc.property(fc.double({ min: -60000, max: 60000, noNaN: true }), (x) => {
        const y = f32FromF16(f16FromF32(Float32Array.of(x)))[0];
        expect(Math.abs(y - Math.fround(x))).toBeLessThanOrEqual(Math.max(2 ** -25, Math.abs(x) * 2 ** -11));
      }),
    );
  });
});
