// The filmstrip below the picture: every style of this scene, at a click. One stop of Tab, arrows go along it; a style
// that is under way has its ring, one that was cut short the button that goes on with it.

import { openFiles } from '../../scene/files-source.ts';
import { MOST_MIXED } from '../../session/library.ts';
import type { Page } from '../page.ts';
import { pickFiles } from '../panels/pick-files.ts';
import { type Frame, framesAsTheyChange, ORIGINAL, stateWords } from './frames.ts';

export function filmStrip(parent: HTMLElement, page: Page): void {
  const { store } = page;
  const strip = document.createElement('div');
  strip.className = 'film';
  strip.setAttribute('role', 'toolbar');
  strip.setAttribute('aria-label', 'Styles');
  const own = ownFrame(page);
  strip.append(own);
  const place = document.createElement('nav');
  place.setAttribute('aria-label', 'Styles of this scene');
  place.append(strip);
  parent.append(place);
  const items = new Map<string, FrameItem>();
  const frames = framesAsTheyChange();
  store.watch(frames, (now) => {
    const mixable = now.filter(({ shown, id }) => shown && id !== null).length;
    for (const [key, item] of items) {
      if (now.some((frame) => frame.key === key)) continue;
      item.element.remove();
      items.delete(key);
    }
    now.forEach((frame, i) => {
      const item = items.get(frame.key) ?? new FrameItem(page);
      items.set(frame.key, item);
      item.show(frame, mixable);
      if (strip.children[i] !== item.element) strip.insertBefore(item.element, strip.children[i] ?? own);
    });
    const shown = now.find((frame) => frame.shown);
    // Where one is in it, one stays.
    const present = strip.contains(document.activeElement) ? strip.querySelector('[tabindex="0"]') : null;
    rove(strip, present ?? (shown && items.get(shown.key)?.main) ?? strip.querySelector('.show') ?? own);
    strip.hidden = now.length === 0;
  });
  store.watch(
    (state) => frames(state).find(({ shown }) => shown)?.key,
    (key) => key !== undefined && items.get(key)?.element.scrollIntoView({ block: 'nearest', inline: 'nearest' }),
  );
  moveByKeys(strip);
  // A wheel that goes up and down alone goes along it too.
  strip.addEventListener('wheel', ({ deltaX, deltaY }) => strip.scrollBy(deltaX === 0 ? deltaY : 0, 0), {
    passive: true,
  });
}

class FrameItem {
  readonly element = document.createElement('div');
  readonly main = document.createElement('button');
  private readonly image = document.createElement('img');
  private readonly name = document.createElement('span');
  private readonly ring = document.createElement('i');
  private readonly mix = smallButton('mix');
  private readonly more = smallButton('more');
  private frame!: Frame;

  constructor(private readonly page: Page) {
    this.element.className = 'frame';
    this.main.type = 'button';
    this.main.className = 'show';
    this.image.alt = '';
    this.image.draggable = false;
    this.image.loading = 'lazy';
    this.main.append(this.ring, this.name);
    this.element.append(this.main, this.mix, this.more);
    this.main.addEventListener('click', (event) => this.press(event.shiftKey));
    this.mix.addEventListener('click', () => void page.commands.showPainted(this.frame.id!, true));
    this.more.addEventListener('click', () => this.pressMore());
  }

  /** @param mixed paintings that are shown now */
  show(frame: Frame, mixed: number): void {
    this.frame = frame;
    const { element, main, image, name, mix, more, ring } = this;
    const { state, shown, share, id } = frame;
    element.dataset.state = state;
    element.dataset.key = frame.key;
    element.dataset.style = id ?? '';
    element.classList.toggle('painted-item', id !== null);
    element.classList.toggle('chosen', shown);
    main.setAttribute('aria-pressed', `${shown}`);
    main.setAttribute('aria-label', `${frame.name}, ${stateWords(frame)}`);
    main.title = [frame.name, frame.detail || stateWords(frame)].join(': ');
    name.textContent = frame.name;
    if (frame.thumbnail === null) image.remove();
    else {
      if (image.getAttribute('src') !== frame.thumbnail) image.src = frame.thumbnail;
      if (!image.isConnected) main.prepend(image);
    }
    ring.hidden = share === null;
    ring.style.setProperty('--share', `${share ?? 0}`);
    ring.dataset.words = share === null ? '' : `${Math.round(100 * share)}`;

    const others = mixed - (shown ? 1 : 0);
    mix.hidden = id === null || others === 0 || (!shown && mixed >= MOST_MIXED) || state === 'painting';
    label(mix, shown ? '−' : '+', shown ? `Take ${frame.name} out of the mix` : `Mix ${frame.name} in`);
    more.hidden = state === 'ready' || state === 'new';
    if (state === 'unfinished') label(more, 'Go on', `Go on with ${frame.name}`);
    else label(more, '×', state === 'waiting' ? `Do not paint ${frame.name}` : `Stop painting ${frame.name}`);
  }

  private press(mixIn: boolean): void {
    const { frame, page } = this;
    if (frame.key === ORIGINAL) void page.commands.showOriginal();
    else if (frame.id !== null) void page.commands.showPainted(frame.id, mixIn);
    else if (frame.bundled && (frame.state === 'new' || frame.state === 'ready'))
      void page.commands.chooseBundledStyle(frame.bundled);
  }

  private pressMore(): void {
    const { frame, page } = this;
    if (frame.state === 'unfinished') void page.commands.goOnPainting(frame.id!);
    else void page.commands.stopPainting(frame.name);
    this.main.focus();
  }
}

function smallButton(className: string): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = className;
  button.tabIndex = -1;
  return button;
}

function label(button: HTMLButtonElement, text: string, words: string): void {
  if (button.textContent !== text) button.textContent = text;
  button.title = words;
  button.setAttribute('aria-label', words);
}

/** After the others: any picture. */
function ownFrame({ commands }: Page): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'own';
  button.innerHTML = '<b aria-hidden="true">+</b><span>your own picture</span>';
  button.title = 'Pick any picture, or drop or paste one';
  button.addEventListener(
    'click',
    () => void pickFiles({ accept: 'image/*' }).then((files) => commands.openFiles(openFiles(files))),
  );
  return button;
}

/** The one stop of Tab; with a frame its small buttons are stops too. */
function rove(strip: HTMLElement, to: Element): void {
  for (const button of strip.querySelectorAll('button')) {
    const isOf = button === to || (button.parentElement !== strip && button.parentElement === to.parentElement);
    button.tabIndex = isOf ? 0 : -1;
  }
}

function moveByKeys(strip: HTMLElement): void {
  const mains = () => [...strip.querySelectorAll<HTMLElement>('.show, .own')];
  strip.addEventListener('focusin', ({ target }) => {
    const item = target instanceof Element ? (target.closest('.frame')?.querySelector('.show') ?? target) : null;
    if (item) rove(strip, item);
  });
  strip.addEventListener('keydown', (event) => {
    const all = mains();
    const at = all.findIndex((one) => one.closest('.frame, .own')!.contains(document.activeElement));
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    all[Math.min(all.length - 1, Math.max(0, to))].focus();
  });
}
