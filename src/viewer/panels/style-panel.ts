// Style: how the chosen one is painted, and what can be done with what is shown; the styles themselves are in the
// filmstrip. Strength is live; the rest takes hold with the next painting.

import type GUI from 'lil-gui';
import type { StyleLossName } from '../../session/types.ts';
import { LOSSES } from '../../style/losses/index.ts';
import { SETTING_NAMES } from '../../style/settings.ts';
import type { Page } from '../page.ts';
import type { PageState } from '../page-state.ts';
import type { Store } from '../store.ts';
import { addActions, addProgress, addText, follow } from './gui-parts.ts';
import { paintedTools } from './painted-tools.ts';
import { addSettings } from './setting-controls.ts';

/** Ways to compare with the style, by what comes of them. */
const CHOICES: Record<string, StyleLossName> = Object.fromEntries(LOSSES.map(({ title, name }) => [title, name]));

export function stylePanel(gui: GUI, page: Page): void {
  const { store, commands } = page;
  const folder = gui.addFolder('Style');
  addActions(folder, page, 'painting.paint', 'painting.cancel', 'painting.clear');
  addProgress(folder, store, ({ busy, style }) =>
    busy === 'stylizing' ? (style.stepCount ? style.step / style.stepCount : 0) : null,
  );
  addText(folder, store, ({ busy, style, jobs }) => {
    if (style.waiting) return `${style.chosen?.name} waits for the scene to be trained`;
    if (busy !== 'stylizing') return style.applied.length ? `painted as ${style.applied.join(' + ')}` : '';
    const distance = style.styleLoss === null ? '' : ` · distance ${style.styleLoss.toFixed(3)}`;
    // What waits may have been chosen meanwhile.
    const painted = `painting ${jobs[0]?.style ?? style.chosen?.name ?? ''}`;
    return style.stepCount ? `${painted}: ${style.step} of ${style.stepCount} steps${distance}` : painted;
  });

  paintedTools(folder, page);

  const { strength } = addSettings(folder, store, ['strength']);
  strength.onChange((value: number) => commands.setStrength(value)).onFinishChange(() => commands.endStrength());
  lossControls(folder, store);
  addSettings(
    folder,
    store,
    SETTING_NAMES.filter((name) => name !== 'strength'),
  );
}

/** A loss, perhaps a second one beside it, and its weight. */
function lossControls(folder: GUI, store: Store<PageState>): void {
  const record = { ...store.state.style };
  const loss = folder.add(record, 'loss', CHOICES).name('match');
  loss.onChange((value: StyleLossName) => store.update('style', { loss: value }));
  follow(loss, record, 'loss', store, (state) => state.style.loss);
  const withLoss = folder.add(record, 'withLoss', { nothing: 'none', ...CHOICES }).name('and');
  withLoss.onChange((value: StyleLossName | 'none') => store.update('style', { withLoss: value }));
  follow(withLoss, record, 'withLoss', store, (state) => state.style.withLoss);
  const withWeight = folder.add(record, 'withWeight', 0, 2, 0.05).name('at weight');
  withWeight.onChange((value: number) => store.update('style', { withWeight: value }));
  follow(withWeight, record, 'withWeight', store, (state) => state.style.withWeight);
  store.watch(
    (state) => state.style.withLoss !== 'none',
    (weighed) => void withWeight.show(weighed),
  );
}
