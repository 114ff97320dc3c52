// The line of the wipe, drawn over the picture and dragged in it; arrow keys move it too. Left of it the picture
// shows the original, right of it the painting.

import type { PageState } from './page-state.ts';
import type { Store } from './store.ts';

export function wipeLine(host: HTMLElement, store: Store<PageState>): void {
  const line = document.createElement('div');
  line.className = 'wipe';
  line.tabIndex = 0;
  line.setAttribute('role', 'slider');
  line.setAttribute('aria-label', 'Line between original and painting');
  line.innerHTML = '<span class="left">original</span><span class="right">painted</span>';
  host.append(line);

  const moveTo = (position: number) => store.update('compare', { position: Math.min(1, Math.max(0, position)) });
  line.addEventListener('pointerdown', (event) => {
    // The picture under it would begin to turn.
    event.stopPropagation();
    line.setPointerCapture(event.pointerId);
  });
  line.addEventListener('pointermove', (event) => {
    if (!line.hasPointerCapture(event.pointerId)) return;
    const { left, width } = host.getBoundingClientRect();
    moveTo((event.clientX - left) / width);
  });
  line.addEventListener('keydown', (event) => {
    const by = { ArrowLeft: -0.02, ArrowRight: 0.02 }[event.key];
    if (by === undefined) return;
    event.stopPropagation();
    moveTo(store.state.compare.position + by);
  });
  store.watch(
    (state) => state.compare,
    ({ on, position }) => {
      line.hidden = !on;
      line.style.left = `${100 * position}%`;
      line.setAttribute('aria-valuenow', String(Math.round(100 * position)));
    },
  );
}
