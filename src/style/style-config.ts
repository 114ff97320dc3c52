// Which losses a painting is made by: one, or several by weight, and how commands write that.

import type { StyleLossName } from './losses/index.ts';

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
