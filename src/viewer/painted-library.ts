// The painted styles as a person handles them: shown, mixed, renamed, deleted, exported, opened, each of which can be
// undone; faded from one to the next where the adapter is fast. What is there is kept by painted-keeper.ts.

import { inputError } from '../errors.ts';
import { MOST_MIXED } from '../session/library.ts';
import { STYLE_FILE_ENDING } from '../session/style-file.ts';
import type { RemovedStyle } from '../session/types.ts';
import { download, fileName } from './download.ts';
import { fadeBetween, type Shown } from './fade.ts';
import type { Change, History } from './history.ts';
import { nameOf, PaintedKeeper, type PaintedKeeperParts } from './painted-keeper.ts';

export interface PaintedLibraryParts extends PaintedKeeperParts {
  history: History;
  /** Whether mixes are drawn fast enough to fade. */
  fades: () => boolean;
}

export class PaintedLibrary {
  private readonly keeper: PaintedKeeper;
  private stopFade: () => void = () => {};
  /** Before the painting under way. */
  private before: Shown | null = null;

  constructor(private readonly parts: PaintedLibraryParts) {
    const { session } = parts;
    this.keeper = new PaintedKeeper(parts);
    session.on('colours', () => this.endFade());
    session.on('changed', ({ reason }) => {
      if (reason !== 'load') return;
      this.endFade();
      parts.history.clear();
      this.before = null;
    });
  }

  // What is shown

  private get shown(): Shown {
    const { shown, strength } = this.parts.session.state;
    return { styles: shown, strength };
  }

  /** Shows one style alone, from the next view on. */
  async choose(id: string): Promise<void> {
    await this.change(`show ${this.nameOf(id)}`, { styles: [{ id, weight: 1 }], strength: this.strengthToShow() });
  }

  /** Adds a style to the mix with the mean weight of the others, or takes it out. */
  async toggle(id: string): Promise<void> {
    const { styles } = this.target;
    if (styles.some((style) => style.id === id)) {
      const left = styles.filter((style) => style.id !== id);
      return await this.change(`take out ${this.nameOf(id)}`, { styles: left, strength: this.target.strength });
    }
    if (styles.length >= MOST_MIXED) throw inputError('mix', null, `at most ${MOST_MIXED} styles`, 'one more');
    const weight = styles.length ? styles.reduce((sum, style) => sum + style.weight, 0) / styles.length : 1;
    await this.change(`mix in ${this.nameOf(id)}`, {
      styles: [...styles, { id, weight }],
      strength: this.strengthToShow(),
    });
  }

  /** The plain field. */
  async clear(): Promise<void> {
    if (this.target.styles.length)
      await this.change('show the original', { styles: [], strength: this.target.strength });
  }

  /** At strength 0 nothing would be seen of what was just chosen. */
  private strengthToShow(): number {
    return this.parts.store.state.style.strength || 1;
  }

  private async change(name: string, to: Shown): Promise<void> {
    const from = this.target;
    await this.parts.history.run({ name, do: () => this.show(to), undo: () => this.show(from) });
  }

  /** What is shown, or is being faded to. */
  private get target(): Shown {
    return this.parts.store.state.library.fadesTo ?? this.shown;
  }

  private show(to: Shown): void {
    const { session, store, fades } = this.parts;
    this.endFade();
    store.update('style', { strength: to.strength });
    const fade = fades() ? fadeBetween(this.shown, to) : null;
    if (!fade) {
      session.show(to);
      return;
    }
    store.update('library', { fadesTo: to });
    this.stopFade = fade(
      (at) => session.show(at),
      () => {
        this.endFade();
        session.show(to);
      },
    );
  }

  /** Whatever is faded stands still, until something else is shown. */
  private endFade(): void {
    this.stopFade();
    this.stopFade = () => {};
    if (this.parts.store.state.library.fadesTo) this.parts.store.update('library', { fadesTo: null });
  }

  /** Live, while the slider is held. */
  weigh(id: string, weight: number): void {
    this.parts.history.dragging('weigh the mix', this.target, this.weighed(id, weight), (to) => this.showAtOnce(to));
  }

  /** The slider is let go. */
  endWeighing(): void {
    this.parts.history.endDrag('weigh the mix', this.target, (to) => this.showAtOnce(to));
  }

  private weighed(id: string, weight: number): Shown {
    const { styles, strength } = this.target;
    return { styles: styles.map((style) => (style.id === id ? { id, weight } : style)), strength };
  }

  private showAtOnce(to: Shown): void {
    this.endFade();
    this.parts.session.show(to);
  }

  setStrength(strength: number): void {
    const present = this.parts.store.state.style.strength;
    this.parts.history.dragging('change the strength', present, strength, (to) => this.applyStrength(to));
  }

  endStrength(): void {
    const { strength } = this.parts.store.state.style;
    this.parts.history.endDrag('change the strength', strength, (to) => this.applyStrength(to));
  }

  private applyStrength(strength: number): void {
    const { session, store } = this.parts;
    this.endFade();
    store.update('style', { strength });
    if (session.state.style.length) session.setStrength(strength);
  }

  // The styles themselves

  async rename(id: string, name: string): Promise<void> {
    const from = this.nameOf(id);
    if (name.trim() === from) return;
    const apply = (to: string) => this.parts.session.library.rename(id, to);
    await this.parts.history.run({ name: `rename ${from}`, do: () => apply(name), undo: () => apply(from) });
  }

  async delete(id: string): Promise<void> {
    const name = this.nameOf(id);
    await this.parts.history.run(this.removal(id, `delete ${name}`, 'do'));
    this.parts.notices.show('info', `${name} is deleted: Ctrl+Z brings it back`);
  }

  /** A change that takes a style out (as its 'do') or that brought it (its 'undo'). */
  private removal(id: string, name: string, takesOut: 'do' | 'undo', without?: Shown): Change {
    const { session } = this.parts;
    let removed: RemovedStyle | null = null;
    let shown: Shown | null = null;
    const out = () => {
      const { styles, strength } = this.target;
      shown = { styles, strength };
      this.endFade();
      removed = session.library.remove(id);
      session.show(without ?? { styles: styles.filter((style) => style.id !== id), strength });
      this.keeper.forget(id);
    };
    const back = () => {
      removed?.restore();
      removed = null;
      if (shown) session.show(shown);
    };
    return {
      name,
      holds: session.library.styles.find((style) => style.id === id)?.bytes ?? 0,
      do: takesOut === 'do' ? out : back,
      undo: takesOut === 'do' ? back : out,
      drop: () => removed?.drop(),
    };
  }

  async export(id: string): Promise<void> {
    const { session, store } = this.parts;
    const bytes = await this.keeper.inTurn(() => session.library.export(id));
    const name = fileName(store.state.scene?.name ?? 'scene', this.nameOf(id));
    download(`${name}${STYLE_FILE_ENDING}`, 'application/octet-stream', bytes);
    this.parts.notices.show('info', `${name}${STYLE_FILE_ENDING} is saved`);
  }

  /** Adds a style file and shows it. */
  async import(bytes: Uint8Array<ArrayBuffer>, where: string): Promise<void> {
    const { session, history, notices } = this.parts;
    const before = this.target;
    const known = new Set(session.library.styles.map(({ id }) => id));
    const style = await this.keeper.inTurn(() => session.library.import(bytes, where));
    const name = nameOf(style);
    if (known.has(style.id)) {
      await this.choose(style.id);
      notices.show('info', `${name} is among the painted styles already`);
      return;
    }
    history.add(this.removal(style.id, `open ${name}`, 'undo', before));
    this.show({ styles: [{ id: style.id, weight: 1 }], strength: this.strengthToShow() });
    notices.show('info', `${name} is among the painted styles now`);
  }

  /** A style that came along with its field: shown, but nothing that a person made. */
  cameAlong(id: string): void {
    this.keeper.cameAlong(id, this.nameOf(id));
  }

  /** What reads the field has its turn. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.keeper.inTurn(work);
  }

  /** Resolves when nothing reads the field for the library: what follows may replace it or train it. */
  settled(): Promise<void> {
    return this.keeper.settled();
  }

  /** Before a painting begins. */
  paintingBegins(): void {
    this.before = this.target;
    this.endFade();
  }

  /**
   * After it ended, whichever way: where it left a new style, that can be undone.
   * @param known what was there before it
   * @param former the unfinished one that it went on with: it gives way, and undo brings it back
   */
  paintingEnded(known: ReadonlySet<string>, former?: string): void {
    const { session, history } = this.parts;
    const { styles } = session.library;
    const added = styles.find(({ id }) => !known.has(id));
    if (!added) return;
    const coming = this.removal(added.id, `paint ${nameOf(added)}`, 'undo', this.before ?? undefined);
    if (!styles.some(({ id }) => id === former)) {
      history.add(coming);
      return;
    }
    const going = this.removal(former!, '', 'do', this.target);
    void going.do();
    history.add({
      name: `go on with ${nameOf(added)}`,
      holds: (coming.holds ?? 0) + (going.holds ?? 0),
      do: () => Promise.all([coming.do(), going.do()]).then(() => undefined),
      undo: () => Promise.all([going.undo(), coming.undo()]).then(() => undefined),
      drop() {
        coming.drop?.();
        going.drop?.();
      },
    });
  }

  private nameOf(id: string): string {
    const style = this.parts.session.library.styles.find((one) => one.id === id);
    return style ? nameOf(style) : 'the painting';
  }
}
