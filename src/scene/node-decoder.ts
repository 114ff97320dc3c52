// Pictures to RGBA in Node, by sharp (libvips): orientation applied, colour profiles and CMYK brought to sRGB,
// 16 bit to 8, the first frame of an animation. Reduced by our own area filter, as in the page, so that both give
// the same pixels. Never imported by the page.

import type { Metadata } from 'sharp';
import { InputError } from '../errors.ts';
import { optionalPackage } from '../optional-package.ts';
import { reduceArea } from './area-filter.ts';
import { checkPictureSize, isOurFormat, MAX_PIXELS, notAPicture } from './picture-header.ts';
import type { Picture, PictureDecoder } from './types.ts';

const FORMATS = 'JPEG, PNG, WebP, GIF, TIFF or AVIF';
const ACCEPTED = new Set(['jpeg', 'png', 'webp', 'gif', 'tiff', 'heif']);
/** The loaders of libvips for these. */
const LOADERS = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff', 'Heif'].map((name) => `VipsForeignLoad${name}`);
/** Larger ones are first brought near the target by libvips, in its own streaming memory. */
const WHOLE_PIXELS = 24_000_000;

/** Loaded with the first picture: a command that reads none starts sooner. */
const loadSharp = async () => {
  const { default: sharp } = await optionalPackage('sharp', () => import('sharp'));
  if (narrow) {
    sharp.block({ operation: ['VipsForeignLoad'] });
    sharp.unblock({ operation: LOADERS });
    narrow = false;
  }
  return sharp;
};

let narrow = false;

/**
 * From now on this process opens pictures of our formats alone: libvips has many other loaders, of vector files and
 * documents, and strangers' bytes should not get at them. For programs that are ours: a host's own sharp is the same.
 */
export function openOurFormatsOnly(): void {
  narrow = true;
}

export const nodeDecoder: PictureDecoder = {
  size: (bytes, where) => readSize(bytes, where),

  async orientation(bytes) {
    if (!isOurFormat(bytes)) return 1;
    const sharp = await loadSharp();
    const { orientation } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return orientation ?? 1;
  },

  async decode(bytes, where, target) {
    const sharp = await loadSharp();
    const full = await readSize(bytes, where);
    const { width, height } = target ?? full;
    try {
      // 'error' and not 'warning': photographs with harmless oddities are common, but cut ones are refused.
      let image = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' }).autoOrient();
      if (full.width * full.height > WHOLE_PIXELS && full.width >= 4 * width && full.height >= 4 * height) {
        image = image.resize(2 * width, 2 * height, { fit: 'fill', kernel: 'linear' });
      }
      const { data, info } = await image
        .toColourspace('srgb')
        .ensureAlpha()
        .raw({ depth: 'uchar' })
        .toBuffer({ resolveWithObject: true });
      return reduceTo({ width: info.width, height: info.height, data: rgba(data, info.channels) }, width, height);
    } catch (error) {
      if (error instanceof InputError) throw error;
      throw notAPicture(bytes, where, FORMATS, firstLine(error));
    }
  },
};

async function readSize(bytes: Uint8Array<ArrayBuffer>, where: string): Promise<{ width: number; height: number }> {
  if (!isOurFormat(bytes)) throw notAPicture(bytes, where, FORMATS);
  const sharp = await loadSharp();
  let found: Metadata;
  try {
    found = await sharp(bytes, { limitInputPixels: false }).metadata();
  } catch {
    throw notAPicture(bytes, where, FORMATS);
  }
  // libvips also draws vector files and the like; those are no photographs and cost what they please.
  if (!ACCEPTED.has(found.format)) throw notAPicture(bytes, where, FORMATS, found.format);
  const { width, height } = found.autoOrient;
  checkPictureSize(width, height, where);
  return { width, height };
}

function reduceTo(picture: Picture, width: number, height: number): Picture {
  if (picture.width === width && picture.height === height) return picture;
  return { width, height, data: reduceArea(picture.data, picture.width, picture.height, width, height) };
}

/** Grey and grey + alpha spread over four channels; RGBA shown as it is. */
function rgba(data: Uint8Array, channels: number): Uint8ClampedArray<ArrayBuffer> {
  if (channels === 4) return new Uint8ClampedArray(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  const count = data.length / channels;
  const out = new Uint8ClampedArray(count * 4);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < 3; c++) out[i * 4 + c] = data[i * channels + (channels >= 3 ? c : 0)];
    out[i * 4 + 3] = channels === 2 ? data[i * 2 + 1] : 255;
  }
  return out;
}

const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0];
