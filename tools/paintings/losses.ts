// A contact sheet of one scene: six styles across, NNFM, Gram and AdaIN down, the unpainted view and the styles' pictures
// above them. Paintings are kept in out/paintings.
//   node tools/run.mjs tools/paintings/losses.ts <out.webp> <bundled scene> [key=value ...]
//   node tools/run.mjs tools/paintings/losses.ts <out.webp> <scene> <field> downscale=4 [key=value ...]
// Keys: view, viewSide, strokes, network (a .json), styles (a folder of pictures in place of the bundled six)

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { nodeDecoder } from '../../src/scene/node-decoder.ts';
import type { StyleInput, StyleLossName } from '../../src/session/types.ts';
import { ASSETS, styleEntries } from '../fields/index-file.ts';
import { styleInput } from '../fields/measure.ts';
import { type Cell, cutTo, writeSheet } from './sheet.ts';
import { brought, bundled, Studio } from './studio.ts';

const BUNDLED = ['night-river', 'great-swell', 'harbour-knife', 'fish-mosaic', 'pine-woodcut', 'lake-watercolour'];
const LOSSES: readonly StyleLossName[] = ['nnfm', 'gram', 'adain'];
const SIDE = 240;

const words = process.argv.slice(2);
const [out, ...where] = words.filter((word) => !word.includes('='));
const keys = new Map(words.filter((word) => word.includes('=')).map((word) => word.split('=') as [string, string]));
const numberOf = (key: string, otherwise: number) => Number(keys.get(key) ?? otherwise);
const chosen = {
  view: numberOf('view', 4),
  viewSide: numberOf('viewSide', 120),
  ...(keys.has('network') ? { network: keys.get('network')! } : {}),
};
const subject =
  where.length === 1
    ? { ...(await bundled(where[0], chosen.view)), ...chosen }
    : await brought(basename(out, '.webp'), where[0], where[1], { downscale: numberOf('downscale', 4), ...chosen });

interface Style {
  name: string;
  path: string;
  input: StyleInput;
}

async function ownStyles(folder: string): Promise<Style[]> {
  const files = readdirSync(folder).filter((file) => /\.(jpe?g|png|webp)$/.test(file));
  return await Promise.all(
    files.slice(0, BUNDLED.length).map(async (file) => {
      const path = join(folder, file);
      const picture = await nodeDecoder.decode(new Uint8Array(readFileSync(path)), path);
      return { name: file.replace(/\.\w+$/, ''), path, input: { name: file, picture, weight: 1 } };
    }),
  );
}

async function bundledStyles(): Promise<Style[]> {
  const entries = BUNDLED.map((name) => styleEntries().find((entry) => entry.name === name)!);
  return await Promise.all(
    entries.map(async (entry) => ({
      name: entry.name,
      path: join(ASSETS, 'styles', entry.file),
      input: await styleInput(entry),
    })),
  );
}

const styles = keys.has('styles') ? await ownStyles(keys.get('styles')!) : await bundledStyles();
const studio = await Studio.open(subject, SIDE);
const head: Cell[] = [{ picture: await studio.picture({ original: true }), text: 'unpainted' }];
for (const { path, name } of styles) head.push({ picture: await cutTo(studio.cell, path), text: name });
const rows = [head];
for (const loss of LOSSES) {
  const row: Cell[] = [{ picture: null }];
  for (const { name, input } of styles) {
    const options = { styles: [input], loss, steps: numberOf('strokes', 32) };
    row.push({ picture: await studio.pictureOf(await studio.painting(`${name}.${loss}`, options)), text: loss });
  }
  rows.push(row);
}
await writeSheet(out, studio.cell, rows);
await studio.close();
