// PNG writer, the same in the page and in Node: 8 bits, RGB where every pixel is opaque and RGBA else, zlib by
// fflate. Rows are filtered by the rule of least absolute sum (PNG specification, section 12.8). Writes nothing
// but IHDR, sRGB, IDAT and IEND.

import { zlibSync } from 'fflate';
import { crc32 } from '../crc32.ts';
import type { Picture } from '../scene/types.ts';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

export function encodePng(picture: Picture, options: { level?: 0 | 1 | 3 | 6 | 9 } = {}): Uint8Array<ArrayBuffer> {
  const { width, height, data } = picture;
  if (data.length !== width * height * 4) {
    throw new Error(`encodePng: expected ${width}x${height}x4 bytes, got ${data.length}`);
  }
  const channels = isOpaque(data) ? 3 : 4;
  const rows = filterRows(packChannels(data, channels), width * channels, height, channels);
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, channels === 3 ? 2 : 6, 0, 0, 0], 8); // depth, colour type, deflate, adaptive filters, no interlace
  const parts = [
    Uint8Array.from(SIGNATURE),
    chunk('IHDR', header),
    chunk('sRGB', Uint8Array.of(0)), // perceptual intent
    chunk('IDAT', zlibSync(rows, { level: options.level ?? 6 })),
    chunk('IEND', new Uint8Array(0)),
  ];
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function isOpaque(data: Uint8ClampedArray): boolean {
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return false;
  return true;
}

function packChannels(data: Uint8ClampedArray, channels: 3 | 4): Uint8Array {
  if (channels === 4) return new Uint8Array(data.buffer, data.byteOffset, data.length);
  const out = new Uint8Array((data.length / 4) * 3);
  for (let i = 0, o = 0; i < data.length; i += 4) {
    out[o++] = data[i];
    out[o++] = data[i + 1];
    out[o++] = data[i + 2];
  }
  return out;
}

// Likeliest first, so that most of the others end early: Paeth, up, sub, average, none.
const FILTERS = [4, 2, 1, 3, 0];

/** Each row with the number of its filter before it, the one that sums least. */
function filterRows(bytes: Uint8Array, stride: number, height: number, step: number): Uint8Array {
  const out = new Uint8Array(height * (stride + 1));
  const trial = new Uint8Array(stride);
  for (let y = 0; y < height; y++) {
    const at = y * stride;
    let least = Number.POSITIVE_INFINITY;
    for (const filter of FILTERS) {
      let sum = 0;
      // A row that is worse already is not finished.
      for (let x = 0; x < stride && sum < least; x++) {
        const left = x >= step ? bytes[at + x - step] : 0;
        const up = y > 0 ? bytes[at + x - stride] : 0;
        const corner = x >= step && y > 0 ? bytes[at + x - stride - step] : 0;
        const value = (bytes[at + x] - predict(filter, left, up, corner)) & 255;
        trial[x] = value;
        sum += value < 128 ? value : 256 - value;
      }
      if (sum < least) {
        least = sum;
        out[y * (stride + 1)] = filter;
        out.set(trial, y * (stride + 1) + 1);
      }
    }
  }
  return out;
}

function predict(filter: number, left: number, up: number, corner: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  const toLeft = Math.abs(up - corner);
  const toUp = Math.abs(left - corner);
  const toCorner = Math.abs(left + up - 2 * corner);
  return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
}

function chunk(type: string, body: Uint8Array): Uint8Array {
  const out = new Uint8Array(body.length + 12);
  const view = new DataView(out.buffer);
  view.setUint32(0, body.length);
  for (let i = 0; i < 4; i++) out[4 + i] = type.charCodeAt(i);
  out.set(body, 8);
  view.setUint32(out.length - 4, crc32(out.subarray(4, out.length - 4)));
  return out;
}
