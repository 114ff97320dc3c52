// An engine that learns, paints, saves and opens without a GPU: its files say in JSON what field they are of and who made
// it. Tasks take random times and can be cancelled; it refuses what the true one refuses.

import { Cancelled, inputError } from '../../../../src/errors.ts';
import type { StylizeOptions, TrainOptions } from '../../../../src/session/types.ts';

/** What a file of it holds. */
export interface StandInField {
  scene: string;
  step: number;
  /** Ids of what it shows. */
  shown: string[];
}

interface Style {
  id: string;
  names: string[];
  options: Record<string, string | number>;
  score: null;
  thumbnail: Uint8Array | null;
  bytes: number;
}

const encode = (content: unknown) => new TextEncoder().encode(JSON.stringify(content)) as Uint8Array<ArrayBuffer>;
export const decode = <T>(bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes)) as T;
export const fieldFile = (field: StandInField) => encode(field);

const view = (width: number) => ({ camera: {}, picture: { width, height: width, data: new Uint8ClampedArray(4) } });
const sceneOf = (name: string, width: number) => ({ name, source: '', train: [view(width)], test: [], notes: [] });

export class StandInEngine {
  readonly state = {
    busy: 'idle',
    scene: null as ReturnType<typeof sceneOf> | null,
    preset: 'quick',
    trainedSteps: 0,
    style: [] as string[],
    strength: 1,
    shown: [] as { id: string; weight: number }[],
    baked: null,
    features: '',
  };
  private styles: Style[] = [];
  private made = 0;
  private readonly listeners = new Map<string, ((detail: unknown) => void)[]>();
  readonly regions = { list: [] };

  constructor(private readonly random: () => number) {
    Object.defineProperty(this.library, 'styles', { get: () => this.styles });
  }

  on(event: string, listener: (detail: unknown) => void): () => void {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener]);
    return () => undefined;
  }

  private tell(event: string, detail: unknown): void {
    for (const listener of this.listeners.get(event) ?? []) listener(detail);
  }

  private async busy(what: string, task: () => Promise<void>): Promise<void> {
    if (this.state.busy !== 'idle') throw inputError(what, null, 'no other task under way', this.state.busy);
    this.state.busy = what;
    try {
      await task();
    } finally {
      this.state.busy = 'idle';
    }
  }

  private slice = () => new Promise((resolve) => setTimeout(resolve, 20 + 400 * this.random()));

  async loadScene({ name }: { name: string }): Promise<unknown> {
    await this.busy('loading', async () => {
      await this.slice();
      if (name.includes('broken')) throw inputError('scene', name, 'photographs', 'none');
      const { scene } = this.state;
      if (scene?.name === name && scene.train[0].picture.width === 0) this.state.scene = sceneOf(name, 8);
      else this.replace(sceneOf(name, 8), 0);
    });
    return this.state.scene;
  }

  private replace(scene: ReturnType<typeof sceneOf>, step: number): void {
    this.styles = [];
    Object.assign(this.state, { scene, trainedSteps: step, style: [], shown: [] });
    this.tell('regions', { list: [] });
    this.tell('library', { styles: [] });
    this.tell('changed', { reason: 'load' });
  }

  private withPictures(): void {
    const { scene } = this.state;
    if (!scene?.train[0].picture.width)
      throw inputError('photographs', null, 'its folder to be open', 'only the field');
  }

  async train({ steps = 64, signal }: TrainOptions): Promise<void> {
    await this.busy('training', async () => {
      this.withPictures();
      while (this.state.trainedSteps < steps && !signal?.aborted) {
        await this.slice();
        this.state.trainedSteps += 16;
        this.tell('train', { step: this.state.trainedSteps, loss: 1, psnr: 9, seconds: 1 });
        this.tell('changed', { reason: 'train' });
      }
    });
  }

  async stylize({ styles, steps = 8, goOn, signal }: StylizeOptions): Promise<void> {
    await this.busy('stylizing', async () => {
      this.withPictures();
      if (!this.state.trainedSteps) throw inputError('field', null, 'a trained one', 'none');
      const former = this.styles.find(({ id }) => id === goOn);
      const before = this.state.shown;
      await this.slice();
      if (signal?.aborted) throw new Cancelled();
      this.state.shown = [{ id: 'painting', weight: 1 }];
      this.tell('changed', { reason: 'style' });
      let laid = Number(former?.options.steps ?? 0);
      const planned = Number(former?.options.planned ?? steps ?? 8) || 8;
      if (this.random() < 0.1) {
        this.state.shown = before.filter(({ id }) => this.styles.some((style) => style.id === id));
        throw inputError('style', null, 'something to match', 'nothing');
      }
      while (laid < planned && !signal?.aborted) {
        await this.slice();
        laid += 2;
        this.tell('style', { step: laid, steps: planned, loss: 1, style: 1, seconds: 1 });
      }
      const id = `style ${++this.made}`;
      const options = { steps: laid, ...(laid < planned ? { planned } : {}) };
      this.styles.push({ id, names: [styles[0].name], options, score: null, thumbnail: null, bytes: 1 << 20 });
      if (this.state.shown.some((one) => one.id === 'painting')) this.state.shown = [{ id, weight: 1 }];
      this.named();
      this.tell('library', { styles: this.styles });
      this.tell('changed', { reason: 'style' });
    });
  }

  private named(): void {
    const names = (id: string) => this.styles.find((style) => style.id === id)?.names ?? [];
    this.state.style = this.state.shown.flatMap(({ id }) => names(id));
  }

  show({ styles, strength }: { styles: { id: string; weight: number }[]; strength?: number }): void {
    for (const { id } of styles) this.entry(id);
    Object.assign(this.state, { shown: styles, strength: strength ?? this.state.strength });
    this.named();
    this.tell('changed', { reason: 'shown' });
  }

  clearStyle(): void {
    this.show({ styles: [] });
  }

  setStrength(strength: number): void {
    this.state.strength = strength;
    this.tell('changed', { reason: 'shown' });
  }

  private entry(id: string): Style {
    const found = this.styles.find((style) => style.id === id);
    if (!found) throw inputError(`style ${id}`, null, 'one of the library', 'none');
    return found;
  }

  private takeOut(id: string) {
    const entry = this.entry(id);
    const owner = this.styles;
    this.styles = owner.filter((style) => style !== entry);
    this.state.shown = this.state.shown.filter((one) => one.id !== id);
    this.named();
    this.tell('library', { styles: this.styles });
    const { scene } = this.state;
    return {
      restore: () => {
        if (this.state.scene !== scene) return;
        this.styles = [...this.styles, entry];
        this.tell('library', { styles: this.styles });
      },
      drop: () => undefined,
    };
  }

  readonly library = {
    styles: [] as Style[],
    remove: (id: string) => this.takeOut(id),
    rename: (id: string, name: string) => {
      this.entry(id).names = [name];
      this.named();
      this.tell('library', { styles: this.styles });
    },
    export: async (id: string) => {
      await this.slice();
      return encode(this.entry(id));
    },
    import: async (bytes: Uint8Array) => {
      const style = decode<Style>(bytes);
      await this.slice();
      if (!this.styles.some(({ id }) => id === style.id)) this.styles = [...this.styles, style];
      this.tell('library', { styles: this.styles });
      return style;
    },
    thumbnail: async (id: string) => {
      this.entry(id).thumbnail ??= new Uint8Array(1);
    },
    fingerprint: async () => {
      if (this.state.busy === 'training') throw inputError('style file', null, 'no training', 'training');
      return `${this.state.scene?.name} ${this.state.trainedSteps}`;
    },
  };

  async save(): Promise<Uint8Array<ArrayBuffer>> {
    const { scene, trainedSteps, shown } = this.state;
    const file = fieldFile({ scene: scene!.name, step: trainedSteps, shown: shown.map(({ id }) => id) });
    await this.slice();
    return file;
  }

  async load(bytes: Uint8Array, where: string): Promise<void> {
    await this.busy('loading', async () => {
      await this.slice();
      let field: StandInField;
      try {
        field = decode<StandInField>(bytes);
      } catch {
        throw inputError('file', where, 'an .impasto file', 'something else');
      }
      this.replace(sceneOf(field.scene, 0), field.step);
    });
  }
}
