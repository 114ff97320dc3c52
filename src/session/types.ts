// What page and command line may ask of the engine, and what it tells them. Panels never touch the GPU: they call
// these, and hear typed events. Long calls take an AbortSignal, report progress and give way between slices.

import type { Gpu } from '../gpu/device.ts';
import type { PresetName, RenderTarget } from '../nerf/types.ts';
import type { Camera, FileSource, LoadSceneOptions, Picture, Scene } from '../scene/types.ts';

export interface StyleInput {
  name: string;
  picture: Picture;
  /** Relative weight in a mix of styles; 1 for a single one. */
  weight: number;
}

export type StyleLossName = 'nnfm' | 'gram' | 'adain';

export interface TrainOptions {
  preset: PresetName;
  /**
   * Stop after so many steps in all / so many seconds of this call, whichever first; the learning rate falls towards
   * that end. Default: the preset's steps, unless seconds are given.
   */
  steps?: number;
  seconds?: number;
  seed?: number;
  signal?: AbortSignal;
}

export interface StylizeOptions {
  styles: StyleInput[];
  loss: StyleLossName;
  /** Default: the preset's. */
  steps?: number;
  seconds?: number;
  /** 0..1, applied exactly as a lerp of original and stylized colours when shown; default 1. */
  strength?: number;
  /** 0.5..2: size of the strokes; default 1. */
  brush?: number;
  keepColours?: boolean;
  /** Weight of content against style, default 1 = the recipe's. */
  contentWeight?: number;
  signal?: AbortSignal;
}

export interface ViewScore {
  name: string;
  psnr: number;
  ssim: number;
}

export interface ConsistencyRange {
  rmse: number;
  baseline: number;
  pairs: number;
}

export interface StyleScore {
  /** Which network judged: 'vgg19', 'small' or the file's name. */
  features: string;
  metric: StyleLossName;
  /** Distance to the style of the colour-transferred field, before strokes. */
  start: number;
  end: number;
}

/** Everything the engine says, by name. */
export interface SessionEvents {
  /** Progress of the long task under way, 0..1. */
  progress: {
    task: 'load' | 'train' | 'stylize' | 'render' | 'evaluate' | 'consistency' | 'features';
    fraction: number;
    text: string;
  };
  /** After a slice of training. loss is the mean Huber loss a ray, psnr of the training rays in dB. */
  train: { step: number; loss: number; psnr: number; seconds: number };
  /** Held-out PSNR, now and then during training. */
  holdout: { step: number; psnr: number };
  /** Colours were transferred: the first visible change of a new style. */
  colours: { style: string };
  /** After a slice of stylizing. loss: weighted sum; style: the style term alone. */
  style: { step: number; steps: number; loss: number; style: number; seconds: number };
  /** The field changed and views of it should be redrawn. */
  changed: { reason: 'train' | 'style' | 'load' | 'strength' };
  /** One sentence for the user. */
  notice: { level: 'info' | 'warning' | 'error'; text: string };
}

export interface SessionState {
  scene: Scene | null;
  preset: PresetName;
  trainedSteps: number;
  /** Names of the styles on the field, empty for the plain one. */
  style: string[];
  strength: number;
  features: string;
  busy: 'idle' | 'loading' | 'training' | 'stylizing' | 'rendering' | 'evaluating';
}

export interface ImpastoSession {
  readonly gpu: Gpu;
  readonly state: Readonly<SessionState>;
  on<K extends keyof SessionEvents>(event: K, listener: (detail: SessionEvents[K]) => void): () => void;

  /** Replaces the scene only when the new one has loaded whole; throws InputError and changes nothing otherwise. */
  loadScene(files: FileSource, options: LoadSceneOptions): Promise<Scene>;
  /** Starts or goes on training. Resolves when done or cancelled. */
  train(options: TrainOptions): Promise<void>;
  /** Colour transfer at once, then strokes. The unstylized field is kept. Resolves when done or cancelled. */
  stylize(options: StylizeOptions): Promise<StyleScore>;
  /** Drops the style, back to the plain field. */
  clearStyle(): void;
  setStrength(strength: number): void;

  /** Makes a target that render() fills; the caller destroys it with destroyTarget. */
  createTarget(width: number, height: number): RenderTarget;
  destroyTarget(target: RenderTarget): void;
  /** Renders the field as it is now. `original` shows the unstylized field (for the wipe). Works during training. */
  render(camera: Camera, target: RenderTarget, options?: { original?: boolean }): Promise<void>;

  evaluate(options?: {
    signal?: AbortSignal;
  }): Promise<{ mean: { psnr: number; ssim: number }; views: ViewScore[]; background: 'white' | 'black' | 'none' }>;
  consistency(options?: {
    frames?: number;
    size?: [number, number];
    signal?: AbortSignal;
  }): Promise<{ short: ConsistencyRange; long: ConsistencyRange }>;

  /**
   * A whole .impasto file of the scene's field, with its style if it has one. With the optimiser, training goes on
   * from it to the very bit; without, it begins with fresh moments.
   */
  save(options?: { withOptimiser?: boolean }): Promise<Uint8Array<ArrayBuffer>>;
  /** Reads one; refuses what it cannot read with one InputError and changes nothing then. */
  load(bytes: Uint8Array<ArrayBuffer>, where: string): Promise<void>;
  destroy(): void;
}
