// In the middle of the still empty picture, while the first scene's photographs come in: what, and how far.

import type { PageState } from './page-state.ts';
import type { Store } from './store.ts';

export function loadingCard(host: HTMLElement, store: Store<PageState>): void {
  const card = document.createElement('div');
  card.className = 'loading';
  const line = document.createElement('div');
  const bar = document.createElement('div');
  bar.className = 'bar';
  const fill = document.createElement('div');
  bar.append(fill);
  card.append(line, bar);
  host.append(card);
  store.watch(
    ({ busy, scene, progress }) => (busy === 'loading' && scene === null ? (progress?.fraction ?? 0) : null),
    (fraction) => {
      card.hidden = fraction === null;
      fill.style.width = `${100 * (fraction ?? 0)}%`;
      line.textContent = `${store.state.jobs[0]?.title ?? 'opening'}, ${Math.round(100 * (fraction ?? 0))} %`;
    },
  );
}
