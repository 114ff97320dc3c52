// The regions as a person handles them: picked or brushed in the view, each shown in a style of its own; every edit can be
// undone. Between the panel, the pointer in the view and the engine.

import type { Growth, Region, RegionEdit, RegionStyles } from '../session/regions/types.ts';
import type { ImpastoSession } from '../session/types.ts';
import type { History } from './history.ts';
import type { PageState } from './page-state.ts';
import type { Store } from './store.ts';
import type { Tints } from './viewport/region-tint.ts';
import type { Viewport } from './viewport/viewport.ts';

/** What points regions 1..4 out: told apart from paintings, and from each other by most eyes. sRGB */
export const REGION_COLOURS = ['#ff4fa3', '#35c9ff', '#ffd23f', '#7be04b'] as const;
/** How much of it: of the region that is worked on, and of the others. */
const TINT = { active: 0.55, other: 0.28 };

/** What takes longer is said where one looks. */
const SLOW_MS = 700;

export interface PageRegionsParts {
  session: ImpastoSession;
  store: Store<PageState>;
  viewport: Viewport;
  history: History;
  /** Nothing may be changed now; that has been said. */
  refuses: () => boolean;
  onError: (error: unknown) => void;
  /** One sentence over the view. */
  say: (sentence: string) => void;
}

/** A place in the view: shares of its width and height, 0..1. */
export type Spot = readonly [x: number, y: number];

export class PageRegions {
  /** The last edit was this, and the tolerance still moves it. */
  private growth: Growth | null = null;
  private frame = 0;
  private working: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: PageRegionsParts) {
    const { session, store, viewport } = parts;
    session.on('regions', () => this.follow());
    // Names of styles, and styles themselves, may have changed.
    session.on('library', () => this.follow());
    store.watch(
      ({ regions }) => regions,
      (regions) => viewport.setTints(tintsOf(regions)),
    );
  }

  private follow(): void {
    const { session, store } = this.parts;
    const list = session.regions.list;
    const { active } = store.state.regions;
    const there = list.some(({ id }) => id === active);
    const next = there ? active : (list.at(-1)?.id ?? null);
    const tool = session.state.trainedSteps > 0 ? store.state.regions.tool : 'turn';
    store.update('regions', { list, active: next, tool });
  }

  private get active(): Region | null {
    const { list, active } = this.parts.store.state.regions;
    return list.find(({ id }) => id === active) ?? null;
  }

  /** A change that was done, as one to be undone. */
  private remember(name: string, edit: RegionEdit): void {
    this.growth = null;
    this.parts.history.add({ name, do: () => edit.redo(), undo: () => edit.undo() });
  }

  /** What comes next is about something else than the last pick. */
  letGo(): void {
    this.growth = null;
  }

  // The regions themselves

  add(): void {
    if (this.parts.refuses()) return;
    const { region, edit } = this.parts.session.regions.add();
    this.remember('add a region', edit);
    this.parts.store.update('regions', { active: region.id });
  }

  choose(id: number): void {
    this.letGo();
    this.parts.store.update('regions', { active: id });
  }

  setTool(tool: PageState['regions']['tool']): void {
    const { store } = this.parts;
    store.update('regions', { tool: store.state.regions.tool === tool ? 'turn' : tool });
  }

  /** By its name here, what is done with the region that is worked on. */
  act(what: 'delete' | 'clear' | 'invert'): void {
    const region = this.active;
    if (!region || this.parts.refuses()) return;
    const { regions } = this.parts.session;
    const edits = {
      delete: () => regions.remove(region.id),
      clear: () => regions.clear(region.id),
      invert: () => regions.invert(region.id),
    };
    this.remember(`${what} ${region.name}`, edits[what]());
  }

  setLook(look: RegionStyles | null): void {
    const region = this.active;
    if (region && !this.parts.refuses())
      this.remember(`restyle ${region.name}`, this.parts.session.regions.setLook(region.id, look));
  }

  /** Live, while the slider is held; `endDrag` when it is let go. */
  setStrength(strength: number): void {
    const look = this.active?.look;
    if (look && !this.parts.refuses())
      this.drag('change its strength', look.strength, strength, (id, to) => this.applyStrength(id, to));
  }

  endStrength(): void {
    const look = this.active?.look;
    if (look) this.endDrag('change its strength', look.strength, (id, to) => this.applyStrength(id, to));
  }

  private applyStrength(id: number, strength: number): void {
    const { regions } = this.parts.session;
    const look = regions.list.find((region) => region.id === id)?.look;
    if (look) regions.setLook(id, { ...look, strength });
  }

  setSoftness(softness: number): void {
    const region = this.active;
    if (region && !this.parts.refuses())
      this.drag('soften its border', region.softness, softness, (id, to) => this.applySoftness(id, to));
  }

  endSoftness(): void {
    const region = this.active;
    if (region) this.endDrag('soften its border', region.softness, (id, to) => this.applySoftness(id, to));
  }

  private applySoftness(id: number, softness: number): void {
    const { regions } = this.parts.session;
    if (regions.list.some((region) => region.id === id)) regions.setSoftness(id, softness);
  }

  private drag(name: string, present: number, value: number, apply: (id: number, to: number) => void): void {
    const { id } = this.active!;
    this.growth = null;
    this.parts.history.dragging(name, present, value, (to) => apply(id, to));
  }

  private endDrag(name: string, value: number, apply: (id: number, to: number) => void): void {
    const { id } = this.active!;
    this.parts.history.endDrag(name, value, (to) => apply(id, to));
  }

  // In the view

  /** Adds what is seen there to the region, or takes it away; the first pick makes a region. */
  async pick(spot: Spot, erase = false): Promise<void> {
    await this.inTurn(async () => {
      const { session, store, viewport, refuses } = this.parts;
      const view = viewport.shownView();
      if (!view || refuses()) return;
      const made = this.active ? null : session.regions.add();
      const region = this.active ?? made!.region;
      const { width, height } = view.target;
      try {
        const { tolerance } = store.state.regions;
        const options = { tolerance, erase };
        const growth = await session.regions.pick(region.id, view, spot[0] * width, spot[1] * height, options);
        this.remember(`pick ${region.name}`, both(made?.edit, growth.edit));
        this.growth = growth;
      } catch (error) {
        made?.edit.undo();
        throw error;
      }
    });
  }

  /** Also moves what was picked last, as long as nothing else was done. */
  setTolerance(tolerance: number): void {
    this.parts.store.update('regions', { tolerance });
    // Sliders tell more often than frames come.
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      if (!this.parts.refuses()) this.growth?.setTolerance(this.parts.store.state.regions.tolerance);
    });
  }

  /** Begins a stroke; dabs that come before the engine is ready wait for it. */
  stroke(erase: boolean): { dab(spot: Spot): void; end(): void } {
    let waiting: Spot[] = [];
    let end: () => void = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    let paint: (spot: Spot) => void = (spot) => waiting.push(spot);
    void this.inTurn(async () => {
      const { session, store, viewport, refuses } = this.parts;
      const view = viewport.shownView();
      if (!view || refuses()) return;
      const made = this.active ? null : session.regions.add();
      const region = this.active ?? made!.region;
      let frame = 0;
      try {
        const stroke = await session.regions.brush(region.id, view, { erase });
        const { width, height } = view.target;
        paint = ([x, y]) => {
          stroke.dab(x * width, y * height, store.state.regions.size * Math.max(width, height));
          frame ||= requestAnimationFrame(() => {
            frame = 0;
            stroke.show();
          });
        };
        for (const spot of waiting) paint(spot);
        waiting = [];
        await ended;
        cancelAnimationFrame(frame);
        stroke.show();
        this.remember(`${erase ? 'erase' : 'brush'} ${region.name}`, both(made?.edit, stroke.edit));
      } catch (error) {
        made?.edit.undo();
        throw error;
      }
    });
    return { dab: (spot) => paint(spot), end: () => end() };
  }

  /** One edit after another. */
  private inTurn(work: () => Promise<void>): Promise<void> {
    const { store, say, onError } = this.parts;
    const turn = this.working.then(async () => {
      store.update('regions', { working: true });
      const slow = setTimeout(() => say('Looking at the surfaces of the scene: the first pick takes a while'), SLOW_MS);
      await work().finally(() => clearTimeout(slow));
    });
    const told = turn.catch(onError).finally(() => store.update('regions', { working: false }));
    this.working = told;
    return told;
  }
}

/** The making of a region and what came into it, as one. */
function both(first: RegionEdit | undefined, second: RegionEdit): RegionEdit {
  return {
    undo: () => {
      second.undo();
      first?.undo();
    },
    redo: () => {
      first?.redo();
      second.redo();
    },
  };
}

/** null: nothing is to be pointed out. */
function tintsOf({ list, active, tint }: PageState['regions']): Tints | null {
  if (!tint || list.length === 0) return null;
  return REGION_COLOURS.map((colour, i) => {
    const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
    const share = list.some(({ id }) => id === i + 1) ? (active === i + 1 ? TINT.active : TINT.other) : 0;
    return [r, g, b, share];
  });
}
