// Keeps the painting's bake up with the painting, in the background: made anew a moment after the last change, once the
// engine rests; while it still paints, only where that costs little.

import type { ImpastoSession } from '../../session/types.ts';

/** Without a change for so long, nothing more is coming. */
const REST_MS = 600;
/** While the engine paints, baking takes at most one part in this many of the time. */
const PAINTING_SHARE = 10;

export class AutoBake {
  private wanted = true;
  private behind = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private baking = false;
  private lastEnd = Number.NEGATIVE_INFINITY;
  private lastMs = 0;
  private waiting: (() => void)[] = [];

  /** @param slow the adapter bakes for seconds: not while it paints */
  constructor(
    private readonly session: Pick<ImpastoSession, 'state' | 'on' | 'bake'>,
    private readonly slow: boolean,
    private readonly onError: (error: Error) => void,
  ) {
    session.on('changed', ({ reason }) => {
      const isBaked = reason === 'shown' && session.state.baked !== null;
      if (isBaked) this.rest();
      else this.onChange();
    });
  }

  /** Whether bakes are wanted at all. */
  setWanted(wanted: boolean): void {
    this.wanted = wanted;
    if (wanted && this.behind) this.onChange();
    else this.tellSettled();
  }

  /** Resolves when the bake is up with the painting, or none is on its way. */
  settled(): Promise<void> {
    if (!this.baking && !this.isDue('idle')) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Whether a painting that is seen changed, and the engine is `busy` with just that. */
  private isDue(busy: 'idle' | 'stylizing'): boolean {
    const { state } = this.session;
    return this.wanted && this.behind && state.busy === busy && state.painted;
  }

  /** What is shown now was baked before, and nothing has been painted since. */
  private rest(): void {
    this.behind = false;
    this.tellSettled();
  }

  private onChange(): void {
    this.behind = true;
    this.arm();
    const due = this.lastEnd + PAINTING_SHARE * this.lastMs;
    if (!this.slow && performance.now() > due) void this.bake('stylizing');
  }

  /** Tries after a rest, and again after each as long as the engine is busy: its end may change nothing more. */
  private arm(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const { busy, painted } = this.session.state;
      if (busy !== 'idle' && this.behind && this.wanted && painted) this.arm();
      else void this.bake('idle');
    }, REST_MS);
  }

  private async bake(busy: 'idle' | 'stylizing'): Promise<void> {
    if (this.baking) return;
    if (!this.isDue(busy)) return this.tellSettled();
    this.behind = false;
    this.baking = true;
    const started = performance.now();
    try {
      // The page has timed the adapter: some hide that they are software.
      await this.session.bake({ slow: this.slow });
    } catch (error) {
      this.onError(error as Error);
    } finally {
      this.baking = false;
      this.lastEnd = performance.now();
      this.lastMs = this.lastEnd - started;
    }
    // It changed while it was baked: its rest may have come and gone.
    if (this.behind) this.onChange();
    this.tellSettled();
  }

  private tellSettled(): void {
    if (this.isDue('idle')) return;
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
