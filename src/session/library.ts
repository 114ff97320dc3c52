// The finished styles of a field, kept on the GPU side by side so that switching between them costs nothing. What is taken
// out is held until it is dropped, so that it can come back.

import { inputError } from '../errors.ts';
import { encodePng } from '../export/png.ts';
import type { Gpu } from '../gpu/device.ts';
import { makeIfRoom } from '../nerf/memory.ts';
import { lossText } from '../style/style-config.ts';
import type { Emitter } from './emitter.ts';
import type { FieldDisplay } from './field-display.ts';
import { type FieldPrint, printField } from './field-print.ts';
import type { FieldResources } from './field-resources.ts';
import { readStyleFile, styleId, writeStyleFile } from './style-file.ts';
import type { StyledAppearance, StyleMix } from './style-mix.ts';
import type {
  Library,
  LibraryStyle,
  RemovedStyle,
  SessionEvents,
  SessionState,
  ShownStyles,
  StyleRecord,
  StylizeOptions,
} from './types.ts';

/** Styles that are mixed, at most. */
export const MOST_MIXED = 4;
/** What all styles may take on the GPU; beyond it the oldest that is not shown goes. */
const BYTES = 512 << 20;
/** A painting that is not finished is called so. */
const UNFINISHED = 'painting';

class Entry implements LibraryStyle {
  options: StyleRecord['options'] = {};
  score: StyleRecord['score'] = null;
  thumbnail: StyleRecord['thumbnail'] = null;

  constructor(
    readonly id: string,
    readonly style: StyledAppearance,
    record: Partial<StyleRecord>,
  ) {
    this.learn(record);
  }

  /** What is told of it, as far as that was not known: a field file has styles alone. */
  learn({ options = {}, score = null, thumbnail = null }: Partial<StyleRecord>): void {
    this.options = { ...options, ...this.options };
    this.score ??= score;
    this.thumbnail ??= thumbnail;
  }

  get names(): readonly string[] {
    return this.style.names;
  }

  get bytes(): number {
    return this.style.appearance.network.bytes;
  }
}

export interface LibraryParts {
  gpu: Gpu;
  emitter: Emitter<SessionEvents>;
  display: FieldDisplay;
  /** What shows a style beside the view as a whole. */
  regions: {
    uses(style: StyledAppearance): boolean;
    /** @returns shows it again where it was */
    forget(style: StyledAppearance): () => void;
  };
  /** @throws InputError where there is none */
  field: () => Pick<SessionState, 'scene' | 'trainedSteps' | 'busy'> & { core: FieldResources };
}

export class StyleLibrary implements Library {
  private entries: Entry[] = [];
  private readonly removed = new Set<Entry>();
  private print: { core: FieldResources; steps: number; made: Promise<FieldPrint> } | null = null;

  constructor(private readonly parts: LibraryParts) {}

  get styles(): readonly LibraryStyle[] {
    return this.entries;
  }

  /** What a style of this session is called by others. */
  idOf = (style: StyledAppearance): string => this.entries.find((entry) => entry.style === style)?.id ?? UNFINISHED;

  /**
   * Takes a finished style; where the very same one is there already, that one stays.
   * @returns the one that is in the library now
   */
  async add(style: StyledAppearance, record: Partial<StyleRecord> = {}): Promise<StyledAppearance> {
    return this.addAs(await styleId(style), style, record);
  }

  /** The same where the style's id is known. */
  addAs(id: string, style: StyledAppearance, record: Partial<StyleRecord> = {}): StyledAppearance {
    const there = this.entries.find((entry) => entry.id === id);
    if (there) {
      there.learn(record);
      return there.style;
    }
    const entry = new Entry(id, style, record);
    this.entries = [...this.entries, entry];
    this.makeRoom(entry);
    this.tell();
    return style;
  }

  private makeRoom(newest: Entry): void {
    const shown = new Set(this.parts.display.mix.styles.map(({ style }) => style));
    let bytes = this.entries.reduce((sum, entry) => sum + entry.bytes, 0);
    for (const entry of this.entries) {
      if (bytes <= BYTES) return;
      if (entry === newest || shown.has(entry.style) || this.parts.regions.uses(entry.style)) continue;
      bytes -= entry.bytes;
      this.entries = this.entries.filter((other) => other !== entry);
      void this.parts.display.release(entry.style.appearance.network);
      const text = `the library is full: ${entry.names.join(' + ')}, the oldest, was dropped`;
      this.parts.emitter.emit('notice', { level: 'warning', text });
    }
  }

  /** @throws InputError for ids that are not there, too many of them, or numbers out of range */
  mixOf({ styles, strength }: ShownStyles, present: number): StyleMix {
    if (styles.length > MOST_MIXED) throw inputError('mix', null, `at most ${MOST_MIXED} styles`, `${styles.length}`);
    const bad = styles.find(({ weight }) => !(weight >= 0 && weight < Number.POSITIVE_INFINITY));
    if (bad) throw inputError(`weight of style ${bad.id}`, null, 'a number from 0', `${bad.weight}`);
    if (strength !== undefined && !(strength >= 0 && strength <= 1))
      throw inputError('strength', null, '0 to 1', `${strength}`);
    return {
      styles: styles.map(({ id, weight }) => ({ style: this.entry(id).style, weight })),
      strength: strength ?? present,
    };
  }

  /** A mix less what has left the library since. */
  stillThere(mix: StyleMix): StyleMix {
    const there = new Set(this.entries.map(({ style }) => style));
    return { ...mix, styles: mix.styles.filter(({ style }) => there.has(style)) };
  }

  private entry(id: string): Entry {
    const found = this.entries.find((entry) => entry.id === id);
    if (!found) throw inputError(`style ${id}`, null, 'one of the library', 'none');
    return found;
  }

  /** What there is of a painting that was cut short. @throws InputError where it was not */
  unfinished(id: string): { style: StyledAppearance; laid: number; planned: number; score: StyleRecord['score'] } {
    const { style, options, score } = this.entry(id);
    const { steps: laid, planned } = options;
    if (typeof laid !== 'number' || typeof planned !== 'number' || laid >= planned)
      throw inputError(`style ${id}`, null, 'a painting that was cut short', 'a finished one');
    return { style, laid, planned, score };
  }

  rename(id: string, name: string): void {
    const { style } = this.entry(id);
    if (name.trim() === '') throw inputError('name of a style', null, 'some letters', 'none');
    style.names = [name.trim()];
    this.parts.display.renew();
    this.tell();
  }

  remove(id: string): RemovedStyle {
    const entry = this.entry(id);
    const at = this.entries.indexOf(entry);
    const { core } = this.parts.field();
    const { display } = this.parts;
    const { mix } = display;
    this.entries = this.entries.filter((other) => other !== entry);
    this.removed.add(entry);
    const inRegionsAgain = this.parts.regions.forget(entry.style);
    if (mix.styles.some(({ style }) => style === entry.style))
      display.show({ ...mix, styles: mix.styles.filter(({ style }) => style !== entry.style) });
    this.tell();
    return {
      restore: () => {
        if (this.parts.field().core !== core || !this.removed.delete(entry)) return;
        this.entries = [...this.entries.slice(0, at), entry, ...this.entries.slice(at)];
        inRegionsAgain();
        this.tell();
      },
      drop: () => {
        if (this.removed.delete(entry)) void this.parts.display.release(entry.style.appearance.network);
      },
    };
  }

  async export(id: string): Promise<Uint8Array<ArrayBuffer>> {
    const entry = this.entry(id);
    await this.thumbnail(id);
    const { core, scene, trainedSteps } = this.parts.field();
    const field = { scene: scene!.name, preset: core.preset, steps: trainedSteps };
    return writeStyleFile(entry, await this.printed(), field);
  }

  async import(bytes: Uint8Array<ArrayBuffer>, where: string): Promise<LibraryStyle> {
    const { gpu } = this.parts;
    const { core } = this.parts.field();
    const print = await this.printed();
    const file = await makeIfRoom(
      gpu.device,
      () => readStyleFile(gpu, bytes, where, print),
      ({ style }) => style.appearance.network.destroy(),
    );
    if (!file) throw inputError(`graphics memory for ${where}`, null, 'room for one more style', 'less');
    const { network } = file.style.appearance;
    // The field may have gone while its fingerprint was taken.
    if (this.parts.field().core !== core) {
      network.destroy();
      throw inputError('field', where, 'it to stay while the style was read', 'another');
    }
    const style = await this.add(file.style, file).catch((cause) => {
      network.destroy();
      throw cause;
    });
    if (style !== file.style) network.destroy();
    return this.entries.find((entry) => entry.style === style)!;
  }

  async thumbnail(id: string): Promise<Uint8Array<ArrayBuffer>> {
    const entry = this.entry(id);
    const { camera } = this.parts.field().scene!.train[0];
    entry.thumbnail ??= encodePng(await this.parts.display.thumbnail(entry.style, camera));
    return entry.thumbnail;
  }

  async fingerprint(): Promise<string> {
    return (await this.printed()).fingerprint;
  }

  /** Of the field as it is; read back once until it is trained on. */
  private printed(): Promise<FieldPrint> {
    const { core, trainedSteps: steps, busy } = this.parts.field();
    if (busy === 'training') throw inputError('style file', null, 'no training under way', 'training');
    if (this.print?.core !== core || this.print.steps !== steps) {
      const print = { core, steps, made: printField(core.field, core.preset) };
      this.print = print;
      // A reading that failed is not what the next one gets.
      print.made.catch(() => {
        if (this.print === print) this.print = null;
      });
    }
    return this.print.made;
  }

  private tell(): void {
    this.parts.emitter.emit('library', { styles: this.styles });
  }

  /** Frees all, with the field that they belong to. */
  clear(): void {
    for (const { style } of [...this.entries, ...this.removed]) {
      void this.parts.display.release(style.appearance.network);
    }
    this.entries = [];
    this.removed.clear();
    this.print = null;
    this.tell();
  }
}

/**
 * What is told of how a style was painted: every plain setting, and the strokes that were laid.
 * @param planned how many were to be laid, of one that was cut short
 */
export function paintedWith(
  { goOn: _, ...options }: StylizeOptions,
  steps: number,
  planned?: number,
): StyleRecord['options'] {
  const told: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries({ ...options, loss: lossText(options.loss), steps, planned })) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') told[name] = value;
  }
  return told;
}
