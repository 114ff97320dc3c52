// The sheet docs/pictures/controls.webp: what each control of painting does, a row each, on the still life.
//   node tools/run.mjs tools/paintings/controls.ts

import type { StylizeOptions } from '../../src/session/types.ts';
import { styleEntries } from '../fields/index-file.ts';
import { styleInput } from '../fields/measure.ts';
import { type Cell, writeSheet } from './sheet.ts';
import { bundled, Studio } from './studio.ts';

const [SIDE, STROKES, VIEW] = [240, 32, 4];
/** Where the vase and the table are seen, as shares of the view. */
const [VASE, TABLE] = [
  [0.39, 0.58],
  [0.55, 0.8],
];

const input = async (name: string) => await styleInput(styleEntries().find((entry) => entry.name === name)!);
const [NIGHT, MOSAIC] = [await input('night-river'), await input('fish-mosaic')];

const studio = await Studio.open(await bundled('still-life', VIEW), SIDE);
const { session } = studio;
const paint = (key: string, options: Partial<StylizeOptions>) =>
  studio.painting(key, { styles: [NIGHT], loss: 'nnfm', steps: STROKES, ...options });
const night = await paint('night-river.nnfm', {});
const shown = async (key: string, options: Partial<StylizeOptions>, text: string): Promise<Cell> => ({
  picture: await studio.pictureOf(await paint(key, options)),
  text,
});
const rows: Cell[][] = [];

const strengths: Cell[] = [];
for (const strength of [0, 0.25, 0.5, 0.75, 1])
  strengths.push({ picture: await studio.pictureOf(night, strength), text: `strength ${strength}` });
rows.push(strengths);

rows.push([
  await shown('brush-0.5', { brush: 0.5 }, 'brush 0.5'),
  { picture: await studio.pictureOf(night), text: 'brush 1' },
  await shown('brush-2', { brush: 2 }, 'brush 2'),
  await shown('content-0.3', { contentWeight: 0.3 }, 'content weight x 0.3'),
  await shown('content-3', { contentWeight: 3 }, 'content weight x 3'),
]);

rows.push([
  await shown('patch', { loss: 'patch' }, 'loss: patches of 3 x 3'),
  await shown('attention', { loss: 'attention' }, 'loss: attention'),
  await shown('gram', { loss: 'gram' }, 'loss: Gram'),
  await shown('adain', { loss: 'adain' }, 'loss: mean and deviation'),
  await shown(
    'nnfm-and-gram',
    {
      loss: [
        { name: 'nnfm', weight: 1 },
        { name: 'gram', weight: 0.3 },
      ],
    },
    'loss: NNFM + 0.3 Gram',
  ),
]);

const mosaic = await paint('fish-mosaic.nnfm', { styles: [MOSAIC] });
const mixed = async (share: number): Promise<Cell> => {
  session.show({
    styles: [
      { id: night, weight: 1 - share },
      { id: mosaic, weight: share },
    ],
    strength: 1,
  });
  return { picture: await studio.picture(), text: `mix ${1 - share} : ${share} of two finished styles` };
};
rows.push([
  await shown('keep-colours', { keepColours: true }, 'colours kept'),
  await shown('photorealistic', { photorealistic: true, loss: 'gram' }, 'colours alone'),
  await shown('collection', { styles: [{ ...NIGHT, more: [MOSAIC.picture] }] }, 'one style of two pictures'),
  await mixed(0.5),
  await mixed(1),
]);

// Regions, as the page makes them: a click grows one by depth, normal and colour.
const { regions } = session;
const { width, height } = studio.cell;
session.show({ styles: [{ id: night, weight: 1 }], strength: 1 });
await studio.picture({ original: true });
const pick = async ([x, y]: number[]) => {
  const { region } = regions.add();
  await studio.picture({ original: true });
  await regions.pick(region.id, studio.rendered, x * width, y * height);
  return region.id;
};
const first = await pick(TABLE);
const seen = async (text: string): Promise<Cell> => ({ picture: await studio.picture(), text });
regions.setLook(first, { styles: [], strength: 1 });
const row = [await seen('a region unpainted')];
regions.setLook(first, { styles: [{ id: mosaic, weight: 1 }], strength: 1 });
row.push(await seen('a region in another style'));
regions.setLook(first, { styles: [{ id: mosaic, weight: 1 }], strength: 0.5 });
row.push(await seen('at strength 0.5'));
regions.setLook(first, { styles: [{ id: mosaic, weight: 1 }], strength: 1 });
regions.setSoftness(first, 0.15);
row.push(await seen('with a soft border'));
const second = await pick(VASE);
regions.setLook(second, { styles: [], strength: 1 });
row.push(await seen('two regions'));
rows.push(row);

await writeSheet('docs/pictures/controls.webp', studio.cell, rows);
await studio.close();
