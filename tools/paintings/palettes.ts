// A sheet of colours alone, no strokes: photographs of the bundled scenes, and what a linear map and a palette transfer make of
// them after six styles. Each map is of 24 views of its scene. Needs no adapter.
//   node tools/run.mjs tools/paintings/palettes.ts <out.webp>

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { paletteDistance } from '../../src/metrics/palette-distance.ts';
import { loadScene } from '../../src/scene/load.ts';
import { nodeDecoder } from '../../src/scene/node-decoder.ts';
import type { Picture } from '../../src/scene/types.ts';
import { applyColourTransfer, colourStatistics, colourTransferMatrix } from '../../src/style/colour-transfer.ts';
import { applyPalette, coloursOf, fitPalette } from '../../src/style/palette.ts';
import { ASSETS, sceneEntries, styleEntries } from '../fields/index-file.ts';
import { loadOptions, sceneSource } from '../fields/measure.ts';
import { type Cell, cutTo, writeSheet } from './sheet.ts';

const STYLES = ['great-swell', 'rose-window', 'harbour-knife', 'signal-abstract', 'pine-woodcut', 'fish-mosaic'];
const VIEW = 4;
const cell = { width: 192, height: 192 };

const png = ({ width, height, data }: Picture) =>
  sharp(data, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer();

const entries = STYLES.map((name) => styleEntries().find((entry) => entry.name === name)!);
const rows: Cell[][] = [[{ picture: null }]];
for (const { file, name } of entries)
  rows[0].push({ picture: await cutTo(cell, join(ASSETS, 'styles', file)), text: name });
for (const entry of sceneEntries()) {
  const { train, test } = await loadScene(await sceneSource(entry), { ...loadOptions(2), maxTrain: 24 });
  const photograph = test[VIEW].picture;
  const pictures = train.map(({ picture }) => picture);
  const content = coloursOf(pictures);
  const linear: Cell[] = [{ picture: await png(photograph), text: entry.title }];
  const palette: Cell[] = [{ picture: null }];
  for (const { file } of entries) {
    const path = join(ASSETS, 'styles', file);
    const style = await nodeDecoder.decode(new Uint8Array(readFileSync(path)), path);
    const transfer = colourTransferMatrix(colourStatistics(pictures), colourStatistics(style));
    const wanted = coloursOf([style]);
    const told = (recoloured: Picture[]) => paletteDistance(coloursOf(recoloured), wanted).toFixed(3);
    const some = pictures.filter((_, i) => i % 4 === 0);
    const straight = some.map((picture) => applyColourTransfer(picture, transfer));
    linear.push({ picture: await png(applyColourTransfer(photograph, transfer)), text: `linear, ${told(straight)}` });
    const map = fitPalette(content, wanted);
    const moved = some.map((picture) => applyPalette(picture, map));
    palette.push({ picture: await png(applyPalette(photograph, map)), text: `palette, ${told(moved)}` });
  }
  rows.push(linear, palette);
}
await writeSheet(process.argv[2], cell, rows);
