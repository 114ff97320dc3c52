// Keys, and the card that lists them.

import type { Commands } from './commands.ts';
import type { PageState } from './page-state.ts';
import type { Store } from './store.ts';

const KEYS: [keys: string, what: string][] = [
  ['drag', 'turn round the scene (two fingers or right button: move; wheel or pinch: nearer, farther)'],
  ['space', 'train, pause'],
  ['p', 'paint with the chosen style'],
  ['o', 'back to the original colours'],
  ['c', 'compare: original | painted'],
  ['g  f  a', 'grid, cameras, axes'],
  ['←  →', 'look through the previous, next camera'],
  ['t  e', 'the photograph taken there; how far the field differs from it'],
  ['i', 'where the view disagrees with its nearest camera'],
  ['ctrl z', 'undo; with shift: do it again'],
  ['r  b', 'pick a region in the view; paint one with the brush'],
  ['s', 'save the view as a picture'],
  ['esc', 'cancel loading, painting or export; close this'],
  ['?', 'this list'],
];

/** @returns shows or hides the card */
export function shortcuts(parent: HTMLElement, store: Store<PageState>, commands: Commands): () => void {
  const ground = document.createElement('div');
  ground.className = 'card-ground';
  ground.hidden = true;
  const card = document.createElement('div');
  card.className = 'card';
  card.setAttribute('role', 'dialog');
  const list = document.createElement('dl');
  for (const [keys, what] of KEYS) {
    const [term, meaning] = [document.createElement('dt'), document.createElement('dd')];
    term.textContent = keys;
    meaning.textContent = what;
    list.append(term, meaning);
  }
  const heading = document.createElement('h2');
  heading.textContent = 'Keys';
  card.append(heading, list);
  ground.append(card);
  parent.append(ground);
  const toggle = () => {
    ground.hidden = !ground.hidden;
  };

  const flip = (key: 'grid' | 'cameras' | 'gizmo') => store.update('view', { [key]: !store.state.view[key] });
  const actions: Record<string, () => void> = {
    ' ': () => void commands.toggleTraining(),
    p: () => void commands.paint(),
    o: () => void commands.clearStyle(),
    c: () => store.update('compare', { on: !store.state.compare.on }),
    g: () => flip('grid'),
    f: () => flip('cameras'),
    a: () => flip('gizmo'),
    ArrowLeft: () => void commands.stepView(-1),
    ArrowRight: () => void commands.stepView(1),
    t: () => void commands.showView('photograph'),
    e: () => void commands.showView('error'),
    i: () => commands.showAgreement(!store.state.agreement.on),
    s: () => void commands.saveStill(),
    r: () => commands.regions.setTool('pick'),
    b: () => commands.regions.setTool('brush'),
    '?': toggle,
    Escape: () => {
      ground.hidden = true;
      store.update('regions', { tool: 'turn' });
      void commands.cancel();
    },
  };
  window.addEventListener('keydown', (event) => {
    const target = event.target as HTMLElement;
    if (target.closest('input, select, textarea')) return;
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'z') {
      event.preventDefault();
      void (event.shiftKey ? commands.redo() : commands.undo());
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // A focused button keeps its own space key.
    if (event.key === ' ' && target.closest('button')) return;
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  return toggle;
}
