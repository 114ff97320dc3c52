// Short messages over the picture: one sentence, gone after a while, errors stay longer. The same sentence is not
// stacked, and few are shown at once. Also keeps the list for tests and for those who looked away.

export type NoticeLevel = 'info' | 'warning' | 'error';

export interface Notice {
  level: NoticeLevel;
  text: string;
}

const SHOWN_MS: Record<NoticeLevel, number> = { info: 4500, warning: 8000, error: 12000 };
const KEPT = 50;
/** On screen at once: more would cover the picture. */
const MOST_SHOWN = 3;

export class Notices {
  readonly history: Notice[] = [];
  private readonly host: HTMLElement;

  constructor(parent: HTMLElement) {
    this.host = document.createElement('div');
    this.host.className = 'notices';
    this.host.setAttribute('role', 'status');
    this.host.setAttribute('aria-live', 'polite');
    parent.append(this.host);
  }

  show(level: NoticeLevel, text: string): void {
    this.history.push({ level, text });
    if (this.history.length > KEPT) this.history.shift();
    for (const old of [...this.host.children]) if (old.textContent === text) old.remove();
    const item = document.createElement('button');
    item.className = `notice ${level}`;
    item.textContent = text;
    item.title = 'Dismiss';
    item.addEventListener('click', () => item.remove());
    this.host.append(item);
    while (this.host.children.length > MOST_SHOWN) this.host.firstElementChild!.remove();
    setTimeout(() => {
      item.classList.add('leaving');
      setTimeout(() => item.remove(), 300);
    }, SHOWN_MS[level]);
  }
}
