// The one object that page and command line drive: load, train, stylize, render, measure, save. Owns the GPU state of
// one scene; tells what happens by typed events. One long task runs at a time; rendering goes on beside it.

import { inputError } from '../errors.ts';
import type { Gpu } from '../gpu/device.ts';
import { Lpips } from '../metrics/lpips.ts';
import type { LpipsHeads } from '../metrics/lpips-heads.ts';
import { blendOf } from '../nerf/blend.ts';
import { type Appearance, Field } from '../nerf/field.ts';
import type { NerfKernels } from '../nerf/kernels.ts';
import { largestBuffer, makeIfRoom } from '../nerf/memory.ts';
import { createRenderTarget, destroyRenderTarget } from '../nerf/renderer.ts';
import { NerfTrainer } from '../nerf/trainer.ts';
import type { RenderTarget } from '../nerf/types.ts';
import { loadScene } from '../scene/load.ts';
import type { Camera, FileSource, LoadSceneOptions, Scene } from '../scene/types.ts';
import { resolveFeatureNetwork } from '../style/features/network-choice.ts';
import type { NetworkWeights, WeightsSource } from '../style/features/network-weights.ts';
import { resolveRecipe } from '../style/recipe.ts';
import type { FeatureNetwork } from '../style/types.ts';
import { openBaseField, sameScene } from './base-field.ts';
import { Emitter } from './emitter.ts';
import { FieldDisplay } from './field-display.ts';
import { type FieldFile, parseFieldFile, type StyledAppearance, stylesOf, writeFieldFile } from './field-file.ts';
import { createFieldResources, destroyFieldResources, type FieldResources, formatMemory } from './field-resources.ts';
import { KernelCache } from './kernel-cache.ts';
import { paintedWith, StyleLibrary } from './library.ts';
import { evaluationOf, scoreConsistency, scoreViews } from './measure.ts';
import { paint } from './painting.ts';
import { fieldConfigFor } from './placement.ts';
import { PRESET_NAMES, PRESETS, type Preset, type PresetName, smallerPresets } from './presets.ts';
import { SessionRegions } from './regions/regions.ts';
import { Slicer } from './slices.ts';
import { styleId } from './style-file.ts';
import { mixOf, PLAIN_MIX } from './style-mix.ts';
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

export interface SessionOptions {
  /** The small network that ships. */
  bundledNetwork: WeightsSource;
  /** A network of the user's; taken before any other. */
  givenNetwork?: WeightsSource | NetworkWeights;
  /** Fetches VGG-19, or takes it from the cache, when a network is first needed; null where the user declines. */
  remoteNetwork?: (
    onProgress: (loaded: number, total: number) => void,
    signal?: AbortSignal,
  ) => Promise<NetworkWeights | null>;
}

export async function createSession(gpu: Gpu, options: SessionOptions): Promise<ImpastoSession> {
  return new Session(gpu, options);
}

/** Behind transparent pictures and empty space, wherever a view is shown, measured or painted. */
const BACKGROUNDS = { white: [1, 1, 1], black: [0, 0, 0] } as const;
/** GPU time between two chances for the view: half a frame or so; software adapters miss frames whatever is done. */
const SLICE_MS = 24;
const SOFTWARE_SLICE_MS = 250;
/** Held-out views that are rendered now and then while training. */
const HOLDOUT_VIEWS = 2;
const HOLDOUT_SECONDS = 20;
/** Of the time, at most. */
const HOLDOUT_SHARE = 0.05;
const DEFAULT_CONSISTENCY_FRAMES = 24;
/** Long side of those frames at most, where no size is given: all of them are kept, with their depths. Pixels. */
const CONSISTENCY_SIDE = 1280;

class Session implements ImpastoSession {
  private readonly emitter = new Emitter<SessionEvents>();
  private readonly current: SessionState = {
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
  private core: FieldResources | null = null;
  private trainer: NerfTrainer | null = null;
  private network: FeatureNetwork | null = null;
  private readonly kernelCache: KernelCache;
  private readonly display: FieldDisplay;
  readonly library: StyleLibrary;
  readonly regions: SessionRegions;

  constructor(
    readonly gpu: Gpu,
    private readonly options: SessionOptions,
  ) {
    this.kernelCache = new KernelCache(gpu);
    this.display = new FieldDisplay({
      gpu,
      emitter: this.emitter,
      state: this.current,
      backdrop: () => ({ background: this.background, opaque: this.current.scene?.hasAlpha === false }),
      idOf: (style) => this.library.idOf(style),
    });
    this.library = new StyleLibrary({
      gpu,
      emitter: this.emitter,
      display: this.display,
      regions: {
        uses: (style) => this.regions.uses(style),
        forget: (style) => this.regions.forget(style),
      },
      field: () => ({ core: this.needCore(), ...this.current }),
    });
    this.regions = new SessionRegions({
      gpu,
      emitter: this.emitter,
      display: this.display,
      library: this.library,
      field: () => ({ core: this.needCore(), ...this.current }),
    });
  }

  get state(): Readonly<SessionState> {
    return this.current;
  }

  on<K extends keyof SessionEvents>(event: K, listener: (detail: SessionEvents[K]) => void): () => void {
    return this.emitter.on(event, listener);
  }

  // Scenes

  async loadScene(files: FileSource, options: LoadSceneOptions): Promise<Scene> {
    return this.busy('loading', async () => {
      const scene = await loadScene(files, {
        ...options,
        onProgress: (done, total, what) => {
          options.onProgress?.(done, total, what);
          this.emitter.emit('progress', { task: 'load', fraction: total ? done / total : 0, text: what });
        },
      });
      const { scene: open } = this.current;
      if (this.core && open && open.train[0].picture.width === 0 && sameScene(open, scene)) {
        // The photographs of the very field that is open: it stays, and all that was painted on it.
        this.current.scene = scene;
        return scene;
      }
      await this.dropCore();
      this.current.scene = scene;
      this.current.background = 'white';
      this.emitter.emit('changed', { reason: 'load' });
      return scene;
    });
  }

  // Training

  async train(options: TrainOptions): Promise<void> {
    await this.busy('training', async () => {
      const scene = this.sceneWithPictures();
      const core = await this.coreFor(scene, options);
      await this.display.stopBaking();
      this.display.dropBake();
      this.current.background = options.background ?? this.current.background;
      const preset = PRESETS[core.preset];
      const { seconds } = options;
      const steps = options.steps ?? (seconds === undefined ? preset.train.steps : Number.POSITIVE_INFINITY);
      this.trainer ??= this.makeTrainer(core, scene, preset.train);
      const { trainer } = this;
      trainer.steps = steps;
      const began = performance.now();
      const elapsed = () => (performance.now() - began) / 1000;
      const slicer = new Slicer(this.gpu.isSoftware ? SOFTWARE_SLICE_MS : SLICE_MS);
      let nextHoldout = HOLDOUT_SECONDS;
      while (trainer.step < steps && !options.signal?.aborted) {
        trainer.timeShare = seconds === undefined ? 0 : elapsed() / seconds;
        if (trainer.timeShare >= 1) break;
        const { step, loss, psnr } = await slicer.slice(
          Math.min(steps - trainer.step, trainer.stepsUntilReading, 16),
          () => trainer.trainStep(),
          () => trainer.statistics(),
        );
        this.current.trainedSteps = step;
        this.emitter.emit('train', { step, loss, psnr, seconds: elapsed() });
        const of = Number.isFinite(steps) ? ` of ${steps}` : '';
        this.emitter.emit('progress', {
          task: 'train',
          fraction: trainer.progress,
          text: `step ${step}${of}, ${psnr.toFixed(1)} dB`,
        });
        this.emitter.emit('changed', { reason: 'train' });
        // An untrained field is all fog, and takes longer to render than to train.
        const clear = step >= preset.train.coarseSteps[0];
        if (scene.test.length && clear && elapsed() > nextHoldout) {
          const before = elapsed();
          await this.emitHoldout(core, scene, step);
          nextHoldout = elapsed() + Math.max(HOLDOUT_SECONDS, (elapsed() - before) / HOLDOUT_SHARE);
        }
      }
      if (scene.test.length && !options.signal?.aborted) await this.emitHoldout(core, scene, trainer.step);
    });
  }

  private makeTrainer(core: FieldResources, scene: Scene, config: Preset['train']): NerfTrainer {
    const trainer = new NerfTrainer(this.gpu, core.kernels, core.field, core.buffers, scene.train, config, core.seed);
    trainer.step = this.current.trainedSteps;
    if (core.pace) trainer.budget = core.pace;
    return trainer;
  }

  private async emitHoldout(core: FieldResources, scene: Scene, step: number): Promise<void> {
    const views = scene.test.slice(0, HOLDOUT_VIEWS);
    const scores = await scoreViews(
      this.gpu,
      views,
      this.background,
      this.display.renderWith(core.taskRenderer, blendOf(core.field.appearance), { lens: true }),
    );
    this.emitter.emit('holdout', { step, psnr: mean(scores.map((s) => s.psnr)) });
  }

  /** The core of this scene, made anew where the preset or the seed differ from what was trained. */
  private async coreFor(scene: Scene, { preset, seed }: TrainOptions): Promise<FieldResources> {
    const wanted = seed ?? this.core?.seed ?? 0;
    if (this.core && [this.core.preset, this.core.asked].includes(preset) && this.core.seed === wanted) {
      const { density, appearance } = this.core.field;
      for (const network of [density, appearance.network]) {
        if (!network.optimiser) network.startOptimiser(await network.readTable());
      }
      return this.core;
    }
    for (const name of smallerPresets(preset)) {
      const kernels = await this.kernelCache.get(fieldConfigFor(PRESETS[name].field, scene));
      await this.dropCore();
      if (await this.makeCore(scene, name, preset, wanted, kernels)) {
        this.emitter.emit('changed', { reason: 'load' });
        return this.core!;
      }
      const [, next] = smallerPresets(name);
      if (!next) break;
      const text = `preset ${name} needs ${formatMemory(name, scene)} of graphics memory, and there is less: going on with ${next}`;
      this.emitter.emit('notice', { level: 'warning', text });
    }
    throw inputError(
      'graphics memory',
      null,
      `${formatMemory(PRESET_NAMES[0], scene)} for ${scene.train.length} pictures of ${scene.name}`,
      'less',
      'a larger --downscale needs less',
    );
  }

  /** @returns false where the adapter has no room for it */
  private async makeCore(
    scene: Scene,
    name: PresetName,
    asked: PresetName,
    seed: number,
    kernels: NerfKernels,
  ): Promise<boolean> {
    const preset = PRESETS[name];
    const config = fieldConfigFor(preset.field, scene);
    const { device } = this.gpu;
    const most = Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize);
    if (largestBuffer(preset) > most) return false;
    const made = await makeIfRoom(
      device,
      () => {
        const core = createFieldResources(
          this.gpu,
          name,
          asked,
          seed,
          kernels,
          Field.create(this.gpu, config, scene.unbounded, seed),
        );
        return { core, trainer: this.makeTrainer(core, scene, preset.train) };
      },
      ({ core, trainer }) => {
        trainer.destroy();
        destroyFieldResources(core);
      },
    );
    if (!made) return false;
    this.takeCore(made.core);
    this.trainer = made.trainer;
    this.current.preset = name;
    return true;
  }

  private takeCore(core: FieldResources): void {
    this.core = core;
    this.display.setCore(core);
  }

  private async dropCore(): Promise<void> {
    const { core } = this;
    // Nothing begins to be drawn from now on; what is being drawn still uses what is about to go.
    this.core = null;
    this.display.setCore(null);
    await this.display.settled();
    this.library.clear();
    this.regions.drop();
    this.trainer?.destroy();
    this.trainer = null;
    this.current.trainedSteps = 0;
    if (!core) return;
    await this.gpu.idle();
    destroyFieldResources(core);
  }

  // Styles

  async stylize(options: StylizeOptions): Promise<StyleScore> {
    return this.busy('stylizing', async () => {
      const scene = this.sceneWithPictures();
      const core = this.needCore();
      const network = await this.featureNetwork(options.signal);
      await this.display.stopBaking();
      const preset = PRESETS[core.preset];
      const former = options.goOn === undefined ? null : this.library.unfinished(options.goOn);
      const recipe = resolveRecipe(former ? { ...options, steps: former.planned } : options, preset.style);
      const { steps } = recipe;
      const ground = former?.style.appearance ?? core.field.appearance;
      const styledNetwork = ground.network.clone('Field.style');
      styledNetwork.startOptimiser(await ground.network.readTable());
      const appearance: Appearance = { network: styledNetwork, colourMap: ground.colourMap, viewDependent: false };
      const style: StyledAppearance = { appearance, names: options.styles.map(({ name }) => name) };
      const before = this.display.mix;
      const isShown = () => this.display.mix.styles.some((shown) => shown.style === style);
      const began = performance.now();
      const renderer = core.taskRenderer;
      let done = former?.laid ?? 0;
      let told = false;
      try {
        const painted = await paint({
          gpu: this.gpu,
          network,
          renderer,
          appearance,
          views: scene.train,
          viewSide: preset.style.viewSide,
          styles: options.styles,
          recipe,
          laid: former?.laid,
          seconds: options.seconds,
          seed: core.seed,
          signal: options.signal,
          onColours: () => {
            if (!told) this.display.show(mixOf(style, options.strength ?? 1));
            told = true;
            this.display.dropBake();
            this.emitter.emit('colours', { style: style.names.join(' + ') });
            this.emitter.emit('changed', { reason: 'style' });
          },
          onStep: (step, losses) => {
            done = step;
            const seconds = (performance.now() - began) / 1000;
            if (losses) this.emitter.emit('style', { step, steps, loss: losses.total, style: losses.style, seconds });
            const share = options.seconds === undefined ? 0 : seconds / options.seconds;
            const fraction = Math.min(1, Math.max(step / steps, share));
            this.emitter.emit('progress', { task: 'stylize', fraction, text: `stroke ${step} of ${steps}` });
            this.emitter.emit('changed', { reason: 'style' });
          },
        });
        // What it began with, before any stroke, was measured then.
        const { start, before: first } = former?.score ?? painted;
        const score = { ...painted, start, before: first };
        const cutShort = options.signal?.aborted === true && done < steps;
        const record = paintedWith(options, done, cutShort ? steps : undefined);
        const kept = await this.library.add(style, { options: record, score });
        // What was baked on the way is not what was finished.
        this.display.dropBake();
        // The very same painting was there already.
        if (isShown()) this.display.show(mixOf(kept, this.display.mix.strength));
        if (kept !== style) await this.display.release(styledNetwork);
        else styledNetwork.dropOptimiser();
        this.emitter.emit('changed', { reason: 'style' });
        return score;
      } catch (error) {
        // Cancelled before the first stroke, or failed: what was there before is shown again.
        if (isShown()) {
          this.display.show(this.library.stillThere(before));
          this.emitter.emit('changed', { reason: 'style' });
        }
        await this.display.release(styledNetwork);
        throw error;
      }
    });
  }

  show(shown: ShownStyles): void {
    this.display.show(this.library.mixOf(shown, this.current.strength));
    this.emitter.emit('changed', { reason: 'shown' });
  }

  clearStyle(): void {
    this.display.show(PLAIN_MIX);
    this.emitter.emit('changed', { reason: 'shown' });
  }

  setStrength(strength: number): void {
    if (!(strength >= 0 && strength <= 1)) throw inputError('strength', null, '0 to 1', `${strength}`);
    this.display.show({ ...this.display.mix, strength });
    this.emitter.emit('changed', { reason: 'shown' });
  }

  private async featureNetwork(signal?: AbortSignal): Promise<FeatureNetwork> {
    if (this.network) return this.network;
    this.setNetwork(await this.resolveNetwork(this.options.givenNetwork, signal));
    return this.network!;
  }

  /** A network that was given, or else the one that the session was opened with. */
  private async resolveNetwork(given?: WeightsSource | NetworkWeights, signal?: AbortSignal): Promise<FeatureNetwork> {
    this.emitter.emit('progress', { task: 'features', fraction: 0, text: 'feature network' });
    const { bundledNetwork, remoteNetwork } = this.options;
    const onProgress = (loaded: number, total: number) => {
      const text = `VGG-19, ${megabytes(loaded)} of ${megabytes(total)} MB`;
      this.emitter.emit('progress', { task: 'features', fraction: loaded / Math.max(1, total), text });
    };
    const remote = remoteNetwork && (() => remoteNetwork(onProgress, signal));
    const { network, notice } = await resolveFeatureNetwork(this.gpu, { bundled: bundledNetwork, given, remote });
    if (notice) this.emitter.emit('notice', { level: 'info', text: notice });
    return network;
  }

  private setNetwork(network: FeatureNetwork): void {
    this.network?.destroy();
    this.network = network;
    this.current.features = network.name;
    this.emitter.emit('progress', { task: 'features', fraction: 1, text: network.name });
  }

  async useNetwork(source: WeightsSource | null): Promise<string> {
    this.networkIsFree();
    const network = await this.resolveNetwork(source ?? this.options.givenNetwork);
    try {
      // A painting may have begun while the file was read.
      this.networkIsFree();
    } catch (error) {
      network.destroy();
      throw error;
    }
    this.setNetwork(network);
    return network.name;
  }

  private networkIsFree(): void {
    const { busy } = this.current;
    if (busy === 'stylizing' || busy === 'evaluating')
      throw inputError('feature network', null, 'no painting or measuring under way', `${busy}`);
  }

  // Rendering

  createTarget(width: number, height: number): RenderTarget {
    return createRenderTarget(this.gpu, width, height);
  }

  destroyTarget(target: RenderTarget): void {
    destroyRenderTarget(target);
  }

  /** Calls queue up: each draws the field as it is when its turn comes. */
  async render(camera: Camera, target: RenderTarget, options: RenderChoice = {}): Promise<void> {
    const { of } = options;
    const mix = () => (of ? this.library.mixOf(of, this.current.strength) : null);
    await this.display.render(() => this.needCore(), camera, target, options, mix);
  }

  async bake(options: { signal?: AbortSignal; slow?: boolean } = {}): Promise<BakeReport | null> {
    const view = this.current.scene?.train[0];
    return view ? this.display.bake(view.camera, options) : null;
  }

  // Figures

  async evaluate(options: EvaluateOptions = {}): Promise<Evaluation> {
    return this.busy('evaluating', async () => {
      const scene = this.sceneWithPictures();
      const core = this.needCore();
      if (scene.test.length === 0) throw inputError(`held-out views of ${scene.name}`, null, 'at least one', 'none');
      const { signal, onView } = options;
      const lpips = await this.lpipsWith(options.lpips, signal);
      try {
        const views = await scoreViews(
          this.gpu,
          scene.test,
          this.background,
          this.display.renderWith(core.taskRenderer, blendOf(core.field.appearance), { lens: true }),
          {
            lpips,
            onView,
            signal,
            onProgress: (done) => this.progress('evaluate', done, scene.test.length, 'held-out views'),
          },
        );
        const background = scene.hasAlpha ? this.current.background : 'none';
        return evaluationOf(views, scene, background, lpips && this.network?.name);
      } finally {
        lpips?.destroy();
      }
    });
  }

  async consistency(options: ConsistencyOptions = {}): Promise<ConsistencyScore> {
    return this.busy('evaluating', async () => {
      const { scene } = this.current;
      const core = this.needCore();
      if (!scene) throw inputError('consistency', null, 'a scene or a checkpoint', 'none');
      const { width, height } = scene.train[0].camera;
      const { signal, onPair } = options;
      const frames = options.frames ?? DEFAULT_CONSISTENCY_FRAMES;
      const base = options.base && (await openBaseField(this.gpu, this.kernelCache, options.base, scene));
      let lpips: Lpips | undefined;
      try {
        lpips = await this.lpipsWith(options.lpips, signal);
        const style = options.style && {
          network: await this.featureNetwork(signal),
          picture: options.style,
          styleScale: PRESETS[core.preset].style.styleScale,
        };
        // Without its direction the plain field is what the stylized one is compared with: neither has highlights.
        const flat = { flat: true };
        const plain = blendOf((base?.field ?? core.field).appearance);
        return await scoreConsistency(
          this.gpu,
          scene,
          frames,
          options.size ?? sizeWithin(width, height, CONSISTENCY_SIDE),
          {
            shown: this.display.renderWith(core.taskRenderer, this.display.blend!, flat),
            plain: this.display.renderWith(base?.renderer ?? core.taskRenderer, plain, flat),
            sameGeometry: !base,
          },
          {
            lpips,
            style,
            onPair,
            signal,
            onProgress: (done, total) => this.progress('consistency', done, total, 'frames and pairs'),
          },
        );
      } finally {
        lpips?.destroy();
        base?.destroy();
      }
    });
  }

  private async lpipsWith(heads: LpipsHeads | undefined, signal?: AbortSignal): Promise<Lpips | undefined> {
    return heads && (await Lpips.create(this.gpu, await this.featureNetwork(signal), heads));
  }

  private progress(task: SessionEvents['progress']['task'], done: number, total: number, what: string): void {
    this.emitter.emit('progress', { task, fraction: done / total, text: `${done} of ${total} ${what}` });
  }

  // Files

  async save(options: { withOptimiser?: boolean } = {}): Promise<Uint8Array<ArrayBuffer>> {
    const core = this.needCore();
    const { scene, trainedSteps } = this.current;
    const { preset, seed, field } = core;
    if (options.withOptimiser && !field.density.optimiser)
      throw inputError('optimiser', null, 'a field that was trained here', 'one that was only read');
    return writeFieldFile(
      {
        preset,
        seed,
        field,
        steps: trainedSteps,
        look: this.display.mix,
        regions: this.regions.toKeep(),
        scene: scene!,
        background: this.current.background,
        pace: this.trainer?.budget,
      },
      options,
    );
  }

  async load(bytes: Uint8Array<ArrayBuffer>, where: string): Promise<void> {
    await this.busy('loading', async () => {
      const parsed = parseFieldFile(bytes, where);
      const kernels = await this.kernelCache.get(parsed.config).catch((cause: Error) => {
        throw inputError('field', where, 'networks that this adapter runs', cause.message);
      });
      const free = ({ file, core }: { file: FieldFile; core: FieldResources }) => {
        for (const style of stylesOf(file)) style.appearance.network.destroy();
        destroyFieldResources(core);
      };
      // All of the new field is there before anything of the present one goes.
      const made = await makeIfRoom(
        this.gpu.device,
        () => {
          const file = parsed.make(this.gpu);
          const { preset, seed, field } = file;
          return { file, core: createFieldResources(this.gpu, preset, preset, seed, kernels, field) };
        },
        free,
      );
      if (!made) throw inputError('graphics memory', where, 'room for its field beside the present one', 'less');
      const { file, core } = made;
      const styles = stylesOf(file);
      let ids: string[];
      let bits: Uint32Array;
      try {
        [ids, bits] = await Promise.all([
          Promise.all(styles.map(styleId)),
          core.field.occupancyBits.read() as Promise<Uint32Array>,
        ]);
      } catch (cause) {
        free(made);
        throw cause;
      }
      const { scene } = this.current;
      await this.dropCore();
      this.takeCore(core);
      core.pace = file.pace;
      Object.assign(this.current, {
        preset: file.preset,
        trainedSteps: file.steps,
        background: file.background,
        // The photographs stay where they are those that the field was trained on.
        scene: scene && sameScene(scene, file.scene) ? scene : file.scene,
      });
      for (const [i, style] of styles.entries()) this.library.addAs(ids[i], style);
      this.display.show(file.look);
      if (file.regions) this.regions.take(file.regions, bits);
      this.emitter.emit('changed', { reason: 'load' });
    });
  }

  destroy(): void {
    void this.dropCore().then(() => {
      this.network?.destroy();
      this.kernelCache.destroy();
      this.display.destroy();
    });
  }

  // What must be there

  /** sRGB 0..1. */
  private get background(): readonly [number, number, number] {
    return BACKGROUNDS[this.current.background];
  }

  private needCore(): FieldResources {
    if (!this.core) throw inputError('field', null, 'a trained one or a checkpoint', 'none');
    return this.core;
  }

  private sceneWithPictures(): Scene {
    const { scene } = this.current;
    if (!scene) throw inputError('scene', null, 'photographs', 'none');
    if (scene.train[0].picture.width === 0) {
      throw inputError(`photographs of ${scene.name}`, null, 'its folder or archive to be open', 'only the checkpoint');
    }
    return scene;
  }

  /** One long task at a time. */
  private async busy<T>(what: Exclude<SessionState['busy'], 'idle'>, task: () => Promise<T>): Promise<T> {
    if (this.current.busy !== 'idle') throw inputError(what, null, 'no other task under way', `${this.current.busy}`);
    this.current.busy = what;
    try {
      return await task();
    } finally {
      this.current.busy = 'idle';
    }
  }
}

/** The size, or one of its shape within `longest`. */
function sizeWithin(width: number, height: number, longest: number): [number, number] {
  const scale = Math.min(1, longest / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);

const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
