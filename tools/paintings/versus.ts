// The bench of pictures: what a loss makes of one view when its pixels are free, when a field has to hold that one view, and
// when the field has to hold all views, each with as many evaluations a view. Figures side by side, and a sheet to look at:
// all further work on painting is judged by both.
//   node tools/run.mjs tools/paintings/versus.ts <out.webp> [key=value ...]
// Keys: scenes, styles (names, with commas), loss (as the command takes it), colours, evaluations, side, view, views (that
// the field is painted from), network (a .json). Figures go to <out>.json.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { losses } from '../../src/cli/options.ts';
import { writeFileAtomic } from '../../src/export/atomic-file.ts';
import { encodePng } from '../../src/export/png.ts';
import { closeNodeGpu, openNodeGpu } from '../../src/gpu/node.ts';
import { type DetailedFigures, styleFigures } from '../../src/metrics/style-figures.ts';
import { blendOf } from '../../src/nerf/blend.ts';
import { NerfKernels } from '../../src/nerf/kernels.ts';
import { createRenderTarget, destroyRenderTarget } from '../../src/nerf/renderer.ts';
import { evenly } from '../../src/scene/evenly.ts';
import { loadScene } from '../../src/scene/load.ts';
import { pictureFromRgb } from '../../src/scene/picture.ts';
import type { Camera, Picture, View } from '../../src/scene/types.ts';
import { readFieldFile } from '../../src/session/field-file/field-file.ts';
import { createFieldResources, destroyFieldResources } from '../../src/session/field-resources.ts';
import { paint, viewSize } from '../../src/session/painting.ts';
import { PRESETS } from '../../src/session/presets.ts';
import { scenePalette } from '../../src/session/recolour.ts';
import type { StyleInput } from '../../src/session/types.ts';
import { applyColourTransfer, colourStatistics, colourTransferMatrix } from '../../src/style/colour-transfer.ts';
import { loadFeatureWeightsFile } from '../../src/style/features/weights-node.ts';
import { createFeatureNetwork } from '../../src/style/features/wgsl-network.ts';
import { applyPalette, type ColourChoice, DEFAULT_COLOURS } from '../../src/style/palette.ts';
import { resolveRecipe } from '../../src/style/recipe.ts';
import { lossText, PAINTING_LOSS } from '../../src/style/style-config.ts';
import { resample } from '../../src/style/style-image.ts';
import { StyleTrainer } from '../../src/style/style-trainer.ts';
import { ASSETS, FIELDS, ROOT, readIndex, sceneEntries, styleEntries } from '../fields/index-file.ts';
import { loadOptions, sceneSource, styleInput } from '../fields/measure.ts';
import { ImageRenderer } from '../image-renderer.ts';
import { type Cell, cutTo, writeSheet } from './sheet.ts';

const [out, ...pairs] = process.argv.slice(2);
const keys = new Map(pairs.map((pair) => [pair.split('=')[0], pair.split('=').slice(1).join('=')]));
const listed = (key: string, otherwise: string) => (keys.get(key) ?? otherwise).split(',');
const numberOf = (key: string, otherwise: number) => Number(keys.get(key) ?? otherwise);
const scenes = listed('scenes', 'still-life,boat,courtyard');
const styles = listed('styles', 'great-swell,rose-window,harbour-knife,signal-abstract,pine-woodcut,fish-mosaic');
const loss = losses(keys.get('loss') ?? lossText(PAINTING_LOSS));
const colours = (keys.get('colours') ?? DEFAULT_COLOURS) as ColourChoice;
const [evaluations, side, views] = [numberOf('evaluations', 48), numberOf('side', 144), numberOf('views', 16)];
/** A near match: a cosine over so much of the mean that free pixels reach. */
const NEAR = 0.8;

interface Bench {
  file: string;
  view: View;
  size: { width: number; height: number };
  style: StyleInput;
  styleScale: number;
}

const gpu = await openNodeGpu();
const weights = await loadFeatureWeightsFile(keys.get('network') ?? join(ASSETS, 'weights/small.json'));
const network = await createFeatureNetwork(gpu, weights);
const report: object[] = [];
const rows: Cell[][] = [];
for (const name of scenes) await bench(name);
await writeSheet(out, { width: side, height: side }, rows);
await writeFileAtomic(join(ROOT, `${out}.json`), `${JSON.stringify(report, null, 1)}\n`);
network.destroy();
closeNodeGpu(gpu);

async function bench(name: string): Promise<void> {
  const entry = sceneEntries().find((scene) => scene.name === name)!;
  const { file, downscale, preset } = readIndex().find(({ scene }) => scene === name)!;
  const { train } = await loadScene(await sceneSource(entry), loadOptions(downscale));
  const view = train[numberOf('view', 4)];
  const size = viewSize(view.picture, side);
  for (const styleName of styles) {
    const styleEntry = styleEntries().find((style) => style.name === styleName)!;
    const style = await styleInput(styleEntry);
    const of: Bench = { file, view, size, style, styleScale: PRESETS[preset].style.styleScale };
    const started = recoloured(view.picture, train, style.picture);
    const pictures: [string, Picture][] = [
      ['recoloured', pictureFromRgb(resample(started, size, [1, 1, 1]).data, size.width, size.height)],
      ['free pixels', await freePixels(of, started)],
      ['one view', await inField(of, [view], evaluations)],
      ['all views', await inField(of, evenly(train, views, 'middles'), evaluations * views)],
    ];
    const cell = { width: side, height: side };
    const cells: Cell[] = [{ picture: await cutTo(cell, join(ASSETS, 'styles', styleEntry.file)), text: styleName }];
    const figures: DetailedFigures[] = [];
    for (const [what, picture] of pictures) {
      figures.push(await styleFigures(gpu, network, [picture], [style.picture], { styleScale: of.styleScale }));
      const png = await sharp(encodePng(picture)).resize(side, side, { fit: 'contain' }).png().toBuffer();
      cells.push({ picture: png, text: what });
    }
    const [start, free] = figures;
    const bar = NEAR * (1 - free.backward);
    for (const [i, { forward, backward, palette, detail, columns }] of figures.entries()) {
      const freeGain = (start.forward - forward) / (start.forward - free.forward);
      const near = columns.filter((cosine) => cosine > bar).length / columns.length;
      const what = pictures[i][0];
      const told = { scene: name, style: styleName, what, forward, backward, palette, detail, freeGain, near };
      report.push(told);
      console.log(JSON.stringify(told, (_, v) => (typeof v === 'number' ? Number(v.toFixed(4)) : v)));
    }
    rows.push(cells);
  }
}

/** A view's photograph as painting begins with it. */
function recoloured(photograph: Picture, train: View[], style: Picture): Picture {
  if (colours === 'kept') return photograph;
  if (colours === 'palette')
    return applyPalette(photograph, scenePalette(train, [{ pictures: [style], weight: 1 }], 0));
  const all = train.map(({ picture }) => picture);
  return applyColourTransfer(photograph, colourTransferMatrix(colourStatistics(all), colourStatistics(style)));
}

async function freePixels({ size, style, styleScale }: Bench, target: Picture): Promise<Picture> {
  const camera: Camera = { ...size, fx: 1, fy: 1, cx: 0, cy: 0, distortion: null, cameraToWorld: [] };
  const renderer = new ImageRenderer();
  renderer.add(camera, resample(target, size, [1, 1, 1]).data);
  const trainer = await StyleTrainer.create(gpu, {
    network,
    renderer,
    views: [{ camera, target }],
    styles: [style],
    size,
    recipe: resolveRecipe(
      { loss, colours, styles: [style], steps: evaluations },
      { steps: evaluations, styleScale, viewSide: side },
    ),
    background: [1, 1, 1],
    seed: 0,
  });
  for (let step = 0; step < evaluations; step++) await trainer.step();
  await gpu.idle();
  trainer.destroy();
  return pictureFromRgb(renderer.canvases.get(camera)!.pixels, size.width, size.height);
}

/** The view out of the field that ships, painted from these views. */
async function inField({ file, view, size, style, styleScale }: Bench, from: View[], steps: number): Promise<Picture> {
  const path = join(FIELDS, file);
  const read = readFieldFile(gpu, new Uint8Array(readFileSync(path)), path);
  const kernels = await NerfKernels.create(gpu, read.field.config);
  const core = createFieldResources(gpu, read.preset, read.preset, read.seed, kernels, read.field);
  const plain = read.field.appearance;
  const painted = plain.network.clone('versus.style');
  painted.startOptimiser(await plain.network.readTable());
  const appearance = { network: painted, colourMap: plain.colourMap, viewDependent: false };
  const renderer = core.taskRenderer;
  await paint({
    gpu,
    network,
    renderer,
    appearance,
    views: from,
    styles: [style],
    recipe: {
      ...resolveRecipe({ loss, colours, styles: [style], steps }, { steps, styleScale, viewSide: side }),
      visits: steps / from.length,
    },
    seed: 0,
    onColours: () => {},
    onStep: () => {},
  });
  const target = createRenderTarget(gpu, size.width, size.height);
  const options = { background: [1, 1, 1], viewDependent: false, lens: true } as const;
  await renderer.renderBlend(view.camera, target, blendOf(appearance), options);
  const picture = pictureFromRgb(await target.rgb.readF32(), size.width, size.height);
  destroyRenderTarget(target);
  painted.destroy();
  destroyFieldResources(core);
  return picture;
}
