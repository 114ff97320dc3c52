// At which resolution the field is rendered. Three kinds of frame: while the view moves, as many pixels as the
// time budget buys, never fewer than a floor; while it is still, four times as many with each frame until the
// screen's resolution is reached or a frame would take too long; while the engine trains or styles, few, so that
// most of the time goes to the work. The cost of a pixel is learnt from the frames themselves.

export interface Size {
  width: number;
  height: number;
}

/** Below this long side a picture is mush, whatever the adapter. Pixels. */
const FLOOR_LONG_SIDE = 96;
/** A still frame may take this long: the view cannot be moved meanwhile. */
const STILL_MS = 900;
/** A still view is refined this far whatever it costs: one disturbed frame would else leave it at the floor for good. */
const STILL_LONG_SIDE = 128;
/** Fourfold each: from the smallest budget to any screen. */
const MOST_REFINEMENTS = 16;
/** Long sides are rounded to this, so that few sizes occur and buffers can be kept. Pixels. */
const SIZE_STEP = 32;

export class FrameBudget {
  /** Milliseconds a pixel, running means. */
  private readonly costs = { marched: 0, baked: 0 };
  /** How the field is drawn now: the two ways differ ten times and more in cost. */
  way: 'marched' | 'baked' = 'marched';

  /** @param fixedLongSide renders at this size always, for tests and odd machines */
  constructor(
    public budgetMs: number,
    public fixedLongSide?: number,
  ) {}

  private get cost(): number {
    return this.costs[this.way];
  }

  private set cost(ms: number) {
    this.costs[this.way] = ms;
  }

  /**
   * Tells how long a frame took. Cheaper frames are believed at once, since all that disturbs makes frames dearer;
   * `shared` (the adapter had other work) ones that were dearer hardly at all.
   */
  measured(size: Size, ms: number, shared: boolean): void {
    const cost = ms / (size.width * size.height);
    if (this.cost === 0 || cost < this.cost) this.cost = cost;
    else this.cost += (shared ? 0.02 : 0.3) * (cost - this.cost);
  }

  /**
   * Size of the next frame.
   * @param full the screen's size in pixels
   * @param refinement 0 while moving or working, then 1, 2, ... for each still frame
   */
  size(full: Size, refinement: number): Size {
    const longSide = Math.max(full.width, full.height);
    if (this.fixedLongSide) return scaled(full, this.fixedLongSide / longSide);
    const wanted = this.cost === 0 ? 0 : (this.budgetMs / this.cost) * 4 ** refinement;
    const affordable = this.cost === 0 ? 0 : Math.max(this.budgetMs, refinement > 0 ? STILL_MS : 0) / this.cost;
    const always = refinement > 0 ? full.width * full.height * (STILL_LONG_SIDE / longSide) ** 2 : 0;
    const pixels = Math.min(wanted, Math.max(affordable, always), full.width * full.height);
    const scale = Math.sqrt(pixels / (full.width * full.height));
    const rounded = Math.max(FLOOR_LONG_SIDE, Math.floor((longSide * scale) / SIZE_STEP + 1e-6) * SIZE_STEP);
    return scaled(full, Math.min(1, rounded / longSide));
  }

  /**
   * The next refinement of a still view whose frame is larger than the last one, or null where there is none. Steps
   * that lead nowhere are left out: under a tight budget the first few are all at the floor.
   */
  nextRefinement(full: Size, last: Size, refinement: number): number | null {
    const pixels = last.width * last.height;
    for (let next = refinement + 1; next <= refinement + MOST_REFINEMENTS; next++) {
      const { width, height } = this.size(full, next);
      if (width * height > pixels) return next;
    }
    return null;
  }
}

function scaled(full: Size, scale: number): Size {
  return {
    width: Math.max(2, Math.round(full.width * scale)),
    height: Math.max(2, Math.round(full.height * scale)),
  };
}
