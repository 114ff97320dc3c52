// All that can be set about stylizing, with its default, unit and reason, and the schedules that follow from it.
// Weights multiply means (each loss is a mean over its own elements), so they do not depend on the size of a view.

import type { StyleLossName } from './losses/index.ts';
import type { LayerName } from './types.ts';

export { STYLE_LOSSES, type StyleLossName } from './losses/index.ts';

/** One of several losses that are added up; its weight multiplies the recipe's own. */
export interface WeightedLoss {
  name: StyleLossName;
  weight: number;
}

/** A loss, or several: the first is the main one, which says what content is held by and what distances are told in. */
export type StyleLossChoice = StyleLossName | readonly WeightedLoss[];

/**
 * What painting takes where nothing else is asked for. NNFM alone drives places towards the style's plainest patch; Gram
 * matrices ask for its contrasts and palette, and strokes show (docs/styles.md).
 */
export const PAINTING_LOSS: readonly WeightedLoss[] = [
  { name: 'nnfm', weight: 1 },
  { name: 'gram', weight: 0.3 },
];

export function lossesOf(choice: StyleLossChoice): readonly WeightedLoss[] {
  return typeof choice === 'string' ? [{ name: choice, weight: 1 }] : choice;
}

/** As the command takes it: nnfm, or nnfm:1,gram:0.3. */
export function lossText(choice: StyleLossChoice): string {
  const losses = lossesOf(choice);
  if (losses.length === 1) return losses[0].name;
  return losses.map(({ name, weight }) => `${name}:${weight}`).join(',');
}

export interface StyleConfig {
  /** Steps that the schedules are laid out for. 100: strokes are there on a software adapter in minutes. */
  steps: number;
  /** Adam's step size on the appearance at its highest. 4e-2: few steps want much (fox: 24 steps of 3e-2 did more than 40 of 1e-2). */
  learningRate: number;
  /** Fraction of learningRate at the last step, reached by a cosine. 0.1: lets strokes settle and speckle fade. */
  finalLearningRate: number;
  /** Steps of linear warm-up. 4: Adam's second moments are still guesses. */
  warmup: number;
  /** 0.5..2, size of the strokes: the style picture's scale against styleScale. */
  brush: number;
  /** The style's long side as a multiple of what the network is fed with. 1 as in ARF; 2 where views are small. */
  styleScale: number;
  /** True: only luminance is painted, chroma stays the photograph's. */
  keepColours: boolean;

  /**
   * Weight of content features, relative to the photograph's own mean square. 0.1, three times ARF's 5e-3 on features
   * whose mean square is about 6: hash fields hold strokes less fine, and less of the content within them (fox, 128
   * steps: 0.04 came 38 % nearer with its face lost in stars, 0.1 33 % with every feature of it kept).
   */
  contentWeight: number;
  /** Weight of image total variation. 1, as in ARF: more blurs the strokes. */
  tvWeight: number;
  /** With keepColours: weight of mean (chroma - photograph's chroma)^2. 10: holds hue without slowing strokes. */
  chromaWeight: number;

  /** Layers of the content loss. Default: those that the main style loss names. */
  contentLayers?: readonly LayerName[];
  /** Columns of the style that NNFM, patches and attention search, at most. 4096: a 64 x 64 grid of relu3 features, a 256 x 256 picture. */
  maxStyleColumns: number;
  /** Bytes of content features kept on the GPU; views beyond it are computed again. 256 MiB: 48 views of 176 x 132. */
  contentCacheBytes: number;
  /** Behind transparent photographs and empty parts of renders, sRGB 0..1. White: as the Blender scenes are shown. */
  background: readonly [number, number, number];
}

export const DEFAULT_STYLE_CONFIG: StyleConfig = {
  steps: 100,
  learningRate: 4e-2,
  finalLearningRate: 0.1,
  warmup: 4,
  brush: 1,
  styleScale: 1,
  keepColours: false,
  contentWeight: 0.1,
  tvWeight: 1,
  chromaWeight: 10,
  maxStyleColumns: 4096,
  contentCacheBytes: 256 * 2 ** 20,
  background: [1, 1, 1],
};

/**
 * Step size at a step from 0: warm-up, then a cosine down to finalLearningRate, which later steps keep.
 * @param timeShare of the time that there is, 0..1: what ends by the clock settles by the clock
 */
export function learningRateAt(config: StyleConfig, step: number, timeShare = 0): number {
  const { steps, learningRate, finalLearningRate, warmup } = config;
  if (step < warmup) return (learningRate * (step + 1)) / (warmup + 1);
  const progress = Math.min(1, Math.max(timeShare, (step - warmup) / Math.max(1, steps - 1 - warmup)));
  return learningRate * (finalLearningRate + (1 - finalLearningRate) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}
