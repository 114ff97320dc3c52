// A sheet of pictures in rows, each with a line of text under it, as docs/pictures shows them.

import { join } from 'node:path';
import sharp, { type OverlayOptions } from 'sharp';
import { writeFileAtomic } from '../../src/export/atomic-file.ts';
import { ROOT } from '../fields/index-file.ts';

const PAPER = '#f4f1ea';
const [GAP, TEXT] = [6, 20];

export interface Cell {
  /** PNG of the cell's size; null leaves it empty. */
  picture: Buffer | null;
  text?: string;
  /** Path of a small picture in its corner. */
  inset?: string;
}

/** A picture file cut to the size of a cell. */
export const cutTo = ({ width, height }: { width: number; height: number }, file: string): Promise<Buffer> =>
  sharp(file).resize(width, height, { fit: 'cover' }).png().toBuffer();

/** Rows of cells, as WebP. @param path below the project's folder */
export async function writeSheet(
  path: string,
  { width, height }: { width: number; height: number },
  rows: readonly (readonly Cell[])[],
): Promise<void> {
  const below = rows.some((row) => row.some(({ text }) => text)) ? TEXT : 0;
  const layers: OverlayOptions[] = [];
  for (const [r, row] of rows.entries()) {
    for (const [c, { picture, text, inset }] of row.entries()) {
      const [left, top] = [GAP + c * (width + GAP), GAP + r * (height + below + GAP)];
      if (picture) layers.push({ input: picture, left, top });
      if (inset) {
        const side = Math.round(0.26 * height);
        const framed = sharp(await cutTo({ width: side, height: side }, inset)).extend({
          top: 2,
          right: 2,
          background: PAPER,
        });
        layers.push({ input: await framed.png().toBuffer(), left, top: top + height - side - 2 });
      }
      if (text) layers.push({ input: line(text, width), left, top: top + height });
    }
  }
  const columns = Math.max(...rows.map((row) => row.length));
  const size = { width: GAP + columns * (width + GAP), height: GAP + rows.length * (height + below + GAP) };
  const sheet = sharp({ create: { ...size, channels: 3, background: PAPER } }).composite(layers);
  await writeFileAtomic(join(ROOT, path), await sheet.webp({ quality: 82 }).toBuffer());
}

function line(text: string, width: number): Buffer {
  const words = text.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`);
  return Buffer.from(
    `<svg width="${width}" height="${TEXT}"><text x="${width / 2}" y="14" text-anchor="middle" fill="#333"
      font-family="DejaVu Sans, sans-serif" font-size="12">${words}</text></svg>`,
  );
}
