// The painted styles of a field in the page's state, and in the browser's store: small pictures are drawn when the engine
// rests, what is new is kept, and what was kept of a field is there again when it is opened.

import { InputError } from '../errors.ts';
import { figuresInWords } from '../metrics/style-figures.ts';
import type { ImpastoSession, LibraryStyle } from '../session/types.ts';
import type { StyleFiles } from './autosave/style-files.ts';
import type { Notices } from './notices.ts';
import type { PageState } from './page-state.ts';
import { shownField } from './shipped.ts';
import type { Store } from './store.ts';
import { unfinishedOf } from './unfinished.ts';

/** What ends is kept, and its thumbnail drawn, this much later: often something else begins at once. */
const REST_MS = 400;

export interface PaintedKeeperParts {
  session: ImpastoSession;
  store: Store<PageState>;
  notices: Pick<Notices, 'show'>;
  styleFiles: StyleFiles;
  onError: (error: unknown) => void;
}

export class PaintedKeeper {
  /** Files that the browser keeps, by what they were called then. */
  private readonly keptNames = new Map<string, string>();
  /** Those that came along with the field, by what they were called then. */
  private readonly shippedNames = new Map<string, string>();
  private readonly thumbnails = new Map<string, string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private working: Promise<unknown> = Promise.resolve();
  private adopting = false;
  private interrupted = false;

  constructor(private readonly parts: PaintedKeeperParts) {
    const { session } = parts;
    session.on('library', () => this.onChange());
    session.on('changed', ({ reason }) => {
      if (reason === 'load') return this.begin();
      this.follow();
      // Trained on, the field is another one, and what was painted on it is kept anew.
      if (reason === 'train' && session.library.styles.length) this.later();
    });
  }

  /** A style that came along with its field is not kept, as long as it is called so. */
  cameAlong(id: string, name: string): void {
    this.shippedNames.set(id, name);
  }

  /** It was taken out: its file goes, unless it comes back. */
  forget(id: string): void {
    void this.turn(async () => {
      const { library } = this.parts.session;
      if (library.styles.some((style) => style.id === id)) return;
      const fingerprint = await library.fingerprint();
      this.keptNames.delete(`${fingerprint}/${id}`);
      await this.parts.styleFiles.forget(fingerprint, id);
    });
  }

  /** Another field. */
  private begin(): void {
    this.keptNames.clear();
    this.shippedNames.clear();
    this.follow();
    this.adopting = true;
    this.later();
  }

  private onChange(): void {
    this.follow();
    this.later();
  }

  private follow(): void {
    const { session, store } = this.parts;
    const { styles } = session.library;
    const there = new Set(styles.map(({ id }) => id));
    for (const [id, address] of this.thumbnails) {
      if (there.has(id)) continue;
      URL.revokeObjectURL(address);
      this.thumbnails.delete(id);
    }
    for (const { id, thumbnail } of styles) {
      if (thumbnail && !this.thumbnails.has(id))
        this.thumbnails.set(id, URL.createObjectURL(new Blob([thumbnail], { type: 'image/png' })));
    }
    const listed = styles.map((style) => ({
      id: style.id,
      name: nameOf(style),
      thumbnail: this.thumbnails.get(style.id) ?? null,
      detail: detailOf(style),
      unfinished: unfinishedOf(style),
    }));
    const { library } = store.state;
    const shown = session.state.shown;
    if (JSON.stringify([listed, shown]) === JSON.stringify([library.styles, library.shown])) return;
    store.update('library', { styles: listed, shown: [...shown] });
  }

  /** When the engine rests: takes in what was kept of this field, draws thumbnails, keeps what is new. */
  private later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const { busy, trainedSteps } = this.parts.session.state;
      if (busy !== 'idle' || this.interrupted) this.later();
      else if (trainedSteps > 0) void this.turn(() => this.rest());
    }, REST_MS);
  }

  /** What reads the field has its turn, so that `settled` knows of it. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.working.then(work);
    this.working = turn.catch(() => undefined);
    return turn;
  }

  /** Work that nobody waits for. */
  private async turn(work: () => Promise<void>): Promise<void> {
    try {
      await this.inTurn(work);
    } catch (error) {
      // Training may have begun in between.
      if (!(error instanceof InputError)) this.parts.onError(error);
    }
  }

  /** Resolves when nothing reads the field for the library: what follows may replace it or train it. */
  async settled(): Promise<void> {
    this.interrupted = true;
    await this.working;
    this.interrupted = false;
    if (this.adopting || this.parts.session.library.styles.length) this.later();
  }

  private async rest(): Promise<void> {
    const { session, styleFiles } = this.parts;
    const { library } = session;
    if (!this.adopting && library.styles.length === 0) return;
    const fingerprint = await library.fingerprint();
    const mustWait = () => {
      const wait = this.interrupted || session.state.busy !== 'idle';
      if (wait) this.later();
      return wait;
    };
    if (this.adopting) {
      for (const bytes of await styleFiles.of(fingerprint)) {
        if (mustWait()) return;
        try {
          const style = await library.import(bytes, 'a painting that was kept');
          this.keptNames.set(`${fingerprint}/${style.id}`, nameOf(style));
        } catch (error) {
          if (mustWait()) return;
          // One that cannot be read does not keep the others from being there, nor new ones from being kept.
          if (!(error instanceof InputError)) throw error;
          this.parts.notices.show('warning', `${error.message}; it is left as it was kept`);
        }
      }
      this.adopting = false;
    }
    for (const style of library.styles) {
      if (mustWait()) return;
      await library.thumbnail(style.id);
      this.follow();
      // What came along with its field comes along again.
      if (this.shippedNames.get(style.id) === nameOf(style) && shownField(this.parts.store.state)) continue;
      const key = `${fingerprint}/${style.id}`;
      if (this.keptNames.get(key) === nameOf(style)) continue;
      const bytes = await library.export(style.id);
      // Not again and again where it fails.
      this.keptNames.set(key, nameOf(style));
      await styleFiles.keep(fingerprint, style.id, bytes);
    }
  }
}

export const nameOf = ({ names }: Pick<LibraryStyle, 'names'>): string => names.join(' + ');

/** How it was painted, for its title. */
function detailOf(style: LibraryStyle): string {
  const { options, score } = style;
  const cut = unfinishedOf(style);
  const parts = [
    typeof options.loss === 'string' ? options.loss : '',
    cut ? `unfinished, ${cut.laid} of ${cut.planned} steps` : '',
    typeof options.steps === 'number' && !cut ? `${options.steps} steps` : '',
    typeof options.brush === 'number' && options.brush !== 1 ? `brush ${options.brush}` : '',
    options.keepColours ? "the scene's own colours" : '',
    score?.before && score.after ? figuresInWords(score.before, score.after) : '',
  ];
  return parts.filter(Boolean).join(', ');
}
