// Where the curves of training are: nothing of them is loaded before there is one.

import type GUI from 'lil-gui';
import type { PageState } from '../page-state.ts';
import type { Store } from '../store.ts';
import { addElement } from './gui-parts.ts';

export function addCurves(folder: GUI, store: Store<PageState>): void {
  const host = addElement(folder, 'div', 'curves');
  let chart: Promise<(training: PageState['training']) => void> | null = null;
  let waiting = false;
  const draw = async () => {
    waiting = false;
    // One point is no curve.
    host.hidden = store.state.training.losses.length < 2;
    if (host.hidden) return;
    chart ??= import('./curve-chart.ts').then(({ curveChart }) => curveChart(host));
    try {
      (await chart)(store.state.training);
    } catch (error) {
      // Offline, say: tried again with the next point.
      chart = null;
      console.debug('no curves', error);
    }
  };
  const later = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => void draw());
  };
  store.watch((state) => state.training.losses, later);
  store.watch((state) => state.training.holdouts, later);
}
