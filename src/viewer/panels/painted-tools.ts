// In the style panel: the shares of a mix, and what can be done with the painting that is shown.

import type GUI from 'lil-gui';
import { openFiles } from '../../scene/files-source.ts';
import type { Commands } from '../actions/index.ts';
import { onlyShown } from '../actions/library.ts';
import type { Page } from '../page.ts';
import type { PageState } from '../page-state.ts';
import { addActions, addButtons, addElement } from './gui-parts.ts';
import { pickFiles } from './pick-files.ts';

type Painted = PageState['library']['styles'][number];

export function paintedTools(folder: GUI, page: Page): void {
  const { store, commands } = page;
  const shares = addElement(folder, 'div', 'shares');
  const shown = ({ library }: PageState) => library.fadesTo?.styles ?? library.shown;
  const follow = () => showShares(shares, store.state, shown(store.state), commands);
  store.watch((state) => state.library.styles, follow);
  store.watch(shown, follow);

  // In place of its name in the filmstrip.
  const { Rename: renaming } = addButtons(folder, {
    Rename() {
      const id = onlyShown(store.state);
      const style = store.state.library.styles.find((one) => one.id === id);
      const frame = style && document.querySelector<HTMLElement>(`.frame[data-style="${style.id}"]`);
      if (frame) rename(frame, style, commands);
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
      for (const row of [buttons, more]) row.hidden = none;
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
