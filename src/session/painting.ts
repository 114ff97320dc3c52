// Painting a field in a style, in three acts: colours first, exactly and at once (ARF, section 4.3), then strokes through
// the style trainer, then the colours once more. Geometry is only read.

import { Cancelled, throwIfAborted } from '../errors.ts';
import type { Gpu } from '../gpu/device.ts';
import { styleFigures, WeightedFigures } from '../metrics/style-figures.ts';
import { AppearanceOptimiser } from '../nerf/appearance-optimiser.ts';
import { DivergenceGuard } from '../nerf/divergence-guard.ts';
import { type Appearance, type ColourMap, IDENTITY_MAP } from '../nerf/field.ts';
import { createRenderTarget, destroyRenderTarget, type Renderer } from '../nerf/renderer.ts';
import { evenly } from '../scene/evenly.ts';
import type { Picture, View } from '../scene/types.ts';
import {
  applyColourTransfer,
  type ColourStatistics,
  type ColourTransfer,
  colourStatistics,
  colourTransferMatrix,
  composeColourTransfers,
  mixColourStatistics,
} from '../style/colour-transfer.ts';
import { applyPalette } from '../style/palette.ts';
import type { Recipe } from '../style/recipe.ts';
import { styleDistance } from '../style/score.ts';
import { type StyleLosses, StyleTrainer } from '../style/style-trainer.ts';
import type { FeatureNetwork } from '../style/types.ts';
import { fitColours, scenePalette } from './recolour.ts';
import { yieldToOthers } from './slices.ts';
import { subjectWindows } from './subject-window.ts';
import type { StyleInput, StyleScore } from './types.ts';

/** Views whose distance to the style is measured before and after: evenly spread over those that are painted. */
const SCORED_VIEWS = 6;
/** Of those that are painted, where there are so many. */
const MIN_PAINTED_VIEWS = 16;
/** Losses are read every few strokes, and at least so often: what turns to NaN is to be seen soon. */
const LOSSES_MS = 500;
/** Of those that are painted, views over which the painted colours are gathered for the second transfer. */
const COLOUR_VIEWS = 12;

export interface PaintingParts {
  gpu: Gpu;
  network: FeatureNetwork;
  /** Its own, so that the page may render beside it. */
  renderer: Renderer;
  /** Has an optimiser. */
  appearance: Appearance;
  /** Training views, pictures at hand. */
  views: View[];
  styles: readonly StyleInput[];
  recipe: Recipe;
  /** Strokes that were laid on the appearance before, of the recipe's steps: it is gone on with from there. */
  laid?: number;
  /** Ends by the clock, where that is sooner than by its steps. */
  seconds?: number;
  seed: number;
  signal?: AbortSignal;
  onColours: () => void;
  onStep: (step: number, losses: StyleLosses | null) => void;
  /** Something went another way than asked, in one sentence. */
  onNotice?: (text: string) => void;
}

const picturesOf = ({ picture, more = [] }: StyleInput): readonly Picture[] => [picture, ...more];

const mapOf = ({ matrix: m, offset: b }: ColourTransfer): ColourMap => [
  m[0],
  m[1],
  m[2],
  b[0],
  m[3],
  m[4],
  m[5],
  b[1],
  m[6],
  m[7],
  m[8],
  b[2],
];

const transferOf = (map: ColourMap): ColourTransfer => ({
  matrix: [map[0], map[1], map[2], map[4], map[5], map[6], map[8], map[9], map[10]],
  offset: [map[3], map[7], map[11]],
});

/** Size of a view whose long side is at most `side`, in whole multiples of 4 (the feature networks pool by 2). */
export function viewSize(
  { width, height }: { width: number; height: number },
  side: number,
): { width: number; height: number } {
  const factor = Math.min(1, side / Math.max(width, height));
  const snap = (n: number) => Math.max(16, Math.round((n * factor) / 4) * 4);
  return { width: snap(width), height: snap(height) };
}

/** Factor on what is kept of views: more for large ones, to a bound that keeps the least number of 384 x 384 whole. */
const roomFor = ({ width, height }: Painting['size']) => Math.min(2.5, Math.max(1, (width * height) / 192 ** 2));

/** What the acts share. */
interface Painting extends PaintingParts {
  optimiser: AppearanceOptimiser;
  size: { width: number; height: number };
  /** Colours of the style, or of the mix. */
  wanted: ColourStatistics;
  /** What is painted before. sRGB 0..1 */
  background: readonly [number, number, number];
  /** Views that are visited, and what content is held to: the photographs, recoloured unless colours are kept. */
  visited: readonly View[];
  targets: readonly Picture[];
}

/** Paints. Cancelling keeps the strokes laid so far. */
export async function paint(parts: PaintingParts): Promise<StyleScore> {
  const { gpu, renderer, appearance, network, signal } = parts;
  const views = subjectWindows(parts.views);
  const size = viewSize(views[0].picture, parts.recipe.viewSide);
  const room = roomFor(size);
  const recipe = { ...parts.recipe, contentCacheBytes: parts.recipe.contentCacheBytes * room };
  const finest = finestCells(recipe.cellsPerPixel, views, size, renderer.field.unbounded);
  const visited = evenly(views, Math.max(MIN_PAINTED_VIEWS, Math.ceil(recipe.steps / recipe.visits)), 'middles');
  const optimiser = new AppearanceOptimiser(gpu, renderer, appearance, {
    ...recipe,
    finestCells: finest,
    room,
  });
  try {
    const transferred = transferColours({ ...parts, recipe, views }, visited, size, optimiser);
    parts.onColours();
    await yieldToOthers();
    const painting = recipe.colours === 'palette' ? await transferPalette(transferred) : transferred;
    const [before, after] = [new WeightedFigures(), new WeightedFigures()];
    const start = await distance(painting, before);
    throwIfAborted(signal);
    await paintStrokes(painting);
    const end = await settleColours(painting);
    await distance(painting, after);
    return { features: network.name, metric: recipe.losses[0].name, start, end, before: before.sum, after: after.sum };
  } finally {
    optimiser.destroy();
  }
}

/** The first act: the field takes the colours of the style, by one map of all colours, unless it keeps its own. */
function transferColours(
  parts: PaintingParts,
  visited: readonly View[],
  size: Painting['size'],
  optimiser: AppearanceOptimiser,
): Painting {
  const { views, appearance, styles, recipe, laid } = parts;
  let targets = visited.map(({ picture }) => picture);
  const wanted = mixColourStatistics(
    styles.map((style) => ({ statistics: colourStatistics(picturesOf(style)), weight: style.weight })),
  );
  if (!recipe.keepColours) {
    const transfer = colourTransferMatrix(colourStatistics(views.map(({ picture }) => picture)), wanted);
    targets = targets.map((picture) => applyColourTransfer(picture, transfer));
    if (!laid) appearance.colourMap = mapOf(transfer);
  }
  appearance.viewDependent = false;
  const background = backgroundOf(recipe.keepColours ? colourStatistics(targets) : wanted);
  return { ...parts, optimiser, size, wanted, background, visited, targets };
}

/** The first act, gone on with: the whole palette of the style in the place of its mean and covariance. */
async function transferPalette(painting: Painting): Promise<Painting> {
  const { gpu, views, styles, visited, appearance, optimiser, size, background, seed, signal } = painting;
  const began = performance.now();
  const weighted = styles.map((style) => ({ pictures: picturesOf(style), weight: style.weight }));
  const palette = scenePalette(views, weighted, seed);
  const targets = visited.map(({ picture }) => applyPalette(picture, palette));
  if (painting.laid) return { ...painting, targets };
  // Under a linear map, colours beyond its own range could be reached by nothing that is painted.
  appearance.colourMap = IDENTITY_MAP;
  const recoloured = visited.map(({ camera }, i) => ({ camera, target: targets[i] }));
  await fitColours(gpu, optimiser, recoloured, size, background, signal);
  painting.onColours();
  const { seconds } = painting;
  const left = seconds === undefined ? undefined : Math.max(0, seconds - (performance.now() - began) / 1000);
  return { ...painting, targets, seconds: left };
}

/** The second act: the recipe's steps, until they are done, the time is up or it is cancelled. */
async function paintStrokes(painting: Painting): Promise<void> {
  const { gpu, network, recipe, visited, targets, size, background, signal, laid = 0 } = painting;
  const trainer = await StyleTrainer.create(gpu, {
    network,
    renderer: painting.optimiser,
    views: visited.map(({ camera }, i) => ({ camera, target: targets[i] })),
    styles: painting.styles,
    size,
    recipe,
    background,
    // Not the views again that were visited first.
    seed: painting.seed + laid,
  });
  const { seconds = Number.POSITIVE_INFINITY } = painting;
  const began = performance.now();
  let strokes = laid;
  let readAt = began;
  const tell = (notice: string | null) => {
    if (notice !== null) painting.onNotice?.(notice);
    return notice !== null;
  };
  try {
    const guard = await DivergenceGuard.begin('painting', () => painting.optimiser.keep(strokes));
    try {
      while (strokes < recipe.steps) {
        const gone = (performance.now() - began) / 1000;
        if (signal?.aborted || gone >= seconds) break;
        // The trainer counts its own steps alone.
        trainer.timeShare = Math.max(laid ? strokes / recipe.steps : 0, gone / seconds);
        await trainer.step(signal);
        await gpu.idle();
        await yieldToOthers();
        strokes++;
        const isDue = strokes % 4 === 0 || strokes === recipe.steps || performance.now() - readAt > LOSSES_MS;
        const losses = isDue ? await trainer.losses() : null;
        if (losses) readAt = performance.now();
        const finite = losses === null || (Number.isFinite(losses.total) && (await painting.optimiser.isFinite()));
        const isBack = losses !== null && tell(await guard.check(finite, strokes));
        painting.onStep(strokes, isBack ? null : losses);
      }
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error;
    }
    tell(await guard.end(strokes));
  } finally {
    trainer.destroy();
  }
}

/**
 * The third act: the colours once more, exactly. Strokes that are few have less contrast than the style, and the transfer
 * then amplifies what noise they have: it stays only where it brings the views nearer to the style.
 * @returns the distance to the style in the end
 */
async function settleColours(painting: Painting): Promise<number> {
  const { appearance, recipe, wanted, signal } = painting;
  const painted = await distance(painting);
  if (recipe.colours !== 'linear' || signal?.aborted) return painted;
  const strokes = appearance.colourMap;
  const again = colourTransferMatrix(await paintedColours(painting), wanted);
  appearance.colourMap = mapOf(composeColourTransfers(transferOf(strokes), again));
  const settled = await distance(painting);
  const isNearer = settled < painted;
  if (!isNearer) appearance.colourMap = strokes;
  painting.onColours();
  return isNearer ? settled : painted;
}

/**
 * Mean distance of some views to the style; to each of a mix, by weight.
 * @param figures to be filled with what the distance does not tell
 */
async function distance(painting: Painting, figures?: WeightedFigures): Promise<number> {
  const { gpu, network, optimiser, visited, size, background, styles, recipe } = painting;
  const total = styles.reduce((sum, { weight }) => sum + weight, 0);
  const scored = evenly(visited, SCORED_VIEWS, 'middles');
  const targets = scored.map(() => createRenderTarget(gpu, size.width, size.height));
  try {
    for (const [i, { camera }] of scored.entries()) {
      await optimiser.render(camera, targets[i], { background, viewDependent: false, lens: true });
    }
    const images = targets.map(({ rgb }) => rgb);
    let sum = 0;
    for (const style of styles) {
      const found = await styleDistance(gpu, network, images, picturesOf(style), recipe.losses[0].name, recipe);
      sum += (style.weight / total) * found;
      figures?.add(await styleFigures(gpu, network, images, picturesOf(style), recipe), style.weight / total);
      await yieldToOthers();
    }
    return sum;
  } finally {
    targets.forEach(destroyRenderTarget);
  }
}

/**
 * Cells a side of the finest hash level that may move: so many to a pixel of the painted views at the subject. Rays
 * of different views meet between pixels, and levels that stop at a pixel's size blur what all agree in (fox: 30 % nearer
 * with them, 34 % with all). Finer ones see each pixel by itself, and would turn strokes to speckle.
 */
export function finestCells(
  cellsPerPixel: number,
  views: readonly View[],
  size: { width: number },
  unbounded: boolean,
): number {
  const pixels = views
    .map(({ camera }) => {
      const [x, y, z] = [3, 7, 11].map((i) => camera.cameraToWorld[i]);
      const focal = (camera.fx * size.width) / camera.width;
      return Math.max(1, Math.hypot(x, y, z)) / focal;
    })
    .sort((a, b) => a - b);
  const pixel = pixels[Math.floor(pixels.length / 2)];
  // The field's cube is 2 scene units wide, 4 where space beyond the unit box is contracted into it.
  return (cellsPerPixel * (unbounded ? 4 : 2)) / pixel;
}

/**
 * What is painted before: the picture's mean colour. White draws whatever it shines through, and every outline, to what
 * the style has of bare paper.
 */
function backgroundOf({ mean }: ColourStatistics): [number, number, number] {
  const [r, g, b] = Array.from(mean, (value) => Math.min(1, Math.max(0, value)));
  return [r, g, b];
}

async function paintedColours({ gpu, optimiser, visited, size, background }: Painting): Promise<ColourStatistics> {
  const target = createRenderTarget(gpu, size.width, size.height);
  const pictures: Picture[] = [];
  try {
    for (const { camera } of evenly(visited, COLOUR_VIEWS, 'middles')) {
      await optimiser.render(camera, target, { background, viewDependent: false, lens: true });
      pictures.push(withoutBackground(await target.rgb.readF32(), await target.opacity.readF32(), size, background));
    }
  } finally {
    destroyRenderTarget(target);
  }
  return colourStatistics(pictures);
}

/** A render's own colours, with its opacity as alpha: what shines through must not count as paint. */
function withoutBackground(
  rgb: Float32Array,
  opacity: Float32Array,
  { width, height }: { width: number; height: number },
  background: readonly number[],
): Picture {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let p = 0; p < opacity.length; p++) {
    const alpha = Math.max(opacity[p], 1e-3);
    for (let c = 0; c < 3; c++) {
      data[4 * p + c] = (255 * (rgb[3 * p + c] - (1 - alpha) * background[c])) / alpha;
    }
    data[4 * p + 3] = 255 * opacity[p];
  }
  return { width, height, data };
}
