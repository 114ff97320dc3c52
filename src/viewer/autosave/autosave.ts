// A person's works kept beside the page: in memory, and in the browser's own store so that they outlive a lost device, a
// crash or a closed tab. A field becomes a work when it is trained, painted or edited here, never by being shown; a work
// is only ever replaced by what is done later on itself. Kept now and then while a scene is learnt, and whenever the
// page comes to rest with something new. Where the browser has no store, memory has to do, and that is said.

import type { ImpastoSession } from '../../session/types.ts';
import { type AutosaveStore, browserStore } from './autosave-store.ts';
import type { FieldSnapshot, SnapshotInfo } from './field-snapshot.ts';

/** While training, at most so often, and never more than a fiftieth of the time. */
const EVERY_MS = 60_000;
const COST_SHARE = 50;
/** What ends is kept this much later: often something else begins at once. */
const REST_MS = 400;
/** What failed is tried again. */
const AGAIN_MS = 20_000;

/** Which work the field is, and the last snapshot of it that this tab has written or read. */
export type WorkMark = Pick<SnapshotInfo, 'id' | 'revision'>;

export interface AutosaveParts {
  session: ImpastoSession;
  /** A small image's address of what is on the screen. */
  picture: () => Promise<string | null>;
  /** The kept works, newest first, whenever they change. */
  onList: (works: readonly SnapshotInfo[]) => void;
  /** One sentence: what could not be kept, or read. */
  onFailure: (sentence: string) => void;
  store?: AutosaveStore;
}

export class Autosave {
  /** The last one of this visit, in memory. */
  last: FieldSnapshot | null = null;
  private readonly store: AutosaveStore;
  private works: readonly SnapshotInfo[] = [];
  private present: WorkMark | null = null;
  private changed = false;
  /** The last attempt failed, and that was said. */
  private failed = false;
  private lastEnd = Number.NEGATIVE_INFINITY;
  private lastCost = 0;
  private keeping: Promise<void> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly parts: AutosaveParts) {
    const { session, store = browserStore() } = parts;
    this.store = store;
    session.on('changed', ({ reason }) => this.onChange(reason));
    // While a file is read, its regions are not the work of anyone here.
    session.on('regions', () => session.state.busy !== 'loading' && this.onChange('regions'));
  }

  /** Reads what earlier visits kept. Never throws: where there is no store, or something strange in it, that is said. */
  async begin(): Promise<void> {
    try {
      const { works, unreadable } = await this.store.list();
      this.list(works);
      if (unreadable.length) {
        const what = unreadable.length === 1 ? 'One kept work is' : `${unreadable.length} kept works are`;
        this.parts.onFailure(`${what} of another version of this page: not opened here, and left as it was`);
      }
    } catch (error) {
      console.debug(`no store: ${(error as Error).message}`);
      this.failed = true;
      this.parts.onFailure('This browser keeps nothing for this page: save as a file what you want to have again');
    }
  }

  /** Which work the field on the screen is; null where it is merely shown. */
  get work(): WorkMark | null {
    return this.present;
  }

  /** The field that was just loaded is this work: what is done from here on goes into it. */
  resume(work: WorkMark | null): void {
    this.present = work && { id: work.id, revision: work.revision };
  }

  /** Whether the last one would be there after a reload. */
  get lastIsStored(): boolean {
    return this.works.some(({ id, revision }) => id === this.last?.id && revision === this.last.revision);
  }

  /** There is something of a person's that a closed tab would lose. */
  get hasUnkept(): boolean {
    return this.changed || this.keeping !== null;
  }

  private onChange(reason: 'train' | 'style' | 'load' | 'shown' | 'regions'): void {
    if (reason === 'load') {
      this.changed = false;
      this.present = null;
      return;
    }
    // What is merely shown is nobody's work.
    if (reason === 'shown' && !this.present) return;
    this.present ??= { id: crypto.randomUUID(), revision: 0 };
    this.changed = true;
    const due = this.lastEnd + Math.max(EVERY_MS, COST_SHARE * this.lastCost);
    if (this.parts.session.state.busy === 'training' && performance.now() > due) void this.keep();
    this.keepAtRest();
  }

  private keepAtRest(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.parts.session.state.busy === 'idle') void this.keep();
      // Held-out views may still be measured long after the last step.
      else if (this.changed) this.keepAtRest();
    }, REST_MS);
  }

  /** Keeps the field now, if it changed. Never throws: there may be nothing to keep, or nowhere. */
  keep(): Promise<void> {
    const { busy, trainedSteps } = this.parts.session.state;
    // While a style grows, what it replaces may be freed at any time.
    if (this.keeping || !this.changed || trainedSteps === 0 || (busy !== 'idle' && busy !== 'training')) {
      return this.settled();
    }
    this.changed = false;
    this.keeping = this.write()
      .then(
        // What came while it was written has not been kept yet.
        () => this.changed && this.keepAtRest(),
        (error: Error) => this.fail(error),
      )
      .then(() => {
        this.keeping = null;
        this.lastEnd = performance.now();
      });
    return this.keeping;
  }

  private async write(): Promise<void> {
    const { session, picture } = this.parts;
    const { scene, trainedSteps, style } = session.state;
    const began = performance.now();
    const bytes = await session.save();
    this.lastCost = performance.now() - began;
    const snapshot: FieldSnapshot = {
      ...this.present!,
      scene: scene!.name,
      step: trainedSteps,
      style: [...style],
      at: Date.now(),
      size: bytes.length,
      picture: await picture().catch(() => null),
      bytes,
    };
    this.last = snapshot;
    await this.writeOwn(snapshot);
    this.failed = false;
    const { bytes: _, ...info } = this.last;
    this.list([info, ...this.works.filter(({ id }) => id !== info.id)]);
  }

  /** Over the work's last snapshot; where another tab went on with the work, beside it as one of its own. */
  private async writeOwn(snapshot: FieldSnapshot): Promise<void> {
    const { id, revision } = snapshot;
    for (const [next, over] of [
      [{ id, revision: revision + 1 }, revision],
      [{ id: crypto.randomUUID(), revision: 1 }, 0],
    ] as const) {
      if (!(await this.store.write({ ...snapshot, ...next }, over))) continue;
      this.last = { ...snapshot, ...next };
      // Another field may have been opened while this one was written.
      if (this.present?.id === id) this.present = next;
      return;
    }
  }

  private fail(error: Error): void {
    console.debug(`the field was not kept: ${error.message}`);
    this.changed = true;
    // Room may be made meanwhile.
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keepAtRest(), AGAIN_MS);
    if (this.failed) return;
    this.failed = true;
    const { scene } = this.parts.session.state;
    const name = scene?.name ?? 'the field';
    const size = this.last ? ` (${(this.last.size / 1e6).toFixed(1)} MB)` : '';
    this.parts.onFailure(
      error.name === 'QuotaExceededError'
        ? `This browser has no room left for ${name}${size}: save it as a file, or delete an earlier work; none was touched`
        : `This browser did not keep ${name}: save it as a file (${error.message || error.name})`,
    );
  }

  /** Resolves when the field is no longer being read: what follows may replace it. */
  async settled(): Promise<void> {
    await this.keeping;
  }

  /** The file of a kept work; null where it is gone, or was never there. */
  async read(id: string): Promise<Uint8Array<ArrayBuffer> | null> {
    return await this.store.read(id).catch(() => null);
  }

  /** For good. What is on the screen stays; if it is the same work, it begins a new one. */
  async delete(id: string): Promise<void> {
    await this.store.delete(id);
    if (this.present?.id === id) this.present = { id: crypto.randomUUID(), revision: 0 };
    this.list(this.works.filter((work) => work.id !== id));
  }

  private list(works: readonly SnapshotInfo[]): void {
    this.works = works;
    this.parts.onList(works);
  }
}
