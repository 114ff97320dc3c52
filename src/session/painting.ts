// Painting a field in a style, from colour transfer to the last stroke: colours first, exactly and at once (ARF, section
// 4.3), then strokes through the style trainer, then the colours once more. Geometry is only read.

import { Cancelled, throwIfAborted } from '../errors.ts';
import type { Gpu } from '../gpu/device.ts';
import { AppearanceOptimiser } from '../nerf/appearance-optimiser.ts';
import type { Appearance, ColourMap } from '../nerf/field.ts';
import { createRenderTarget, destroyRenderTarget, type Renderer } from '../nerf/renderer.ts';
import { TABLE_BETAS } from '../nerf/stages/adam.ts';
import type { DifferentiableRenderer } from '../nerf/types.ts';
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
import { lossNamed } from '../style/losses/index.ts';
import { contentForPlain } from '../style/plainness.ts';
import { styleDistance } from '../style/score.ts';
import { DEFAULT_STYLE_CONFIG, lossesOf, type StyleConfig } from '../style/style-config.ts';
import { type StyleLosses, StyleTrainer } from '../style/style-trainer.ts';
import type { FeatureNetwork } from '../style/types.ts';
import { yieldToOthers } from './slices.ts';
import { subjectWindows } from './subject-window.ts';
import type { StyleInput, StyleScore, StylizeOptions } from './types.ts';

/** Views whose distance to the style is measured before and after: evenly spread. */
const SCORED_VIEWS = 6;
/**
 * Times that each painted view is visited at least, where there are views enough: strokes settle over visits, and what
 * is kept of a view between them is worth keeping. Fewer views, evenly spread, see all that many see.
 */
const VISITS = 4;
const MIN_PAINTED_VIEWS = 16;
/**
 * Strokes move the table fast and the MLP, which all places share, at .4 of that: few strokes want much (fox and still
 * life at 96 pixels, 48 strokes: 35 and 32 % nearer; both at 4e-2 30 and 30 %). And the table forgets sooner than in
 * training, since what a view asks for changes with what is painted: nearer the style for as much of the
 * content (fox at 96 pixels, 128 strokes: total loss .143 by betas of .9 and .99, .139 by these).
 */
const STROKES: Pick<PaintingTuning, 'weightShare' | 'betas'> = { weightShare: 0.4, betas: [0.5, 0.9] };
const STROKES_CONFIG: Partial<StyleConfig> = { learningRate: 0.1 };
/**
 * Colour change without strokes: what moves is the coarsest level, which knows nothing smaller than a sixteenth of the
 * scene, and nothing that all places share. So colours shift alike over any neighbourhood, and what edges there were stay.
 */
const PHOTOREALISTIC = { finest: 0, weightShare: 0 };
/** Three times the content, in small steps: what is left of structure to lose is not lost either. */
const PHOTOREALISTIC_CONFIG: Partial<StyleConfig> = { contentWeight: 0.3, learningRate: 0.04 };
/** Of the finest hash level that strokes may use. */
const CELLS_PER_PIXEL = 3;
/** Views over which the painted colours are gathered for the second transfer. */
const COLOUR_VIEWS = 12;

/** What of painting is neither a loss nor the user's to choose. */
export interface PaintingTuning {
  /** Times that each painted view is visited at least, where there are views enough. */
  visits: number;
  /** Step size of the MLP's weights as a share of the hash table's. */
  weightShare: number;
  /** Cells a side of the finest hash level that may move. */
  finest: number;
  /** Adam's betas of the table. */
  betas: readonly [number, number];
}

export interface PaintingParts {
  gpu: Gpu;
  network: FeatureNetwork;
  /** Its own, so that the page may render beside it. */
  renderer: Renderer;
  /** Has an optimiser. */
  appearance: Appearance;
  /** Training views, pictures at hand. */
  views: View[];
  /** Long side of the renders that are judged, pixels. */
  viewSide: number;
  steps: number;
  config?: Partial<StyleConfig>;
  seed: number;
  options: StylizeOptions;
  tuning?: Partial<PaintingTuning>;
  onColours: () => void;
  onStep: (step: number, losses: StyleLosses | null) => void;
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

/** Paints. Cancelling keeps the strokes laid so far. */
export async function paint(parts: PaintingParts): Promise<StyleScore> {
  const { gpu, renderer, appearance, viewSide } = parts;
  const views = subjectWindows(parts.views);
  const size = viewSize(views[0].picture, viewSide);
  const limits = parts.options.photorealistic
    ? PHOTOREALISTIC
    : { ...STROKES, finest: finestCells(views, size, renderer.field.unbounded) };
  const tuning: PaintingTuning = { visits: VISITS, betas: TABLE_BETAS, ...limits, ...parts.tuning };
  const { betas, weightShare, finest } = tuning;
  const optimiser = new AppearanceOptimiser(gpu, renderer, appearance, { betas, weightShare, finestCells: finest });
  try {
    return await paintWith(optimiser, parts, tuning.visits);
  } finally {
    optimiser.destroy();
  }
}

async function paintWith(renderer: DifferentiableRenderer, parts: PaintingParts, visits: number): Promise<StyleScore> {
  const { gpu, network, appearance, options } = parts;
  const { styles, loss, keepColours, photorealistic, signal } = options;
  const views = subjectWindows(parts.views);
  const metric = lossesOf(loss)[0].name;
  const size = viewSize(views[0].picture, parts.viewSide);
  const brush = options.brush ?? 1;

  const visited = evenly(views, Math.max(MIN_PAINTED_VIEWS, Math.ceil(parts.steps / visits)));
  let targets = visited.map(({ picture }) => picture);
  const wanted = mixColourStatistics(
    styles.map((style) => ({ statistics: colourStatistics(picturesOf(style)), weight: style.weight })),
  );
  if (!keepColours) {
    const transfer = colourTransferMatrix(colourStatistics(views.map(({ picture }) => picture)), wanted);
    targets = targets.map((picture) => applyColourTransfer(picture, transfer));
    appearance.colourMap = mapOf(transfer);
  }
  const background = groundOf(keepColours ? colourStatistics(targets) : wanted);
  appearance.viewDependent = false;
  parts.onColours();
  await yieldToOthers();

  const scored = evenly(views, SCORED_VIEWS);
  const distance = async () => {
    // A mix is judged against each of its styles, by weight.
    const total = styles.reduce((sum, { weight }) => sum + weight, 0);
    const targets = scored.map(() => createRenderTarget(gpu, size.width, size.height));
    try {
      for (const [i, { camera }] of scored.entries()) {
        await renderer.render(camera, targets[i], { background, viewDependent: false, lens: true });
      }
      const images = targets.map(({ rgb }) => rgb);
      let sum = 0;
      for (const style of styles) {
        const options = { brush, config: parts.config };
        const found = await styleDistance(gpu, network, images, picturesOf(style), metric, options);
        sum += (style.weight / total) * found;
        await yieldToOthers();
      }
      return sum;
    } finally {
      targets.forEach(destroyRenderTarget);
    }
  };
  const start = await distance();
  throwIfAborted(signal);

  const recipe = { ...(photorealistic ? PHOTOREALISTIC_CONFIG : STROKES_CONFIG), ...parts.config };
  const trainer = await StyleTrainer.create(gpu, {
    network,
    renderer,
    views: visited.map(({ camera }, i) => ({ camera, target: targets[i] })),
    styles,
    loss,
    size,
    config: {
      ...recipe,
      steps: parts.steps,
      brush,
      keepColours: keepColours ?? false,
      background,
      ...contentOf(options, recipe),
    },
    seed: parts.seed,
  });
  const began = performance.now();
  try {
    for (let step = 0; step < parts.steps; step++) {
      if (signal?.aborted) break;
      const gone = (performance.now() - began) / 1000;
      if (options.seconds !== undefined && gone >= options.seconds) break;
      trainer.timeShare = gone / (options.seconds ?? Number.POSITIVE_INFINITY);
      await trainer.step(signal);
      await gpu.idle();
      await yieldToOthers();
      parts.onStep(step + 1, step % 4 === 3 || step === parts.steps - 1 ? await trainer.losses() : null);
    }
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
  } finally {
    trainer.destroy();
  }

  let end = await distance();
  if (!keepColours && !signal?.aborted) {
    const strokes = appearance.colourMap;
    const painted = await colourStatisticsOfViews(gpu, renderer, views, size, background);
    const again = colourTransferMatrix(painted, wanted);
    appearance.colourMap = mapOf(composeColourTransfers(transferOf(strokes), again));
    // Strokes that are few have less contrast than the style: the exact transfer then amplifies what noise they have.
    // It stays only where it brings the views nearer to the style.
    const transferred = await distance();
    if (transferred < end) end = transferred;
    else appearance.colourMap = strokes;
    parts.onColours();
  }
  return { features: network.name, metric, start, end };
}

/**
 * Cells a side of the finest hash level that strokes may use: three to a pixel of the painted views at the subject. Rays
 * of different views meet between pixels, and levels that stop at a pixel's size blur what all agree in (fox: 30 % nearer
 * with them, 34 % with all). Finer ones see each pixel by itself, and would turn strokes to speckle.
 */
export function finestCells(views: View[], size: { width: number }, unbounded: boolean): number {
  const pixels = views
    .map(({ camera }) => {
      const [x, y, z] = [3, 7, 11].map((i) => camera.cameraToWorld[i]);
      const focal = (camera.fx * size.width) / camera.width;
      return Math.max(1, Math.hypot(x, y, z)) / focal;
    })
    .sort((a, b) => a - b);
  const pixel = pixels[Math.floor(pixels.length / 2)];
  // The field's cube is 2 scene units wide, 4 where space beyond the unit box is contracted into it.
  return (CELLS_PER_PIXEL * (unbounded ? 4 : 2)) / pixel;
}

/** Weight of content: the recipe's, as the user scales it, and more of it for styles that are mostly bare paper. */
function contentOf(options: StylizeOptions, recipe: Partial<StyleConfig>): Partial<StyleConfig> {
  const { styles, loss, contentWeight = 1, photorealistic } = options;
  const total = styles.reduce((sum, { weight }) => sum + weight, 0);
  const nearest = lossesOf(loss).some(({ name }) => lossNamed(name).matchesPlaces);
  const plain =
    nearest && !photorealistic
      ? styles.reduce((sum, style) => sum + (style.weight / total) * contentForPlain(picturesOf(style)), 0)
      : 1;
  return { contentWeight: (recipe.contentWeight ?? DEFAULT_STYLE_CONFIG.contentWeight) * contentWeight * plain };
}

/**
 * What is painted before: the picture's mean colour. White draws whatever it shines through, and every outline, to what
 * the style has of bare paper.
 */
function groundOf({ mean }: ColourStatistics): [number, number, number] {
  const [r, g, b] = Array.from(mean, (value) => Math.min(1, Math.max(0, value)));
  return [r, g, b];
}

async function colourStatisticsOfViews(
  gpu: Gpu,
  renderer: DifferentiableRenderer,
  views: View[],
  size: { width: number; height: number },
  background: readonly [number, number, number],
): Promise<ColourStatistics> {
  const target = createRenderTarget(gpu, size.width, size.height);
  const pictures: Picture[] = [];
  try {
    for (const { camera } of evenly(views, COLOUR_VIEWS)) {
      await renderer.render(camera, target, { background, viewDependent: false, lens: true });
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

/** So many of the items, evenly spread. */
export function evenly<T>(items: T[], count: number): T[] {
  if (items.length <= count) return items;
  return Array.from({ length: count }, (_, i) => items[Math.floor(((i + 0.5) * items.length) / count)]);
}
