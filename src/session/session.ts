// The one object that page and command line drive: load, train, stylize, render, measure, save. Tells what happens by
// typed events. One long task runs at a time; rendering goes on beside it. The work itself is in the files beside it.

import { inputError } from '../errors.ts';
import type { Gpu } from '../gpu/device.ts';
import { createRenderTarget, destroyRenderTarget } from '../nerf/renderer.ts';
import type { RenderTarget } from '../nerf/types.ts';
import { loadScene } from '../scene/load.ts';
import { hasPhotographs } from '../scene/picture.ts';
import type { Camera, FileSource, LoadSceneOptions, Scene } from '../scene/types.ts';
import type { WeightsSource } from '../style/features/network-weights.ts';
import { BACKGROUNDS } from './backgrounds.ts';
import { sameScene } from './base-field.ts';
import { loadField, saveField } from './checkpoint.ts';
import { Emitter } from './emitter.ts';
import { FieldDisplay } from './field-display.ts';
import { consistencyOfField, evaluateField } from './figures.ts';
import { KernelCache } from './kernel-cache.ts';
import { StyleLibrary } from './library.ts';
import { OpenField } from './open-field.ts';
import type { SessionParts } from './parts.ts';
import { PRESET_NAMES } from './presets.ts';
import { SessionRegions } from './regions/regions.ts';
import { type NetworkSources, SessionNetwork } from './session-network.ts';
import { PLAIN_MIX } from './style-mix.ts';
import { stylizeField } from './style-run.ts';
import { trainField } from './training.ts';
import type {
  BakeReport,
  ConsistencyOptions,
  ConsistencyScore,
  EvaluateOptions,
  Evaluation,
  ImpastoSession,
  RenderChoice,
  SessionEvents,
  SessionState,
  ShownStyles,
  StyleScore,
  StylizeOptions,
  TrainOptions,
} from './types.ts';

export type SessionOptions = NetworkSources;

export async function createSession(gpu: Gpu, options: SessionOptions): Promise<ImpastoSession> {
  return new Session(gpu, options);
}

const AT_FIRST: Readonly<SessionState> = {
  scene: null,
  preset: PRESET_NAMES[0],
  trainedSteps: 0,
  style: [],
  painted: false,
  strength: 1,
  shown: [],
  baked: null,
  background: 'white',
  features: '',
  busy: 'idle',
};

/** Parts that know of one another, put together. */
function partsOf(gpu: Gpu, sources: NetworkSources): SessionParts {
  const emitter = new Emitter<SessionEvents>();
  const state = { ...AT_FIRST };
  const kernels = new KernelCache(gpu);
  const network = new SessionNetwork(gpu, emitter, state, sources);
  const open = new OpenField(() => parts);
  const field = () => ({ core: open.needed(), ...state });
  const display = new FieldDisplay({
    gpu,
    emitter,
    state,
    backdrop: () => ({ background: BACKGROUNDS[state.background], opaque: state.scene?.hasAlpha === false }),
    idOf: (style) => library.idOf(style),
  });
  const library: StyleLibrary = new StyleLibrary({
    gpu,
    emitter,
    display,
    regions: { uses: (style) => regions.uses(style), forget: (style) => regions.forget(style) },
    field,
  });
  const regions: SessionRegions = new SessionRegions({ gpu, emitter, display, library, field });
  const parts: SessionParts = { gpu, emitter, state, kernels, network, open, display, library, regions };
  return parts;
}

class Session implements ImpastoSession {
  private readonly parts: SessionParts;
  readonly library: StyleLibrary;
  readonly regions: SessionRegions;

  constructor(
    readonly gpu: Gpu,
    options: SessionOptions,
  ) {
    this.parts = partsOf(gpu, options);
    ({ library: this.library, regions: this.regions } = this.parts);
  }

  get state(): Readonly<SessionState> {
    return this.parts.state;
  }

  on<K extends keyof SessionEvents>(event: K, listener: (detail: SessionEvents[K]) => void): () => void {
    return this.parts.emitter.on(event, listener);
  }

  // Long tasks

  async loadScene(files: FileSource, options: LoadSceneOptions): Promise<Scene> {
    return this.busy('loading', async () => {
      const { emitter, state, open } = this.parts;
      const scene = await loadScene(files, {
        ...options,
        onProgress: (done, total, what) => {
          options.onProgress?.(done, total, what);
          emitter.emit('progress', { task: 'load', fraction: total ? done / total : 0, text: what });
        },
      });
      const before = state.scene;
      if (open.resources && before && !hasPhotographs(before) && sameScene(before, scene)) {
        // The photographs of the very field that is open: it stays, and all that was painted on it.
        state.scene = scene;
        return scene;
      }
      await open.drop();
      state.scene = scene;
      state.background = 'white';
      emitter.emit('changed', { reason: 'load' });
      return scene;
    });
  }

  train(options: TrainOptions): Promise<void> {
    return this.busy('training', () => trainField(this.parts, options));
  }

  stylize(options: StylizeOptions): Promise<StyleScore> {
    return this.busy('stylizing', () => stylizeField(this.parts, options));
  }

  evaluate(options: EvaluateOptions = {}): Promise<Evaluation> {
    return this.busy('evaluating', () => evaluateField(this.parts, options));
  }

  consistency(options: ConsistencyOptions = {}): Promise<ConsistencyScore> {
    return this.busy('evaluating', () => consistencyOfField(this.parts, options));
  }

  load(bytes: Uint8Array<ArrayBuffer>, where: string): Promise<void> {
    return this.busy('loading', () => loadField(this.parts, bytes, where));
  }

  save(options: { withOptimiser?: boolean } = {}): Promise<Uint8Array<ArrayBuffer>> {
    return saveField(this.parts, options);
  }

  useNetwork(source: WeightsSource | null): Promise<string> {
    return this.parts.network.use(source);
  }

  // What is shown

  show(shown: ShownStyles): void {
    const { display, library, state } = this.parts;
    display.show(library.mixOf(shown, state.strength));
    this.shownChanged();
  }

  clearStyle(): void {
    this.parts.display.show(PLAIN_MIX);
    this.shownChanged();
  }

  setStrength(strength: number): void {
    if (!(strength >= 0 && strength <= 1)) throw inputError('strength', null, '0 to 1', `${strength}`);
    const { display } = this.parts;
    display.show({ ...display.mix, strength });
    this.shownChanged();
  }

  private shownChanged(): void {
    this.parts.emitter.emit('changed', { reason: 'shown' });
  }

  createTarget(width: number, height: number): RenderTarget {
    return createRenderTarget(this.gpu, width, height);
  }

  destroyTarget(target: RenderTarget): void {
    destroyRenderTarget(target);
  }

  /** Calls queue up: each draws the field as it is when its turn comes. */
  async render(camera: Camera, target: RenderTarget, options: RenderChoice = {}): Promise<void> {
    const { display, library, open, state } = this.parts;
    const { of } = options;
    const mix = () => (of ? library.mixOf(of, state.strength) : null);
    await display.render(() => open.needed(), camera, target, options, mix);
  }

  async bake(options: { signal?: AbortSignal; slow?: boolean } = {}): Promise<BakeReport | null> {
    const { display, state } = this.parts;
    const view = state.scene?.train[0];
    return view ? display.bake(view.camera, options) : null;
  }

  destroy(): void {
    const { open, network, kernels, display } = this.parts;
    const dropped = open.drop().catch(() => undefined);
    void dropped.then(() => {
      for (const part of [network, kernels, display]) part.destroy();
    });
  }

  /** One long task at a time. */
  private async busy<T>(what: Exclude<SessionState['busy'], 'idle'>, task: () => Promise<T>): Promise<T> {
    const { state } = this.parts;
    if (state.busy !== 'idle') throw inputError(what, null, 'no other task under way', `${state.busy}`);
    state.busy = what;
    try {
      return await task();
    } finally {
      state.busy = 'idle';
    }
  }
}
