// An instant style: the painting's own steps, but few, on a short schedule of their own, so that their strokes settle.
// Ways without such steps were measured beside it and came less far in the same time: see docs/instant-styles.md.

import type { StyleConfig } from '../style/style-config.ts';
import type { Preset } from './presets.ts';
import type { StylizeOptions } from './types.ts';

/** 24: on small views of the fox nine tenths of what 48 steps gain (docs/instant-styles.md). */
const STEPS = 24;
const SCHEDULE: Partial<StyleConfig> = { learningRate: 7e-2, warmup: 2 };

/** How many steps a painting takes and on what schedule. */
export function paceOf(
  { instant, steps }: Pick<StylizeOptions, 'instant' | 'steps'>,
  { style }: Pick<Preset, 'style'>,
): { steps: number; config: Partial<StyleConfig> } {
  return {
    steps: steps ?? (instant ? STEPS : style.steps),
    config: { styleScale: style.styleScale, ...(instant ? SCHEDULE : {}) },
  };
}
