// The sheet docs/pictures/painted.webp: the still life in twelve of the bundled styles, each with its picture in the
// corner, to see whether every style leaves marks of its own kind. Paintings are kept in out/painted, and those that
// ship are taken from assets/fields, so that a run that was stopped goes on where it was.
//   node tools/run.mjs tools/styles/painted.ts [--only <style>]

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type OverlayOptions } from 'sharp';
import { writeFileAtomic } from '../../src/export/atomic-file.ts';
import { closeNodeGpu, openNodeGpu } from '../../src/gpu/node.ts';
import { PRESETS } from '../../src/nerf/config.ts';
import { createSession } from '../../src/session/session.ts';
import { diskSource } from '../../src/style/features/weights-node.ts';
import { ASSETS, FIELDS, ROOT, readIndex, sceneEntries, styleEntries } from '../fields/index-file.ts';
import { loadOptions, sceneSource, showStyle, styleInput } from '../fields/measure.ts';
import { DOWNSCALE } from '../fields/recipes.ts';

const SCENE = 'still-life';
/** Left out, since it is the least of a picture. */
const WITHOUT = 'signal-abstract';
const COLUMNS = 4;
const STROKES = 64;
/** Of the painted views, pixels: smaller than the preset's, so that marks are large enough for a sheet. */
const VIEW_SIDE = 144;
/** Test view that is shown, and sides of a cell and of the style's picture in it, pixels. */
const VIEW = 4;
const [CELL, INSET, GAP] = [300, 78, 6];
const KEPT = join(ROOT, 'out/painted');

const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : null;
const field = readIndex().find(({ scene }) => scene === SCENE)!;
const bytesOf = (folder: string, file: string) => new Uint8Array(readFileSync(join(folder, file)));

const gpu = await openNodeGpu();
const session = await createSession(gpu, { bundledNetwork: diskSource(join(ASSETS, 'weights/small.json')) });
const scene = await session.loadScene(
  await sceneSource(sceneEntries().find(({ name }) => name === SCENE)!),
  loadOptions(DOWNSCALE),
);
PRESETS.quick.style.viewSide = VIEW_SIDE;
const camera = scene.test[VIEW].camera;
const target = session.createTarget(CELL, CELL);
const cells: OverlayOptions[] = [];
const styles = styleEntries().filter(({ name }) => name !== WITHOUT);
for (const [i, entry] of styles.entries()) {
  const ships = field.styles.find(({ style }) => style === entry.name);
  const kept = `${entry.name}.style.impasto`;
  await session.load(bytesOf(FIELDS, field.file), field.file);
  if (!ships && !existsSync(join(KEPT, kept))) {
    if (only && entry.name !== only) continue;
    console.error(`${entry.title}: ${STROKES} strokes`);
    await session.stylize({ styles: [await styleInput(entry)], loss: 'nnfm', steps: STROKES });
    await writeFileAtomic(join(KEPT, kept), await session.library.export(session.state.shown[0].id));
  } else {
    await showStyle(session, ships ? bytesOf(FIELDS, ships.file) : bytesOf(KEPT, kept), entry.title);
  }
  await session.render(camera, target);
  const rgb = Buffer.from((await target.rgb.readF32()).map((v) => 255 * Math.min(1, Math.max(0, v)) + 0.5));
  const [left, top] = [GAP + (i % COLUMNS) * (CELL + GAP), GAP + Math.floor(i / COLUMNS) * (CELL + GAP)];
  const painted = await sharp(rgb, { raw: { width: CELL, height: CELL, channels: 3 } })
    .png()
    .toBuffer();
  const inset = await sharp(join(ASSETS, 'styles', entry.file))
    .resize(INSET, INSET, { fit: 'cover' })
    .extend({ top: 2, right: 2, background: '#f4f1ea' })
    .toBuffer();
  cells.push({ input: painted, left, top }, { input: inset, left, top: top + CELL - INSET - 2 });
}
session.destroyTarget(target);
session.destroy();
await gpu.idle();
await new Promise((resolve) => setTimeout(resolve, 0));
closeNodeGpu(gpu);

const rows = Math.ceil(styles.length / COLUMNS);
const [width, height] = [COLUMNS, rows].map((count) => GAP + count * (CELL + GAP));
const sheet = sharp({ create: { width, height, channels: 3, background: '#f4f1ea' } }).composite(cells);
await writeFileAtomic(join(ROOT, 'docs/pictures/painted.webp'), await sheet.webp({ quality: 84 }).toBuffer());
