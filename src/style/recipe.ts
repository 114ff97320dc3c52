// How a painting is made, whole: three techniques, and what becomes of one by what a person asks for and the preset says.
// Weights multiply means (each loss is a mean over its own elements), so they do not depend on the size of a view.

import { inputError } from '../errors.ts';
import type { Picture } from '../scene/types.ts';
import { lossNamed } from './losses/index.ts';
import { type ColourChoice, DEFAULT_COLOURS } from './palette.ts';
import { contentForPlain } from './plainness.ts';
import { type PaintingSettings, settingsOf } from './settings.ts';
import { lossesOf, type StyleLossChoice, type WeightedLoss } from './style-config.ts';
import type { LayerName } from './types.ts';

export interface Technique {
  /** Style steps that the schedule is laid out for; null: the preset's. */
  steps: number | null;
  /** Adam's step size on the hash table at its highest. */
  learningRate: number;
  /** Fraction of learningRate at the last step, reached by a cosine. 0.1: lets strokes settle and speckle fade. */
  finalLearningRate: number;
  /** Steps of linear warm-up: Adam's second moments are still guesses. */
  warmup: number;
  /** Step size of the MLP's weights, which all places share, as a share of the table's. */
  weightShare: number;
  /** Adam's betas of the table. */
  betas: readonly [number, number];
  /** Cells a side of the finest hash level that may move, to a pixel of the painted views at the subject; 0: the coarsest level alone. */
  cellsPerPixel: number;
  /**
   * Times that each painted view is visited at least, where there are views enough: strokes settle over visits, and what
   * is kept of a view between them is worth keeping. Fewer views, evenly spread, see all that many see.
   */
  visits: number;
  /** Weight of content features, relative to the photograph's own mean square. */
  contentWeight: number;
  /** Weight of image total variation. 1, as in ARF: more blurs the strokes. */
  tvWeight: number;
  /** Where colours are kept: weight of mean (chroma - photograph's chroma)^2. 10: holds hue without slowing strokes. */
  chromaWeight: number;
  /** Columns of the style that NNFM, patches and attention search, at most. 4096: a 64 x 64 grid of relu3 features, a 256 x 256 picture. */
  maxStyleColumns: number;
  /** Bytes of content features kept on the GPU; views beyond it are computed again. 256 MiB: 48 views of 176 x 132. */
  contentCacheBytes: number;
}

export type TechniqueName = 'strokes' | 'photorealistic' | 'instant';

export const RECIPES: Readonly<Record<TechniqueName, Technique>> = {
  /**
   * Few strokes want much of the table (fox and still life at 96 pixels, 48 strokes: 35 and 32 % nearer; both table and
   * MLP at 4e-2 30 and 30 %). Its betas are lower than in training, since what a view asks for changes with what is
   * painted: nearer the style for as much of the content (fox at 96 pixels, 128 strokes: total loss .143 by betas of .9
   * and .99, .139 by these). Content weighs three times ARF's 5e-3 on features whose mean square is about 6: hash fields
   * hold strokes less fine, and less of the content within them (fox, 128 steps: 0.04 came 38 % nearer with its face
   * lost in stars, 0.1 33 % with every feature of it kept).
   */
  strokes: {
    steps: null,
    learningRate: 0.1,
    finalLearningRate: 0.1,
    warmup: 4,
    weightShare: 0.4,
    betas: [0.5, 0.9],
    cellsPerPixel: 3,
    visits: 4,
    contentWeight: 0.1,
    tvWeight: 1,
    chromaWeight: 10,
    maxStyleColumns: 4096,
    contentCacheBytes: 256 * 2 ** 20,
  },
  /**
   * Colour change without strokes: what moves is the coarsest level, which knows nothing smaller than a sixteenth of the
   * scene, and nothing that all places share. So colours shift alike over any neighbourhood, and what edges there were
   * stay. Three times the content, in small steps: what is left of structure to lose is not lost either.
   */
  photorealistic: {
    steps: null,
    learningRate: 0.04,
    finalLearningRate: 0.1,
    warmup: 4,
    weightShare: 0,
    betas: [0.9, 0.99],
    cellsPerPixel: 0,
    visits: 4,
    contentWeight: 0.3,
    tvWeight: 1,
    chromaWeight: 10,
    maxStyleColumns: 4096,
    contentCacheBytes: 256 * 2 ** 20,
  },
  /**
   * The strokes' own steps, but few, on a schedule of their own, so that they settle. 24: on small views of the fox nine
   * tenths of what 48 steps gain. Ways without such steps came less far in the same time (docs/instant-styles.md).
   */
  instant: {
    steps: 24,
    learningRate: 7e-2,
    finalLearningRate: 0.1,
    warmup: 2,
    weightShare: 0.4,
    betas: [0.5, 0.9],
    cellsPerPixel: 3,
    visits: 4,
    contentWeight: 0.1,
    tvWeight: 1,
    chromaWeight: 10,
    maxStyleColumns: 4096,
    contentCacheBytes: 256 * 2 ** 20,
  },
};

/** A technique with everything that it leaves open. */
export interface Recipe extends Technique {
  technique: TechniqueName;
  steps: number;
  /** The first is the main one. */
  losses: readonly WeightedLoss[];
  /** Of the content loss: those that the main style loss names. */
  contentLayers: readonly LayerName[];
  /** 0.5..2, size of the strokes: the style picture's scale against styleScale. */
  brush: number;
  /** Long side of the views that are painted, pixels; photographs that are smaller are painted as they are. */
  viewSide: number;
  /** The style's long side as a multiple of what the network is fed with. 1 as in ARF; 2 where views are small. */
  styleScale: number;
  /** What becomes of the scene's colours. */
  colours: ColourChoice;
  /** True: only luminance is painted, chroma stays the photograph's. */
  keepColours: boolean;
}

export interface RecipeOptions extends Partial<PaintingSettings> {
  /** Default: DEFAULT_COLOURS; photorealistic styles know no palette. keepColours is the same as 'kept'. */
  colours?: ColourChoice;
  loss: StyleLossChoice;
  /** What is painted after: mostly bare pictures want more content. */
  styles: readonly { picture: Picture; more?: readonly Picture[]; weight: number }[];
}

/** What a preset says of painting. */
export type PaintingPreset = Pick<Recipe, 'steps' | 'styleScale' | 'viewSide'>;

/**
 * What is painted, and in how many steps, by what is asked for and what the preset says.
 * @throws InputError where no loss is asked for
 */
export function resolveRecipe(options: RecipeOptions, preset: PaintingPreset): Recipe {
  const { brush, photorealistic, instant, contentWeight, steps, viewSide } = settingsOf(options);
  const technique = photorealistic ? 'photorealistic' : instant ? 'instant' : 'strokes';
  const whole = RECIPES[technique];
  // Without strokes, too, an instant style is the same in few steps.
  const { steps: ownSteps, learningRate, warmup } = instant ? RECIPES.instant : whole;
  const colours = coloursAsked(options);
  const losses = lossesOf(options.loss);
  if (losses.length === 0) throw inputError('losses for stylizing', null, 'at least one', 'none');
  return {
    ...whole,
    technique,
    learningRate,
    warmup,
    steps: steps || (ownSteps ?? preset.steps),
    losses,
    contentLayers: lossNamed(losses[0].name).contentLayers,
    brush,
    viewSide: viewSide || preset.viewSide,
    // Larger views hold the style at its own scale, and are painted after as much of it.
    styleScale: viewSide ? Math.max(1, (preset.styleScale * preset.viewSide) / viewSide) : preset.styleScale,
    colours,
    keepColours: colours === 'kept',
    contentWeight: whole.contentWeight * contentWeight * (photorealistic ? 1 : forBareStyles(options)),
  };
}

/** Colours alone know no palette, and instant styles no time for its fit unless they are asked to. */
function coloursAsked({ colours, keepColours, photorealistic, instant }: RecipeOptions): ColourChoice {
  if (keepColours || colours === 'kept') return 'kept';
  if (photorealistic) return 'linear';
  return colours ?? (instant ? 'linear' : DEFAULT_COLOURS);
}

/** More content where the style is mostly bare and each place looks for its own match: it would find paper. */
function forBareStyles({ loss, styles }: RecipeOptions): number {
  if (!lossesOf(loss).some(({ name }) => lossNamed(name).matchesPlaces)) return 1;
  const total = styles.reduce((sum, { weight }) => sum + weight, 0);
  const share = ({ picture, more = [], weight }: RecipeOptions['styles'][number]) =>
    (weight / total) * contentForPlain([picture, ...more]);
  return styles.length ? styles.reduce((sum, style) => sum + share(style), 0) : 1;
}

/**
 * Step size at a step from 0: warm-up, then a cosine down to finalLearningRate, which later steps keep.
 * @param timeShare of the time that there is, 0..1: what ends by the clock settles by the clock
 */
export function learningRateAt(
  recipe: Pick<Recipe, 'steps' | 'learningRate' | 'finalLearningRate' | 'warmup'>,
  step: number,
  timeShare = 0,
): number {
  const { steps, learningRate, finalLearningRate, warmup } = recipe;
  if (step < warmup) return (learningRate * (step + 1)) / (warmup + 1);
  const progress = Math.min(1, Math.max(timeShare, (step - warmup) / Math.max(1, steps - 1 - warmup)));
  return learningRate * (finalLearningRate + (1 - finalLearningRate) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}
