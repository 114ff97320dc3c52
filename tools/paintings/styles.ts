// The sheet docs/pictures/painted.webp: the still life in twelve of the bundled styles, each with its picture in the
// corner, to see whether every style leaves marks of its own kind. Those that ship are taken from assets/fields.
//   node tools/run.mjs tools/paintings/styles.ts

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ASSETS, FIELDS, readIndex, styleEntries } from '../fields/index-file.ts';
import { styleInput } from '../fields/measure.ts';
import { type Cell, writeSheet } from './sheet.ts';
import { bundled, Studio } from './studio.ts';

const SCENE = 'still-life';
/** Left out, since it is the least of a picture. */
const WITHOUT = 'signal-abstract';
const [COLUMNS, STROKES, SIDE, VIEW] = [4, 64, 300, 4];

const studio = await Studio.open(await bundled(SCENE, VIEW), SIDE);
const shipped = readIndex().find(({ scene }) => scene === SCENE)!.styles;
const cells: Cell[] = [];
for (const entry of styleEntries().filter(({ name }) => name !== WITHOUT)) {
  const ships = shipped.find(({ style }) => style === entry.name);
  const id = ships
    ? (await studio.session.library.import(new Uint8Array(readFileSync(join(FIELDS, ships.file))), ships.file)).id
    : await studio.painting(`${entry.name}.nnfm`, {
        styles: [await styleInput(entry)],
        loss: 'nnfm',
        steps: STROKES,
      });
  cells.push({ picture: await studio.pictureOf(id), inset: join(ASSETS, 'styles', entry.file) });
}
const rows = Array.from({ length: Math.ceil(cells.length / COLUMNS) }, (_, r) =>
  cells.slice(r * COLUMNS, (r + 1) * COLUMNS),
);
await writeSheet('docs/pictures/painted.webp', studio.cell, rows);
await studio.close();
