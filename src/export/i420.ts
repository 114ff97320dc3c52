// RGB to I420 (planar Y'CbCr, chroma at half size), BT.709, limited range: what video encoders take and players
// expect. We convert ourselves since encoders given RGBA choose matrix and range as they like, and not all say so.
// Chroma is sited as MPEG-2 and H.264 default: level with every second luma column, between two luma rows.
// Odd sizes grow by one column or row that repeats the edge.

import type { Picture } from '../scene/types.ts';

// ITU-R BT.709-6, item 3.2 (luma weights) and 3.4 (8-bit quantisation: luma 16..235, chroma 16..240).
const KR = 0.2126;
const KB = 0.0722;
const KG = 1 - KR - KB;

export const evenUp = (n: number): number => n + (n & 1);

/**
 * @param background sRGB 0..255, shown where the picture is transparent
 * @returns planes Y [He, We], Cb [He/2, We/2], Cr [He/2, We/2] one after another, for even sizes We, He
 */
export function i420FromPicture(
  picture: Picture,
  background: readonly [number, number, number] = [255, 255, 255],
): Uint8Array<ArrayBuffer> {
  const { width, height, data } = picture;
  const [evenWidth, evenHeight] = [evenUp(width), evenUp(height)];
  const [halfWidth, halfHeight] = [evenWidth / 2, evenHeight / 2];
  const lumaSize = evenWidth * evenHeight;
  const out = new Uint8Array(lumaSize + 2 * halfWidth * halfHeight);
  // Blue- and red-difference of two rows, kept exact until they are filtered.
  const cb = [new Float64Array(evenWidth), new Float64Array(evenWidth)];
  const cr = [new Float64Array(evenWidth), new Float64Array(evenWidth)];
  for (let y = 0; y < evenHeight; y++) {
    const row = Math.min(y, height - 1) * width;
    for (let x = 0; x < evenWidth; x++) {
      const i = 4 * (row + Math.min(x, width - 1));
      const alpha = data[i + 3] / 255;
      const r = (background[0] + (data[i] - background[0]) * alpha) / 255;
      const g = (background[1] + (data[i + 1] - background[1]) * alpha) / 255;
      const b = (background[2] + (data[i + 2] - background[2]) * alpha) / 255;
      const luma = KR * r + KG * g + KB * b;
      out[y * evenWidth + x] = Math.round(16 + 219 * luma);
      cb[y & 1][x] = (b - luma) / (2 * (1 - KB));
      cr[y & 1][x] = (r - luma) / (2 * (1 - KR));
    }
    if ((y & 1) === 0) continue;
    const at = lumaSize + (y >> 1) * halfWidth;
    for (let x = 0; x < halfWidth; x++) {
      out[at + x] = Math.round(128 + 224 * siteAverage(cb, 2 * x));
      out[at + halfWidth * halfHeight + x] = Math.round(128 + 224 * siteAverage(cr, 2 * x));
    }
  }
  return out;
}

/** 1 2 1 across, 1 1 down, about the chroma site at column x. */
function siteAverage(rows: Float64Array[], x: number): number {
  const left = Math.max(x - 1, 0);
  let sum = 0;
  for (const row of rows) sum += row[left] + 2 * row[x] + row[x + 1];
  return sum / 8;
}
