// What the page is made of, for actions and panels: the engine, the state, the view, what was chosen; and how everything
// that is asked of it ends. What goes wrong becomes one sentence, and nothing that is there is lost by it.

import { InputError, throwIfAborted } from '../errors.ts';
import type { FileSource, Picture, PictureDecoder } from '../scene/types.ts';
import type { ImpastoSession } from '../session/types.ts';
import type { Commands } from './actions/index.ts';
import type { Question } from './ask.ts';
import type { Autosave } from './autosave/autosave.ts';
import type { StyleFiles } from './autosave/style-files.ts';
import type { CameraView } from './camera-view.ts';
import { History } from './history.ts';
import { type Job, type JobKind, JobQueue } from './job-queue.ts';
import type { Notices } from './notices.ts';
import type { PageState } from './page-state.ts';
import { PaintedLibrary } from './painted-library.ts';
import { PageRegions } from './regions.ts';
import type { Store } from './store.ts';
import type { UrlOptions } from './url-options.ts';
import type { Viewport } from './viewport/viewport.ts';

/** How long after the first failure a lost device is known to be lost. */
export const LOSS_KNOWN_MS = 300;

/** What the page is doing during each long task. */
const BUSY = { load: 'loading', train: 'training', stylize: 'stylizing', export: 'rendering' } as const;

export interface PageParts {
  session: ImpastoSession;
  store: Store<PageState>;
  viewport: Viewport;
  notices: Notices;
  decoder: PictureDecoder;
  url: UrlOptions;
  cameraView: CameraView;
  autosave: Autosave;
  styleFiles: StyleFiles;
  /** A question with two answers. */
  ask: (question: Question) => Promise<boolean>;
  /** Everything a person can ask for, by name. */
  commandsOf: (page: Page) => Commands;
}

export class Page {
  readonly jobs: JobQueue;
  private openings = 0;
  readonly history: History;
  readonly library: PaintedLibrary;
  readonly regions: PageRegions;
  readonly commands: Commands;
  /** The style's picture that was chosen, once it is decoded; and those of one's own that were, by name. */
  stylePicture: { name: string; picture: Picture } | null = null;
  readonly ownPictures = new Map<string, { picture: Picture; thumbnail: string }>();
  /** The files that the open scene's photographs came from, where they are a person's own. */
  photographs: FileSource | null = null;
  /** A camera path's file, read again at each export for its size. */
  path: { name: string; text: string } | null = null;
  /** The last video made, for tests: what was handed to the download. */
  lastVideo: Uint8Array<ArrayBuffer> | null = null;

  constructor(readonly parts: PageParts) {
    const { session, store, viewport, notices, styleFiles } = parts;
    const onError = (error: unknown) => this.report(error);
    this.jobs = new JobQueue((jobs) => store.patch({ jobs }));
    this.history = new History((undo, redo) => store.update('library', { undo, redo }), onError);
    const fades = () => !store.state.software && session.state.busy === 'idle';
    this.library = new PaintedLibrary({ session, store, notices, history: this.history, styleFiles, fades, onError });
    const refuses = () => this.refusesEdits();
    this.regions = new PageRegions({
      session,
      store,
      viewport,
      history: this.history,
      refuses,
      say: (text) => notices.show('info', text),
      onError,
    });
    this.commands = parts.commandsOf(this);
  }

  get store(): Store<PageState> {
    return this.parts.store;
  }

  /** Otherwise it says what to do first. */
  needsScene(): boolean {
    if (this.parts.session.state.scene) return true;
    this.parts.notices.show('info', 'Open a scene first');
    return false;
  }

  /** While a video is made, what is seen in it stays as it is. @returns whether it is, and then says so */
  refusesEdits(): boolean {
    if (this.jobs.current !== 'export') return false;
    this.parts.notices.show(
      'info',
      'A video is being made of what is there: let it end, or cancel it, before this is changed',
    );
    return true;
  }

  /**
   * A long task, in its turn. What opens another field takes the place of all that runs and waits, if that is meant.
   * @param title what is said of it while it runs or waits: 'painting Wave'
   * @param about `opens`: the page opens with it by itself; `style`, `of`: what is painted, as the queue tells it
   * @returns true when it ran to its end
   */
  async guarded(
    kind: JobKind,
    title: string,
    task: (signal: AbortSignal) => Promise<void>,
    { opens = false, ...about }: { opens?: boolean } & Pick<Job, 'style' | 'of'> = {},
  ): Promise<boolean> {
    if (kind === 'load' ? !(await this.makesRoomFor(title)) : !this.waitsInTurn(title)) return false;
    // What is asked for from here on is a person's.
    if (!opens) this.store.patch({ opening: false });
    try {
      return await this.jobs.run({ kind, title, ...about }, async (signal) => {
        const { autosave, store } = this.parts;
        // At once: the engine's first event may be seconds away.
        store.patch({ busy: BUSY[kind] });
        // What replaces the field waits until what is new of it is kept.
        const replaces = kind === 'load' || kind === 'train';
        await Promise.all([replaces ? autosave.keep() : autosave.settled(), this.library.settled()]);
        throwIfAborted(signal);
        await task(signal);
      });
    } catch (error) {
      this.report(error);
      return false;
    } finally {
      const { session, store } = this.parts;
      if (this.jobs.current === null) store.patch({ busy: session.state.busy, progress: null });
    }
  }

  /** Says what goes before. */
  private waitsInTurn(title: string): true {
    const [first] = this.jobs.jobs;
    if (first) this.parts.notices.show('info', `${upper(title)} comes after ${first.title}`);
    return true;
  }

  /** Asks before anything but another opening is ended by it. */
  private async makesRoomFor(title: string): Promise<boolean> {
    const ended = this.jobs.jobs.filter(({ kind }) => kind !== 'load');
    if (ended.length) {
      const all = ended.map((job) => job.title).join(', ');
      const sure = await this.parts.ask({
        title: `End ${ended[0].title}?`,
        text: `${upper(title)} ends ${all}. What was learnt and painted so far stays with its scene; an unfinished video is lost.`,
        yes: 'End it',
        no: 'Go on with it',
      });
      if (!sure) return false;
    }
    const opening = ++this.openings;
    await this.jobs.clear();
    // Of several asked for meanwhile the last is meant.
    return opening === this.openings;
  }

  async caught(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.report(error);
    }
  }

  private report(error: unknown): void {
    const { message } = error as Error;
    const { notices, store } = this.parts;
    if (error instanceof InputError) {
      notices.show('error', message);
      return;
    }
    // A lost device makes everything fail a moment before it is known to be lost; its own page then says so.
    setTimeout(() => {
      if (store.state.lost) return;
      notices.show('error', `Something of ours went wrong: ${message}`);
      console.error(error);
    }, LOSS_KNOWN_MS);
  }
}

const upper = (text: string) => text[0].toUpperCase() + text.slice(1);
