// Options of how a field is painted, for every command that paints.

import type { Command } from 'commander';
import type { StylizeOptions } from '../session/types.ts';
import { lossNamed } from '../style/losses/index.ts';
import { lossText, PAINTING_LOSS, STYLE_LOSSES, type WeightedLoss } from '../style/style-config.ts';
import { LAYER_NAMES, type LayerName } from '../style/types.ts';
import { decimal, losses } from './options.ts';

export interface PaintingOptions {
  loss?: readonly WeightedLoss[];
  brush: number;
  keepColours?: boolean;
  photorealistic?: boolean;
  contentWeight?: number;
  instant?: boolean;
}

export function paintingOptions(command: Command): Command {
  return command
    .option(
      '--loss <name[:weight],...>',
      `${STYLE_LOSSES.join(', ')}, or several by weight (default: ${lossText(PAINTING_LOSS)}; photorealistic: gram)`,
      losses,
    )
    .option('--brush <b>', 'size of the strokes, 0.5 to 2', decimal('--brush', 0.5, 2), 1)
    .option('--content-weight <w>', 'what of the photographs is kept, 1 as usual', decimal('--content-weight', 0, 100))
    .option('--keep-colours', "strokes of the style in the scene's own colours")
    .option('--instant', 'few steps on a schedule of their own: a preview in an eighth of the time')
    .option('--photorealistic', "the style's colours and mood, no strokes: every edge stays");
}

/** What the session is asked for. */
export function paintingOf(options: PaintingOptions): Omit<StylizeOptions, 'styles'> {
  const { brush, keepColours, photorealistic, contentWeight, instant } = options;
  return { loss: lossesAsked(options), brush, keepColours, photorealistic, contentWeight, instant };
}

/**
 * The highest layer that the losses look at, where the network is fetched layer by layer; relu4_1 at least, so that what
 * was fetched for one loss serves most others.
 */
export function topLayer(options: PaintingOptions): LayerName {
  const layers = new Set(lossesAsked(options).flatMap(({ name }) => lossNamed(name).styleLayers));
  return LAYER_NAMES.findLast((layer) => layer === 'relu4_1' || layers.has(layer))!;
}

/** What the photographs' colours are taken to without strokes is statistics of the style: there is nothing to match. */
const lossesAsked = ({ loss, photorealistic }: PaintingOptions): readonly WeightedLoss[] =>
  loss ?? (photorealistic ? [{ name: 'gram', weight: 1 }] : PAINTING_LOSS);
