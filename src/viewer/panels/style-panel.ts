// Style: the gallery, any picture of one's own, and how it is painted. Strength is live; the rest takes hold with
// the next painting.

import type GUI from 'lil-gui';
import { openFiles } from '../../scene/files-source.ts';
import type { StyleLossName } from '../../session/types.ts';
import { LOSSES } from '../../style/losses/index.ts';
import { SETTING_NAMES } from '../../style/settings.ts';
import type { Commands } from '../actions/index.ts';
import type { Page } from '../page.ts';
import type { BundledStyle, PageState } from '../page-state.ts';
import { shownField } from '../shipped.ts';
import type { Store } from '../store.ts';
import { addActions, addElement, addProgress, addText, follow } from './gui-parts.ts';
import { paintedStrip } from './painted-strip.ts';
import { pickFiles } from './pick-files.ts';
import { addSettings } from './setting-controls.ts';

/** Of the gallery, as in the style sheet. */
const COLUMNS = 4;

/** Ways to compare with the style, by what comes of them. */
const CHOICES: Record<string, StyleLossName> = Object.fromEntries(LOSSES.map(({ title, name }) => [title, name]));

export function stylePanel(gui: GUI, page: Page): void {
  const { store, commands } = page;
  const folder = gui.addFolder('Style');
  const gallery = addElement(folder, 'div', 'gallery');
  store.watch(
    (state) => state.bundledStyles,
    (styles) => {
      const own = ownItem(commands);
      // It fills what the last row leaves; two cells are the least that its words need.
      const left = COLUMNS - (styles.length % COLUMNS);
      own.style.setProperty('--span', left < 2 ? '1 / -1' : `span ${left}`);
      gallery.replaceChildren(...styles.map((style) => galleryItem(style, commands)), own);
    },
  );
  store.watch(
    (state) => state.style.chosen,
    (chosen) => {
      for (const item of gallery.querySelectorAll<HTMLElement>('.thumb')) {
        item.classList.toggle('chosen', item.title === chosen?.name);
      }
      const own = gallery.querySelector('.own');
      const image = own?.querySelector('img');
      if (!own || !image) return;
      const isOwn = chosen !== null && !store.state.bundledStyles.some(({ title }) => title === chosen.name);
      own.classList.toggle('chosen', isOwn);
      image.hidden = !isOwn;
      if (isOwn) image.src = chosen.thumbnail;
    },
  );

  // A finished painting of what is shown is there at a click.
  store.watch(
    (state) => `${state.bundledStyles.length} ${shownField(state)?.styles.map(({ title }) => title) ?? ''}`,
    () => {
      const ready = new Set(shownField(store.state)?.styles.map(({ title }) => title));
      for (const item of gallery.querySelectorAll<HTMLElement>('.thumb')) {
        item.classList.toggle('ready', ready.has(item.title));
        item.ariaDescription = ready.has(item.title) ? 'painted already' : null;
      }
    },
  );

  addActions(folder, page, 'painting.paint', 'painting.cancel', 'painting.clear');
  addProgress(folder, store, ({ busy, style }) =>
    busy === 'stylizing' ? (style.stepCount ? style.step / style.stepCount : 0) : null,
  );
  addText(folder, store, ({ busy, style }) => {
    if (style.waiting) return `${style.chosen?.name} waits for the scene to be trained`;
    if (busy !== 'stylizing') return style.applied.length ? `painted as ${style.applied.join(' + ')}` : '';
    const distance = style.styleLoss === null ? '' : ` · distance ${style.styleLoss.toFixed(3)}`;
    return `painting ${style.chosen?.name ?? ''}: ${style.step} of ${style.stepCount} steps${distance}`;
  });

  paintedStrip(folder, page);

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

function galleryItem(style: BundledStyle, commands: Commands): HTMLElement {
  const item = document.createElement('button');
  item.type = 'button';
  item.className = 'thumb';
  item.title = style.title;
  const image = document.createElement('img');
  image.loading = 'lazy';
  image.alt = style.title;
  image.src = `./styles/thumbs/${style.file}`;
  item.append(image);
  item.addEventListener('click', () => void commands.chooseBundledStyle(style));
  return item;
}

/** After the bundled ones: any picture. */
function ownItem(commands: Commands): HTMLElement {
  const item = document.createElement('button');
  item.type = 'button';
  item.className = 'own';
  const image = document.createElement('img');
  image.alt = '';
  image.hidden = true;
  item.append(image, 'your own: pick, drop or paste');
  item.addEventListener(
    'click',
    () => void pickFiles({ accept: 'image/*' }).then((files) => commands.openFiles(openFiles(files))),
  );
  return item;
}
