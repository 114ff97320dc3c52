// The line at the bottom: what is being done, how far and how long still, field size, feature network, adapter.

import { fractionOf, jobLine, TimeLeft } from './job-line.ts';
import type { PageState } from './page-state.ts';
import type { Store } from './store.ts';

export function statusLine(
  parent: HTMLElement,
  store: Store<PageState>,
  on: { help: () => void; panels: () => void },
): void {
  const host = document.createElement('footer');
  host.className = 'status';
  const track = part(host, 'track');
  const timeLeft = new TimeLeft();
  const doing = (state: PageState) => jobLine(state, timeLeft.of(state.jobs[0] ?? null, fractionOf(state)));
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
  store.watch(fractionOf, (fraction) => {
    track.hidden = fraction === null;
    track.style.width = `${100 * (fraction ?? 0)}%`;
  });
  const help = button(host, 'Keys', on.help);
  help.title = 'All keys (?)';
  const panels = button(host, 'Controls', on.panels);
  panels.title = 'The panels (m)';
  panels.setAttribute('aria-controls', 'panels');
  store.watch(
    (state) => state.layout.panels,
    (there) => panels.setAttribute('aria-expanded', `${there}`),
  );
  parent.append(host);
}

function button(host: HTMLElement, text: string, onClick: () => void): HTMLButtonElement {
  const element = document.createElement('button');
  element.type = 'button';
  element.textContent = text;
  element.addEventListener('click', onClick);
  host.append(element);
  return element;
}

function part(host: HTMLElement, className: string): HTMLElement {
  const element = document.createElement('span');
  element.className = className;
  host.append(element);
  return element;
}
