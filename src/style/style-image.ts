// Pictures as the networks see them: [H, W, 3] sRGB 0..1 at a wanted size, and the right size for a style picture.
// Strokes come out as large as the style's features are in the network's own pixels. ARF therefore gives the style
// the long side of what the network is fed with (there: half the render, for both); `brush` scales it.

import { inputError } from '../errors.ts';
import type { Gpu } from '../gpu/device.ts';
import { Tensor } from '../gpu/tensor.ts';
import type { Picture } from '../scene/types.ts';

export interface Size {
  width: number;
  height: number;
}

/** Sides of a style are at least this: three halvings in the network leave 4 x 4 features. */
const MIN_SIDE = 32;
/** A style is blown up this much at most: blur has no strokes to learn from. */
const MAX_UPSCALE = 4;
/** A style's long side, whatever the brush: bounds memory and time. */
const MAX_SIDE = 1024;

/**
 * The size to scale a style picture to.
 * @param contentLongSide of what the feature network is fed with, in pixels
 * @param brush 0.5..2, size of the strokes
 */
export function styleSize(picture: Size, contentLongSide: number, brush = 1): Size {
  if (!(brush >= 0.5 && brush <= 2)) throw inputError('brush', null, 'a number from 0.5 to 2', `${brush}`);
  const long = Math.max(picture.width, picture.height);
  const wanted = Math.min(MAX_SIDE, Math.max(MIN_SIDE, contentLongSide * brush));
  const scale = Math.min(MAX_UPSCALE, wanted / long);
  const side = (n: number) => Math.max(1, Math.round(n * scale));
  return { width: side(picture.width), height: side(picture.height) };
}

/**
 * A style picture at the scale for this content, as [H, W, 3]. Sides that stay under 32 pixels (tiny or very thin
 * pictures) are filled by mirroring; transparency is filled with the mean of what is visible.
 * @throws InputError when nothing of the picture is visible
 */
export function styleTensor(gpu: Gpu, picture: Picture, contentLongSide: number, brush = 1): Tensor {
  const colours = mirrored(resample(picture, styleSize(picture, contentLongSide, brush), visibleMean(picture)));
  return Tensor.from(gpu.device, 'Style.image', [colours.height, colours.width, 3], colours.data);
}

/** Any picture at exactly this size, over a background. [H, W, 3] */
export function pictureTensor(gpu: Gpu, picture: Picture, size: Size, background: readonly number[]): Tensor {
  const { data } = resample(picture, size, background);
  return Tensor.from(gpu.device, 'Style.picture', [size.height, size.width, 3], data);
}

interface Colours extends Size {
  /** [H, W, 3] sRGB 0..1 */
  data: Float32Array<ArrayBuffer>;
}

/** Reduces with an area filter (each pixel counts by its overlap), enlarges bilinearly, over a background. */
export function resample(picture: Picture, size: Size, background: readonly number[]): Colours {
  const { width, height } = picture;
  if (!(width > 0 && height > 0) || picture.data.length !== width * height * 4) {
    throw inputError('picture', null, `${width} x ${height} RGBA pixels`, `${picture.data.length} bytes of them`);
  }
  const columns = taps(width, size.width);
  const rows = taps(height, size.height);
  const data = new Float32Array(size.width * size.height * 3);
  // Rows first reduced along x, when they are first asked for; the window of live rows is small.
  const reduced = new Map<number, Float64Array>();
  const reduceRow = (y: number): Float64Array => {
    let row = reduced.get(y);
    if (!row) reduced.set(y, (row = rowOver(picture, y, columns, background)));
    return row;
  };
  rows.forEach(({ first, weights }, y) => {
    for (const done of reduced.keys()) if (done < first) reduced.delete(done);
    const at = y * size.width * 3;
    weights.forEach((weight, k) => {
      const row = reduceRow(first + k);
      for (let i = 0; i < row.length; i++) data[at + i] += weight * row[i];
    });
  });
  return { ...size, data };
}

interface Taps {
  first: number;
  weights: number[];
}

/** For each target pixel the source pixels it is made of; weights sum to 1. */
function taps(from: number, to: number): Taps[] {
  const scale = from / to;
  // A box as wide as a target pixel, or a tent one source pixel to each side when enlarging.
  return Array.from({ length: to }, (_, i) => {
    if (scale <= 1) {
      const centre = Math.min(from - 1, Math.max(0, (i + 0.5) * scale - 0.5));
      const first = Math.min(Math.floor(centre), Math.max(0, from - 2));
      const share = centre - first;
      return from === 1 ? { first: 0, weights: [1] } : { first, weights: [1 - share, share] };
    }
    const start = i * scale;
    const end = Math.min(from, (i + 1) * scale);
    const first = Math.floor(start);
    const last = Math.min(from, Math.ceil(end));
    const weights = Array.from(
      { length: last - first },
      (_, k) => (Math.min(end, first + k + 1) - Math.max(start, first + k)) / (end - start),
    );
    return { first, weights };
  });
}

function rowOver({ width, data }: Picture, y: number, columns: Taps[], background: readonly number[]): Float64Array {
  const row = new Float64Array(columns.length * 3);
  columns.forEach(({ first, weights }, x) => {
    weights.forEach((weight, k) => {
      const at = (y * width + first + k) * 4;
      const alpha = data[at + 3] / 255;
      for (let c = 0; c < 3; c++) {
        row[x * 3 + c] += weight * ((alpha * data[at + c]) / 255 + (1 - alpha) * background[c]);
      }
    });
  });
  return row;
}

/** Mirrors at the edges until both sides are long enough. */
function mirrored(colours: Colours): Colours {
  const width = Math.max(MIN_SIDE, colours.width);
  const height = Math.max(MIN_SIDE, colours.height);
  if (width === colours.width && height === colours.height) return colours;
  const data = new Float32Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (reflect(y, colours.height) * colours.width + reflect(x, colours.width)) * 3;
      data.set(colours.data.subarray(from, from + 3), (y * width + x) * 3);
    }
  }
  return { width, height, data };
}

/** 0 1 2 2 1 0 0 1 2 ... */
function reflect(i: number, size: number): number {
  const phase = i % (2 * size);
  return phase < size ? phase : 2 * size - 1 - phase;
}

/** Mean colour of what is visible, 0..1. */
function visibleMean({ data }: Picture): number[] {
  const sum = [0, 0, 0];
  let total = 0;
  for (let i = 0; i < data.length; i += 4) {
    total += data[i + 3];
    for (let c = 0; c < 3; c++) sum[c] += (data[i + 3] * data[i + c]) / 255;
  }
  if (total === 0) throw inputError('style picture', null, 'something visible', 'every pixel transparent');
  return sum.map((s) => s / total);
}
