// The line at the bottom: what is being done and how far, speed, field size, feature network, adapter.

import type { PageState } from './page-state.ts';
import type { Store } from './store.ts';

export function statusLine(parent: HTMLElement, store: Store<PageState>, onHelp: () => void): void {
  const host = document.createElement('footer');
  host.className = 'status';
  const track = part(host, 'track');
  const texts: [HTMLElement, (state: PageState) => string][] = [
    [part(host, 'doing'), doing],
    [
      part(host, 'detail'),
      ({ view }) =>
        view.fieldWidth ? `${view.fieldWidth} × ${view.fieldHeight}, ${view.frameMs.toFixed(0)} ms a frame` : '',
    ],
    [part(host, 'detail'), ({ features }) => (features ? `features: ${features}` : '')],
    [part(host, 'detail'), ({ adapter, software }) => adapter + (software ? ' (software, slow)' : '')],
  ];
  for (const [element, text] of texts) {
    store.watch(text, (value) => {
      element.textContent = value;
    });
  }
  store.watch(
    (state) => state.progress?.fraction ?? null,
    (fraction) => {
      track.hidden = fraction === null;
      track.style.width = `${100 * (fraction ?? 0)}%`;
    },
  );
  const help = document.createElement('button');
  help.type = 'button';
  help.textContent = 'Keys (?)';
  help.addEventListener('click', onHelp);
  host.append(help);
  parent.append(host);
}

function doing({ busy, progress, scene, training, style }: PageState): string {
  if (progress) return progress.text || progress.task;
  if (busy === 'training') {
    const speed =
      training.rate > 0
        ? `, ${training.rate < 10 ? training.rate.toFixed(1) : Math.round(training.rate)} steps a second`
        : '';
    return `learning the scene, step ${training.step}${speed}`;
  }
  if (busy === 'stylizing') return `painting, step ${style.step} of ${style.stepCount}`;
  if (busy !== 'idle') return busy;
  if (!scene) return 'ready';
  if (training.trainedPreset === null) return `${scene.name} is open: train it to walk round it`;
  return style.applied.length
    ? `${scene.name} after ${style.applied.join(' + ')}`
    : `${scene.name}: pick a style to paint it`;
}

function part(host: HTMLElement, className: string): HTMLElement {
  const element = document.createElement('span');
  element.className = className;
  host.append(element);
  return element;
}
