// Rows of pictures on one sheet, with captions above columns and below rows: photograph, render and stylized side
// by side. Pictures are fitted into equal cells by box filtering (an area mean, or the nearest pixel where it
// enlarges), transparent ones over the sheet's own white. Opaque RGBA out.

import type { Picture } from '../scene/types.ts';
import { drawText, GLYPH_HEIGHT, textWidth } from './bitmap-font.ts';

export interface SheetRow {
  pictures: Picture[];
  /** Below the row. */
  caption?: string;
}

export interface SheetOptions {
  /** Above the columns. */
  columns?: string[];
  /** Long side of a cell in pixels; its shape is the first picture's. Default 320. */
  cellSize?: number;
}

const GAP = 8;
const INK = [34, 34, 40] as const;

export function contactSheet(rows: readonly SheetRow[], options: SheetOptions = {}): Picture {
  const first = rows[0]?.pictures[0];
  if (!first) throw new Error('contactSheet: expected at least one picture, got none');
  const { columns, cellSize = 320 } = options;
  const reduction = cellSize / Math.max(first.width, first.height);
  const cellWidth = Math.max(Math.round(first.width * reduction), 1);
  const cellHeight = Math.max(Math.round(first.height * reduction), 1);
  const size = cellSize >= 240 ? 2 : 1;
  const line = GLYPH_HEIGHT * size + GAP;
  const columnCount = Math.max(...rows.map((row) => row.pictures.length));
  const width = GAP + columnCount * (cellWidth + GAP);
  const rowHeights = rows.map((row) => cellHeight + GAP + (row.caption ? line : 0));
  const height = GAP + (columns ? line : 0) + rowHeights.reduce((sum, h) => sum + h, 0);
  const sheet: Picture = { width, height, data: new Uint8ClampedArray(width * height * 4).fill(255) };

  const leftOf = (column: number) => GAP + column * (cellWidth + GAP);
  columns?.slice(0, columnCount).forEach((text, column) => {
    const fitted = fitText(text, cellWidth, size);
    const middle = Math.floor((cellWidth - textWidth(fitted, size)) / 2);
    drawText(sheet, fitted, leftOf(column) + middle, GAP, INK, size);
  });
  let top = GAP + (columns ? line : 0);
  rows.forEach((row, r) => {
    row.pictures.forEach((picture, column) => {
      const fit = Math.min(cellWidth / picture.width, cellHeight / picture.height);
      const cell = resize(
        picture,
        Math.max(Math.round(picture.width * fit), 1),
        Math.max(Math.round(picture.height * fit), 1),
      );
      const dx = leftOf(column) + ((cellWidth - cell.width) >> 1);
      paste(sheet, cell, dx, top + ((cellHeight - cell.height) >> 1));
    });
    if (row.caption) {
      drawText(sheet, fitText(row.caption, width - 2 * GAP, size), GAP, top + cellHeight + GAP, INK, size);
    }
    top += rowHeights[r];
  });
  return sheet;
}

/** The longest beginning that fits. */
function fitText(text: string, room: number, size: number): string {
  const characters = [...text];
  while (characters.length > 0 && textWidth(characters.join(''), size) > room) characters.pop();
  return characters.join('');
}

/** Mean over each target pixel's rectangle, premultiplied so that transparent pixels lend no colour. */
export function resize(picture: Picture, width: number, height: number): Picture {
  if (picture.width === width && picture.height === height) return picture;
  const data = new Uint8ClampedArray(width * height * 4);
  const [sx, sy] = [picture.width / width, picture.height / height];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const sum = [0, 0, 0, 0];
      const [x0, x1, y0, y1] = [x * sx, (x + 1) * sx, y * sy, (y + 1) * sy];
      for (let v = Math.floor(y0); v < Math.min(Math.ceil(y1), picture.height); v++) {
        const wy = Math.min(v + 1, y1) - Math.max(v, y0);
        for (let u = Math.floor(x0); u < Math.min(Math.ceil(x1), picture.width); u++) {
          const weight = wy * (Math.min(u + 1, x1) - Math.max(u, x0));
          const i = 4 * (v * picture.width + u);
          const alpha = weight * picture.data[i + 3];
          for (let c = 0; c < 3; c++) sum[c] += alpha * picture.data[i + c];
          sum[3] += alpha;
        }
      }
      const o = 4 * (y * width + x);
      for (let c = 0; c < 3; c++) data[o + c] = sum[3] > 0 ? sum[c] / sum[3] : 0;
      data[o + 3] = sum[3] / (sx * sy);
    }
  }
  return { width, height, data };
}

function paste(sheet: Picture, picture: Picture, left: number, top: number): void {
  for (let y = 0; y < picture.height; y++) {
    for (let x = 0; x < picture.width; x++) {
      const from = 4 * (y * picture.width + x);
      const to = 4 * ((top + y) * sheet.width + left + x);
      const alpha = picture.data[from + 3] / 255;
      for (let c = 0; c < 3; c++) {
        sheet.data[to + c] = sheet.data[to + c] * (1 - alpha) + picture.data[from + c] * alpha;
      }
    }
  }
}
