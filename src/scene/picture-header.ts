// Size of a picture from its first bytes, without decoding: PNG, JPEG (with EXIF orientation), WebP, GIF, BMP. A
// picture that is too large is refused here, before any decoder allocates for it.

import { type InputError, inputError } from '../errors.ts';

/** Long side and area that are accepted; beyond, a decoder would need gigabytes. */
export const MAX_SIDE = 16_384;
export const MAX_PIXELS = 120_000_000;

export interface PictureHeader {
  format: 'png' | 'jpeg' | 'webp' | 'gif' | 'bmp';
  /** As stored, orientation not applied. */
  width: number;
  height: number;
  /** EXIF: 1..8, 1 = as stored; 5..8 exchange width and height. */
  orientation: number;
}

/** Null when the bytes are none of the formats, or end before the size. */
export function readPictureHeader(bytes: Uint8Array): PictureHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return png(view) ?? jpeg(view) ?? webp(view) ?? gif(view) ?? bmp(view);
  } catch (error) {
    if (error instanceof RangeError) return null; // read past the end: cut short
    throw error;
  }
}

/** Size as shown, orientation applied. */
export function orientedSize(header: PictureHeader): { width: number; height: number } {
  const { width, height, orientation } = header;
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}

/** @throws InputError when the size is beyond what is accepted */
export function checkPictureSize(width: number, height: number, where: string): void {
  if (width < 1 || height < 1) throw inputError('picture', where, 'at least one pixel', `${width}x${height}`);
  if (width > MAX_SIDE || height > MAX_SIDE) {
    throw inputError('picture', where, `at most ${MAX_SIDE} pixels a side`, `${width}x${height}`);
  }
  if (width * height > MAX_PIXELS) {
    throw inputError('picture', where, `at most ${MAX_PIXELS / 1e6} megapixels`, `${width}x${height}`);
  }
}

/** The sentence for bytes that no decoder takes. */
export function notAPicture(bytes: Uint8Array, where: string, formats: string, why?: string): InputError {
  const found = bytes.length === 0 ? 'an empty file' : `a file of ${bytes.length} bytes that is none`;
  return inputError('picture', where, `a ${formats} file`, why ? `${found} (${why})` : found);
}

/** First bytes of the formats that are opened in Node; '.' is any byte. */
const SIGNATURES = [
  /^\xff\xd8\xff/,
  /^\x89PNG/,
  /^RIFF....WEBP/s,
  /^GIF8[79]a/,
  /^(II\*\0|MM\0\*|II\+\0|MM\0\+)/,
  /^....ftyp(avif|avis|heic|heix|hevc|mif1|msf1)/s,
];

/** Whether bytes begin as JPEG, PNG, WebP, GIF, TIFF, AVIF or HEIF do: asked before a native loader gets them. */
export function isOurFormat(bytes: Uint8Array): boolean {
  const start = String.fromCharCode(...bytes.subarray(0, 12));
  return SIGNATURES.some((signature) => signature.test(start));
}

function png(view: DataView): PictureHeader | null {
  if (view.byteLength < 24 || view.getUint32(0) !== 0x89504e47 || view.getUint32(12) !== 0x49484452) return null;
  return { format: 'png', width: view.getUint32(16), height: view.getUint32(20), orientation: 1 };
}

function jpeg(view: DataView): PictureHeader | null {
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return null;
  let orientation = 1;
  for (let at = 2; ; ) {
    // Decoders look for the next marker, whatever lies before it.
    if (view.getUint8(at) !== 0xff) {
      at += 1;
      continue;
    }
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1; // fill byte
      continue;
    }
    if (marker === 0x00 || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2; // markers without a length
      continue;
    }
    const length = view.getUint16(at + 2);
    // Start of frame, any kind of coding; c4, c8 and cc are tables.
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      return { format: 'jpeg', height: view.getUint16(at + 5), width: view.getUint16(at + 7), orientation };
    }
    if (marker === 0xe1 && view.getUint32(at + 4) === 0x45786966) {
      orientation = exifOrientation(view, at + 10, at + 2 + length) ?? orientation;
    }
    at += 2 + length;
  }
}

/** Tag 0x0112 of the first directory of a TIFF block. */
function exifOrientation(view: DataView, start: number, end: number): number | null {
  const little = view.getUint16(start) === 0x4949;
  const directory = start + view.getUint32(start + 4, little);
  if (directory + 2 > end) return null;
  const count = view.getUint16(directory, little);
  for (let i = 0; i < count && directory + 14 + i * 12 <= end; i++) {
    const entry = directory + 2 + i * 12;
    if (view.getUint16(entry, little) !== 0x0112) continue;
    const value = view.getUint16(entry + 8, little);
    return value >= 1 && value <= 8 ? value : null;
  }
  return null;
}

/**
 * The largest size that an AVIF or HEIF file names (its `ispe` properties: of the picture, of its tiles, of previews); null
 * for other files. Good to refuse by, before a decoder allocates; which of them is shown only a decoder can tell.
 */
export function largestHeifSize(bytes: Uint8Array): { width: number; height: number } | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength < 12 || view.getUint32(4) !== 0x66747970) return null; // ftyp
  let found: { width: number; height: number } | null = null;
  const end = Math.min(view.byteLength - 16, HEIF_META_BYTES);
  for (let at = 8; at < end; at++) {
    if (view.getUint32(at) !== 0x69737065) continue; // ispe, then version and flags
    const [width, height] = [view.getUint32(at + 8), view.getUint32(at + 12)];
    if (!found || width * height > found.width * found.height) found = { width, height };
  }
  return found;
}

/** Properties come before the pixels. */
const HEIF_META_BYTES = 1 << 20;

function webp(view: DataView): PictureHeader | null {
  if (view.byteLength < 30 || view.getUint32(0) !== 0x52494646 || view.getUint32(8) !== 0x57454250) return null;
  const kind = view.getUint32(12);
  const size = (width: number, height: number): PictureHeader => ({ format: 'webp', width, height, orientation: 1 });
  if (kind === 0x56503820) return size(view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff); // VP8
  if (kind === 0x5650384c) {
    const bits = view.getUint32(21, true); // VP8L: 14 bits each, less one
    return size((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
  }
  if (kind !== 0x56503858) return null;
  const int24 = (at: number) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16); // VP8X
  return size(int24(24) + 1, int24(27) + 1);
}

function gif(view: DataView): PictureHeader | null {
  if (view.byteLength < 10 || view.getUint32(0) !== 0x47494638) return null;
  return { format: 'gif', width: view.getUint16(6, true), height: view.getUint16(8, true), orientation: 1 };
}

function bmp(view: DataView): PictureHeader | null {
  if (view.byteLength < 26 || view.getUint16(0) !== 0x424d || view.getUint32(14, true) < 40) return null;
  const height = Math.abs(view.getInt32(22, true)); // negative: rows run down
  return { format: 'bmp', width: Math.abs(view.getInt32(18, true)), height, orientation: 1 };
}
