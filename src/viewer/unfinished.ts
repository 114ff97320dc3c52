// Paintings that were cut short: how far they came, and by which settings they are gone on with. Both stand in what is
// told of a style, so that they come through files too.

import type { LibraryStyle, StyleLossChoice as StyleLosses, StyleLossName } from '../session/types.ts';
import { type PaintingSettings, settingsOf } from '../style/settings.ts';
import { PAINTING_LOSS, STYLE_LOSSES } from '../style/style-config.ts';

/** Strokes laid of those that were planned; null of a finished one. */
export function unfinishedOf({ options: { steps, planned } }: Pick<LibraryStyle, 'options'>) {
  const isCut = typeof steps === 'number' && typeof planned === 'number' && steps < planned;
  return isCut ? { laid: steps, planned } : null;
}

/** The settings that it was begun with; how many steps are still to be made is the engine's to know. */
export function begunWith(options: LibraryStyle['options']): PaintingSettings & { loss: StyleLosses } {
  const { loss, steps: _, planned: __, ...rest } = options;
  const losses = String(loss)
    .split(',')
    .map((part) => part.split(':'))
    .map(([name, weight = '1']) => ({ name: name as StyleLossName, weight: Number(weight) }))
    // A stranger's file may say anything.
    .filter(({ name, weight }) => STYLE_LOSSES.includes(name) && weight > 0);
  return { ...settingsOf(rest as Partial<PaintingSettings>), loss: losses.length ? losses : PAINTING_LOSS };
}
