// Small helpers for lil-gui: our own elements among its rows, and controls that follow the store.

import type { Controller, GUI } from 'lil-gui';
import { isPrimary, keyLabel, titleOf } from '../actions/action.ts';
import { actionBy } from '../actions/index.ts';
import type { Page } from '../page.ts';
import type { PageState } from '../page-state.ts';
import type { Store } from '../store.ts';

/** Appends an element of ours to a folder. */
export function addElement<K extends keyof HTMLElementTagNameMap>(
  folder: GUI,
  tag: K,
  className: string,
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.className = className;
  folder.$children.append(element);
  return element;
}

/** A row of buttons side by side. */
export function addButtons(folder: GUI, buttons: Record<string, () => void>): Record<string, HTMLButtonElement> {
  const row = addElement(folder, 'div', 'buttons');
  const made: Record<string, HTMLButtonElement> = {};
  for (const [label, onClick] of Object.entries(buttons)) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = label;
    button.addEventListener('click', onClick);
    row.append(button);
    made[label] = button;
  }
  return made;
}

/** A row of buttons of actions, each as its action says: title, whether it can be pressed, and by which key too. */
export function addActions(folder: GUI, page: Page, ...ids: string[]): HTMLElement {
  const row = addElement(folder, 'div', 'buttons');
  for (const action of ids.map(actionBy)) {
    const button = document.createElement('button');
    button.type = 'button';
    // The second click of a double click is meant for the first.
    button.addEventListener('click', ({ detail }) => detail > 1 || void action.run(page));
    if (action.keys) button.title = `${action.help ?? titleOf(action, page.store.state)} (${keyLabel(action.keys[0])})`;
    page.store.watch(
      (state) => titleOf(action, state),
      (title) => {
        button.textContent = title;
      },
    );
    page.store.watch(
      (state) => isPrimary(action, state),
      (primary) => void button.classList.toggle('primary', primary),
    );
    page.store.watch(
      (state) => action.enabled?.(state) ?? true,
      (enabled) => {
        button.disabled = !enabled;
      },
    );
    row.append(button);
  }
  return row;
}

/** One line of text that follows the store. */
export function addText(folder: GUI, store: Store<PageState>, text: (state: PageState) => string): HTMLElement {
  const line = addElement(folder, 'p', 'line');
  store.watch(text, (value) => {
    line.textContent = value;
    line.hidden = value === '';
  });
  return line;
}

/** A bar that shows a share 0..1 while there is one. */
export function addProgress(
  folder: GUI,
  store: Store<PageState>,
  share: (state: PageState) => number | null,
): HTMLElement {
  const bar = addElement(folder, 'div', 'bar');
  const fill = document.createElement('div');
  bar.append(fill);
  store.watch(share, (value) => {
    bar.hidden = value === null;
    fill.style.width = `${100 * Math.min(1, Math.max(0, value ?? 0))}%`;
  });
  return bar;
}

/**
 * Keeps a controller's own record in step with the store: lil-gui edits a plain object, so each panel has one,
 * and the store's value is copied into it whenever it changes elsewhere.
 */
export function follow<R extends object, K extends keyof R>(
  controller: Controller,
  record: R,
  key: K,
  store: Store<PageState>,
  select: (state: PageState) => R[K],
): void {
  store.watch(select, (value) => {
    record[key] = value;
    controller.updateDisplay();
  });
}
