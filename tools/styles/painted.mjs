// Every bundled style on one field, as a contact sheet: each cell is a view of the painted field with the style beside
// it. Takes minutes a style on a software adapter; what is done already in out/painted is not painted again.
//
//   node tools/styles/painted.mjs out/demo/scene.impasto assets/scenes/still-life [steps]
//
// Leaves docs/pictures/painted.webp, and in out/painted the fields, frames and figures.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

const root = join(import.meta.dirname, '..', '..');
const [field, scene, steps] = process.argv.slice(2);
if (!field || !scene) {
  console.error('painted: expected a field and its scene, found fewer; see the top of this file');
  process.exit(2);
}
const out = join(root, 'out', 'painted');
const CELL = 336;
const THUMB = 92;
const COLUMNS = 4;
const GAP = 8;
const PAPER = '#f4f1ea';

const impasto = (...args) => {
  const { status } = spawnSync(process.execPath, [join(root, 'bin/impasto.mjs'), ...args], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
};

mkdirSync(out, { recursive: true });
const styles = JSON.parse(readFileSync(join(root, 'assets/styles/index.json'), 'utf8'));
const cells = [];
for (const { name, file } of styles) {
  const style = join(root, 'assets/styles', file);
  const painted = join(out, `${name}.impasto`);
  const frames = join(out, name);
  if (!existsSync(painted)) {
    const figures = ['--features', 'small', '--json', join(out, `${name}.json`)];
    impasto(
      'stylize',
      field,
      '--scene',
      scene,
      '--style',
      style,
      '--out',
      painted,
      ...figures,
      ...(steps ? ['--steps', steps] : []),
    );
  }
  if (!existsSync(frames)) impasto('render', painted, '--out', frames, '--frames', '1', '--size', `${CELL}x${CELL}`);
  const thumb = await sharp(style).resize(THUMB, THUMB).extend({ top: 3, left: 3, background: PAPER }).png().toBuffer();
  const left = CELL - THUMB - 3;
  cells.push(
    await sharp(join(frames, 'frame_0000.png'))
      .composite([{ input: thumb, left, top: left }])
      .png()
      .toBuffer(),
  );
}
const rows = Math.ceil(cells.length / COLUMNS);
const side = (n) => n * (CELL + GAP) + GAP;
const place = (i) => ({ left: GAP + (i % COLUMNS) * (CELL + GAP), top: GAP + Math.floor(i / COLUMNS) * (CELL + GAP) });
await sharp({ create: { width: side(COLUMNS), height: side(rows), channels: 3, background: PAPER } })
  .composite(cells.map((input, i) => ({ input, ...place(i) })))
  .webp({ quality: 84, effort: 6 })
  .toFile(join(root, 'docs/pictures/painted.webp'));
