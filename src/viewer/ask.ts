// A question over the picture with two answers. It stays until it is answered, or until what asked is cancelled.

import { Cancelled } from '../errors.ts';

export interface Question {
  title: string;
  text: string;
  yes: string;
  no: string;
}

/** @returns whether it was answered with yes. @throws Cancelled when the signal fires before */
export function ask(parent: HTMLElement, { title, text, yes, no }: Question, signal?: AbortSignal): Promise<boolean> {
  const overlay = document.createElement('div');
  overlay.className = 'card-overlay';
  const card = document.createElement('section');
  card.className = 'card question';
  card.setAttribute('role', 'dialog');
  card.setAttribute('aria-label', title);
  const heading = document.createElement('h2');
  heading.textContent = title;
  const words = document.createElement('p');
  words.textContent = text;
  const buttons = document.createElement('div');
  buttons.className = 'buttons';
  card.append(heading, words, buttons);
  overlay.append(card);
  return new Promise<boolean>((resolve, reject) => {
    const button = (label: string, answer: boolean) => {
      const element = document.createElement('button');
      element.type = 'button';
      element.textContent = label;
      element.addEventListener('click', () => resolve(answer));
      buttons.append(element);
      return element;
    };
    const first = button(yes, true);
    first.classList.add('primary');
    button(no, false);
    if (signal?.aborted) return reject(new Cancelled());
    signal?.addEventListener('abort', () => reject(new Cancelled()), { once: true });
    // Where what asks can be cancelled, escape is that; elsewhere it is no.
    if (!signal) card.dataset.escapes = '';
    card.addEventListener('keydown', (event) => {
      if (signal || event.key !== 'Escape') return;
      event.stopPropagation();
      resolve(false);
    });
    parent.append(overlay);
    first.focus();
  }).finally(() => overlay.remove());
}
