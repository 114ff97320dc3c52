// The sheet docs/pictures/painted.webp: every painting that ships, each with its style's picture in the corner, to see
// whether every style leaves marks of its own kind.
//   node tools/run.mjs tools/paintings/styles.ts [out.webp]

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ASSETS, FIELDS, readIndex, styleEntries } from '../fields/index-file.ts';
import { type Cell, writeSheet } from './sheet.ts';
import { bundled, Studio } from './studio.ts';

const [out = 'docs/pictures/painted.webp'] = process.argv.slice(2);
const [COLUMNS, SIDE] = [5, 384];
/** Of the held-out views: the one that shows most of a scene. */
const VIEWS: Readonly<Record<string, number>> = { boat: 4, courtyard: 4, 'still-life': 4 };

const cells: Cell[] = [];
let cell = { width: SIDE, height: SIDE };
for (const { scene, styles } of readIndex()) {
  const studio = await Studio.open(await bundled(scene, VIEWS[scene] ?? 0), SIDE);
  cell = studio.cell;
  for (const { style, file } of styles) {
    const { id } = await studio.session.library.import(new Uint8Array(readFileSync(join(FIELDS, file))), file);
    const entry = styleEntries().find(({ name }) => name === style)!;
    cells.push({ picture: await studio.pictureOf(id), inset: join(ASSETS, 'styles', entry.file) });
  }
  await studio.close();
}
const rows = Array.from({ length: Math.ceil(cells.length / COLUMNS) }, (_, r) =>
  cells.slice(r * COLUMNS, (r + 1) * COLUMNS),
);
await writeSheet(out, cell, rows);
