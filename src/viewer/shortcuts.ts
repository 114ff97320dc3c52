// Keys, and the card that lists them: both are read from the actions. A key works wherever the focus is, unless one
// types text there, or it is the very key by which what has the focus is used.

import { keyLabel, pressedKey, titleOf } from './actions/action.ts';
import { ACTIONS } from './actions/index.ts';
import type { Page } from './page.ts';

/** What is done in the view without a key. */
const HANDS: [keys: string, what: string][] = [
  ['drag', 'turn round the scene (two fingers or right button: move; wheel or pinch: nearer, farther)'],
  ['double click', 'turn round what is there'],
];

/** @returns shows or hides the card */
export function shortcuts(parent: HTMLElement, page: Page): () => void {
  const { overlay, toggle } = helpCard(parent, page);
  const actions = new Map(ACTIONS.flatMap((action) => (action.keys ?? []).map((key) => [key, action] as const)));
  const onKey = (event: KeyboardEvent) => {
    const pressed = pressedKey(event);
    if (event.altKey || (event.repeat && !MOVES.test(pressed))) return;
    if (event.target instanceof Element && keepsForItself(event.target, pressed)) return;
    if (pressed === '?' || (pressed === 'Escape' && !overlay.hidden)) toggle();
    else if (actions.has(pressed)) {
      page.store.patch({ opening: false });
      void actions.get(pressed)!.run(page);
    } else return;
    event.preventDefault();
  };
  // On the way down: lil-gui lets no key out of its panels.
  window.addEventListener('keydown', onKey, { capture: true });
  return toggle;
}

const TEXT = 'textarea, input:not([type]), input[type=text], input[type=search], input[type=number], [contenteditable]';
const ARROWS = /^Arrow/;
/** What goes on while it is held. */
const MOVES = /Arrow|^[-+]$/;

/** Whether what has the focus uses the key itself: text all of them, a button its space, a slider or a list its arrows. */
export function keepsForItself(focus: Pick<Element, 'closest'>, key: string): boolean {
  if (focus.closest(TEXT)) return true;
  // A question is to be answered first; one that can be cancelled, is by escape.
  if (focus.closest('.question')) return key !== 'Escape' || focus.closest('[data-escapes]') !== null;
  // Undo and redo are of the page everywhere else.
  if (key.startsWith('ctrl+')) return false;
  if (focus.closest('select')) return key === ' ' || ARROWS.test(key);
  if (focus.closest('input[type=range], [role=slider], [role=toolbar]') && ARROWS.test(key)) return true;
  return key === ' ' && focus.closest('button, a, summary, input[type=checkbox], [role=button]') !== null;
}

function helpCard(parent: HTMLElement, page: Page) {
  const overlay = document.createElement('div');
  overlay.className = 'card-overlay';
  overlay.hidden = true;
  const card = document.createElement('div');
  card.className = 'card help';
  card.setAttribute('role', 'dialog');
  card.setAttribute('aria-modal', 'true');
  card.setAttribute('aria-labelledby', 'help-title');
  const heading = document.createElement('h2');
  heading.id = 'help-title';
  heading.textContent = 'Keys';
  const close = document.createElement('button');
  close.type = 'button';
  close.className = 'close';
  close.textContent = '×';
  close.setAttribute('aria-label', 'Close');
  const list = document.createElement('dl');
  const lines = [
    ...HANDS,
    ...ACTIONS.filter(({ keys }) => keys).map((action): [string, string] => [
      action.keys!.map(keyLabel).join(', '),
      action.help ?? titleOf(action, page.store.state).toLowerCase(),
    ]),
    ['?', 'this list'],
  ];
  for (const [keys, what] of lines) {
    // One of each in a line of its own, so that columns break between lines.
    const [line, term, meaning] = ['div', 'dt', 'dd'].map((tag) => document.createElement(tag));
    term.textContent = keys;
    meaning.textContent = what;
    line.append(term, meaning);
    list.append(line);
  }
  card.append(close, heading, list);
  overlay.append(card);
  parent.append(overlay);
  let before: Element | null = null;
  const toggle = () => {
    overlay.hidden = !overlay.hidden;
    if (!overlay.hidden) {
      before = document.activeElement;
      close.focus();
    } else if (before instanceof HTMLElement) before.focus();
  };
  close.addEventListener('click', toggle);
  return { overlay, toggle };
}
