// The places of the page besides the picture: panels that fold away, over the picture on a narrow page, and what the
// picture is called for those who do not see it.

import type { PageState } from './page-state.ts';
import type { Store } from './store.ts';

/** As in the style sheet: narrower pages have the panels over the picture. */
const NARROW = '(max-width: 760px)';

export function panelHost(app: HTMLElement, store: Store<PageState>): HTMLElement {
  const panels = document.createElement('aside');
  panels.className = 'panels';
  panels.id = 'panels';
  panels.setAttribute('aria-label', 'Controls');
  const close = document.createElement('button');
  close.type = 'button';
  close.className = 'fold';
  close.textContent = 'Done';
  close.addEventListener('click', () => {
    store.update('layout', { panels: false });
    document.querySelector<HTMLElement>('.status [aria-controls]')?.focus();
  });
  panels.append(close);
  app.append(panels);
  const narrow = matchMedia(NARROW);
  const followWidth = () => store.update('layout', { panels: !narrow.matches });
  narrow.addEventListener('change', followWidth);
  followWidth();
  store.watch(
    (state) => state.layout.panels,
    (there) => {
      app.classList.toggle('no-panels', !there);
      panels.inert = !there;
    },
  );
  return panels;
}

/** The picture has the focus of its own: the keys that turn it work from anywhere, and are told here. */
export function nameView(host: HTMLElement, store: Store<PageState>): void {
  const canvas = host.querySelector('canvas');
  if (!canvas) return;
  canvas.tabIndex = 0;
  canvas.setAttribute('role', 'application');
  canvas.setAttribute('aria-roledescription', '3D view');
  store.watch(viewName, (name) => canvas.setAttribute('aria-label', name));
  host.addEventListener('pointerdown', ({ target }) => target === canvas && canvas.focus({ preventScroll: true }));
}

export function viewName({ scene, style }: Pick<PageState, 'scene' | 'style'>): string {
  if (!scene) return 'No scene yet';
  const painted = style.applied.length ? ` painted after ${style.applied.join(' and ')}` : '';
  return `${scene.name}${painted}. Shift and arrows turn it, plus and minus come nearer and go back, h is home.`;
}
