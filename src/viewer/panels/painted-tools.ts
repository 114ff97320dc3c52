// In the style panel: the finished styles of the field as a strip of small pictures. A click shows one, the plus mixes it in; below,
// the shares of a mix, and what can be done with the one that is shown.

import type GUI from 'lil-gui';
import { openFiles } from '../../scene/files-source.ts';
import type { Commands } from '../actions/index.ts';
import { onlyShown } from '../actions/library.ts';
import type { Page } from '../page.ts';
import type { PageState } from '../page-state.ts';
import { addActions, addButtons, addElement } from './gui-parts.ts';
import { pickFiles } from './pick-files.ts';

type Painted = PageState['library']['styles'][number];

export function paintedStrip(folder: GUI, page: Page): void {
  const { store, commands } = page;
  const strip = addElement(folder, 'div', 'gallery painted');
  const shares = addElement(folder, 'div', 'shares');
  const items = new Map<string, HTMLElement>();
  /** What is shown, or is being faded to. */
  const shown = ({ library }: PageState) => library.fadesTo?.styles ?? library.shown;
  const mark = () => {
    const now = shown(store.state);
    for (const [id, item] of items) {
      const isShown = now.some((style) => style.id === id);
      item.classList.toggle('chosen', isShown);
      item.querySelector('.show')!.setAttribute('aria-pressed', `${isShown}`);
      const plus = item.querySelector<HTMLButtonElement>('.mix')!;
      const others = now.length - (isShown ? 1 : 0);
      plus.hidden = others === 0;
      plus.textContent = isShown ? '−' : '+';
      plus.title = isShown ? 'Take out of the mix' : 'Mix in';
      plus.setAttribute('aria-label', plus.title);
    }
    showShares(shares, store.state, now, commands);
  };
  store.watch(
    (state) => state.library.styles,
    (styles) => {
      items.clear();
      for (const style of styles) items.set(style.id, paintedItem(style, commands));
      strip.replaceChildren(...items.values());
      mark();
    },
  );
  store.watch(shown, mark);

  // In place of its name, so that this one is the strip's own.
  const { Rename: renaming } = addButtons(folder, {
    Rename() {
      const id = onlyShown(store.state);
      const style = store.state.library.styles.find((one) => one.id === id);
      if (style) rename(items.get(style.id)!, style, commands);
    },
  });
  const buttons = addActions(folder, page, 'library.export', 'library.delete');
  buttons.prepend(renaming);
  store.watch(
    (state) => onlyShown(state) === null,
    (none) => {
      renaming.disabled = none;
    },
  );
  const more = addActions(folder, page, 'library.undo', 'library.redo');
  const { 'Open …': opening } = addButtons(folder, {
    'Open …': () => void pickFiles({ accept: '.impasto' }).then((files) => commands.openFiles(openFiles(files))),
  });
  more.prepend(opening);
  // Nothing painted, nothing to handle.
  store.watch(
    ({ library }) => library.styles.length === 0 && !library.undo && !library.redo,
    (none) => {
      for (const row of [strip, buttons, more]) row.hidden = none;
    },
  );
  for (const [key, what, i] of [
    ['undo', 'Undo', 1],
    ['redo', 'Do again', 2],
  ] as const) {
    store.watch(
      (state) => state.library[key],
      (name) => {
        (more.children[i] as HTMLElement).title = name === null ? '' : `${what}: ${name}`;
      },
    );
  }
}

function paintedItem(style: Painted, commands: Commands): HTMLElement {
  const item = document.createElement('div');
  item.className = 'painted-item';
  const show = document.createElement('button');
  show.type = 'button';
  show.className = 'show thumb';
  show.title = style.detail ? `${style.name}: ${style.detail}` : style.name;
  if (style.thumbnail) {
    const image = document.createElement('img');
    image.alt = '';
    image.src = style.thumbnail;
    show.append(image);
  }
  const name = document.createElement('span');
  name.textContent = style.name;
  show.append(name);
  show.addEventListener('click', (event) => void commands.showPainted(style.id, event.shiftKey));
  const mix = document.createElement('button');
  mix.type = 'button';
  mix.className = 'mix';
  mix.addEventListener('click', () => void commands.showPainted(style.id, true));
  item.append(show, mix);
  return item;
}

/** A slider for each style of a mix; what is there stays while it is dragged. */
function showShares(
  host: HTMLElement,
  { library }: PageState,
  now: readonly { id: string; weight: number }[],
  commands: Commands,
): void {
  const mix = now.length > 1 ? now : [];
  const total = mix.reduce((sum, { weight }) => sum + weight, 0);
  const key = mix.map(({ id }) => `${id} ${nameIn(library, id)}`).join('\n');
  if (host.dataset.mix !== key) {
    host.dataset.mix = key;
    host.replaceChildren(...mix.map(({ id }) => shareRow(id, nameIn(library, id), commands)));
  }
  for (const [i, { weight }] of mix.entries()) {
    const row = host.children[i];
    const slider = row.querySelector('input')!;
    if (document.activeElement !== slider || !slider.matches(':active')) slider.value = `${weight}`;
    row.querySelector('output')!.textContent = total > 0 ? `${Math.round((100 * weight) / total)} %` : '';
  }
}

const nameIn = ({ styles }: PageState['library'], id: string) => styles.find((style) => style.id === id)?.name ?? '';

function shareRow(id: string, name: string, commands: Commands): HTMLElement {
  const row = document.createElement('label');
  const label = document.createElement('span');
  label.textContent = name;
  label.title = name;
  const slider = document.createElement('input');
  slider.type = 'range';
  slider.min = '0';
  slider.max = '1';
  slider.step = '0.01';
  slider.addEventListener('input', () => commands.weighPainted(id, slider.valueAsNumber));
  slider.addEventListener('change', () => commands.endWeighing());
  row.append(label, slider, document.createElement('output'));
  return row;
}

/** In place of the name: enter takes it, escape leaves it as it was. */
function rename(item: HTMLElement, style: Painted, commands: Commands): void {
  const field = document.createElement('input');
  field.className = 'rename';
  field.value = style.name;
  field.setAttribute('aria-label', `New name of ${style.name}`);
  let open = true;
  const close = (take: boolean) => {
    if (!open) return;
    open = false;
    field.remove();
    if (take && field.value.trim()) void commands.renamePainted(style.id, field.value);
  };
  field.addEventListener('keydown', ({ key }) => {
    if (key === 'Enter' || key === 'Escape') close(key === 'Enter');
  });
  field.addEventListener('blur', () => close(true));
  item.append(field);
  field.select();
  field.focus();
}
