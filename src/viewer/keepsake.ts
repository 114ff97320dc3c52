// The field as it was a while ago, kept beside the page: in memory, and in the browser's own store so that it
// outlives a lost device, a crash or a closed tab. Kept now and then while a scene is learnt, and whenever the page
// comes to rest with something new. Where the browser has no store, memory has to do.

import { get, set } from 'idb-keyval';
import type { ImpastoSession } from '../session/types.ts';

/** While training, at most so often, and never more than a fiftieth of the time. */
const EVERY_MS = 60_000;
const COST_SHARE = 50;
/** What ends is kept this much later: often something else begins at once. */
const REST_MS = 400;
const KEY = 'impasto.kept';
/** Set for the one reload that follows a lost device. */
const AGAIN = 'impasto.again';

export interface Kept {
  /** An .impasto file. */
  bytes: Uint8Array<ArrayBuffer>;
  scene: string;
  /** Name of the bundled scene that it is of, for its photographs. */
  bundled: string | null;
  step: number;
  style: string[];
  /** Date.now() */
  at: number;
}

/** What Keepsake needs of the browser's store; idb-keyval's own by default. */
export interface KeptStore {
  get(key: string): Promise<Kept | undefined>;
  set(key: string, kept: Kept): Promise<void>;
}

export class Keepsake {
  /** The last one of this visit, in memory. */
  last: Kept | null = null;
  private changed = false;
  private lastEnd = Number.NEGATIVE_INFINITY;
  private lastCost = 0;
  private keeping: Promise<void> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @param bundledName the present scene's, if it is a bundled one */
  constructor(
    private readonly session: ImpastoSession,
    private readonly bundledName: () => string | null,
    private readonly store: KeptStore = { get, set },
  ) {
    session.on('changed', ({ reason }) => this.hear(reason));
    session.on('regions', () => this.hear('shown'));
  }

  private hear(reason: 'train' | 'style' | 'load' | 'shown'): void {
    if (reason === 'load') {
      this.changed = false;
      return;
    }
    this.changed = true;
    const due = this.lastEnd + Math.max(EVERY_MS, COST_SHARE * this.lastCost);
    if (this.session.state.busy === 'training' && performance.now() > due) void this.keep();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.session.state.busy === 'idle') void this.keep();
    }, REST_MS);
  }

  /** Keeps the field now, if it changed. Never throws: there may be nothing to keep, or nowhere. */
  keep(): Promise<void> {
    const { busy, trainedSteps } = this.session.state;
    // While a style grows, what it replaces may be freed at any time.
    if (this.keeping || !this.changed || trainedSteps === 0 || (busy !== 'idle' && busy !== 'training')) {
      return this.settled();
    }
    this.changed = false;
    this.keeping = this.write()
      .catch((error: Error) => console.debug(`the field was not kept: ${error.message}`))
      .finally(() => {
        this.keeping = null;
        this.lastEnd = performance.now();
      });
    return this.keeping;
  }

  private async write(): Promise<void> {
    const { scene, trainedSteps, style } = this.session.state;
    const began = performance.now();
    const bytes = await this.session.save();
    this.lastCost = performance.now() - began;
    const bundled = this.bundledName();
    this.last = { bytes, scene: scene!.name, bundled, step: trainedSteps, style: [...style], at: Date.now() };
    await this.store.set(KEY, this.last);
  }

  /** Resolves when the field is no longer being read: what follows may replace it. */
  async settled(): Promise<void> {
    await this.keeping;
  }

  /** What an earlier visit kept, or null. */
  async earlier(): Promise<Kept | null> {
    return (await this.store.get(KEY).catch(() => undefined)) ?? null;
  }
}

/** Marks the coming reload as one that goes on with what was kept. */
export function askToGoOn(): void {
  sessionStorage.setItem(AGAIN, '1');
}

/** True once after askToGoOn(). */
export function wasAskedToGoOn(): boolean {
  const asked = sessionStorage.getItem(AGAIN) !== null;
  sessionStorage.removeItem(AGAIN);
  return asked;
}

/** "Still life, 322 steps, painted as Wave, kept 2 minutes ago" */
export function describeKept({ scene, step, style, at }: Kept, now = Date.now()): string {
  const minutes = Math.floor((now - at) / 60_000);
  const ages: [number, string][] = [
    [1, 'less than a minute ago'],
    [2, 'a minute ago'],
    [90, `${minutes} minutes ago`],
    [36 * 60, `${Math.floor(minutes / 60)} hours ago`],
    [Number.POSITIVE_INFINITY, `${Math.floor(minutes / 1440)} days ago`],
  ];
  const age = ages.find(([before]) => minutes < before)![1];
  const painted = style.length ? `, painted as ${style.join(' + ')}` : '';
  return `${scene}, ${step.toLocaleString('en')} steps${painted}, kept ${age}`;
}
