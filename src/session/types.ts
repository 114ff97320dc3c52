// What page and command line may ask of the engine, and what it tells them. Panels never touch the GPU: they call
// these, and hear typed events. Long calls take an AbortSignal, report progress and give way between slices.

import type { Gpu } from '../gpu/device.ts';
import type { PathPair } from '../metrics/consistency.ts';
import type { LpipsHeads } from '../metrics/lpips-heads.ts';
import type { StyleFigures } from '../metrics/style-figures.ts';
import type { RenderTarget } from '../nerf/types.ts';
import type { Camera, FileSource, LoadSceneOptions, Picture, Scene } from '../scene/types.ts';
import type { WeightsSource } from '../style/features/network-weights.ts';
import type { ColourChoice } from '../style/palette.ts';
import type { PaintingSettings } from '../style/settings.ts';
import type { StyleLossChoice, StyleLossName } from '../style/style-config.ts';
import type { PresetName } from './presets.ts';
import type { Region, Regions } from './regions/types.ts';

export interface StyleInput {
  name: string;
  picture: Picture;
  /** Further pictures of the same style: a collection, not one work. Strokes and colours are of all together. */
  more?: readonly Picture[];
  /** Relative weight in a mix of styles; 1 for a single one. */
  weight: number;
}

export type { StyleLossChoice, StyleLossName } from '../style/style-config.ts';

export interface TrainOptions {
  preset: PresetName;
  /**
   * Stop after so many steps in all / so many seconds of this call, whichever first; the learning rate falls towards
   * that end. Default: the preset's steps, unless seconds are given.
   */
  steps?: number;
  seconds?: number;
  seed?: number;
  /** What shows behind from now on; what was there stays where not given. Training itself varies it at random. */
  background?: Background;
  signal?: AbortSignal;
}

/** Settings not given are as in PAINTING_SETTINGS; strength is applied exactly, as a lerp of colours, when shown. */
export interface StylizeOptions extends Partial<PaintingSettings> {
  styles: StyleInput[];
  /** One, or several by weight; distances are told in the first. */
  loss: StyleLossChoice;
  seconds?: number;
  /** Default: DEFAULT_COLOURS; photorealistic styles know no palette. `keepColours` is the same as 'kept'. */
  colours?: ColourChoice;
  /** Goes on with this unfinished style of the library, to the end that was planned for it; both are there then. */
  goOn?: string;
  signal?: AbortSignal;
}

export interface ViewScore {
  name: string;
  psnr: number;
  ssim: number;
  /** Where heads were given. */
  lpips?: number;
}

/** A view that was scored, with what was compared: [H, W, 3] sRGB 0..1, the photograph over the background. */
export interface ScoredView extends ViewScore {
  width: number;
  height: number;
  photograph: Float32Array<ArrayBuffer>;
  render: Float32Array<ArrayBuffer>;
}

export interface EvaluateOptions {
  /** LPIPS beside PSNR and SSIM, on the session's feature network. */
  lpips?: LpipsHeads;
  onView?: (view: ScoredView) => void | Promise<void>;
  signal?: AbortSignal;
}

export interface Evaluation {
  mean: { psnr: number; ssim: number; lpips?: number };
  views: ViewScore[];
  /** Behind photograph and render; 'none' where the photographs are opaque. */
  background: Background | 'none';
  /** How the figures came about, in words. */
  protocol: { views: string; pictures: string; psnr: string; ssim: string; lpips?: string };
}

/** One pair of frames; NaN where nothing was seen twice. */
export interface PairScore {
  frames: [number, number];
  rmse: number;
  baseline: number;
  /** As in ConsistencyRange. */
  share: number;
  lpips?: number;
  baselineLpips?: number;
}

export interface ConsistencyRange {
  rmse: number;
  baseline: number;
  pairs: number;
  /** Share of the pixels that both frames see, 0..1, mean over pairs: what the figures are of. */
  share: number;
  /** Where heads were given. */
  lpips?: number;
  baselineLpips?: number;
  each: PairScore[];
}

/** Mean distances of views to a style's picture, NNFM and Gram, of the field as it is shown and of the baseline. */
export interface StyleDistances {
  /** Which network judged. */
  features: string;
  /** How many frames of the path, evenly spread. */
  views: number;
  nnfm: number;
  gram: number;
  baseline: { nnfm: number; gram: number };
}

export interface ConsistencyScore {
  short: ConsistencyRange;
  long: ConsistencyRange;
  /** Where a style was given. */
  style?: StyleDistances;
}

export interface ConsistencyPair extends PathPair {
  range: 'short' | 'long';
}

export interface ConsistencyOptions {
  frames?: number;
  size?: [number, number];
  /** Another checkpoint whose plain field is the baseline, instead of this field's own. */
  base?: { bytes: Uint8Array<ArrayBuffer>; where: string };
  lpips?: LpipsHeads;
  /** Measures the distance to this style too, on the session's feature network. */
  style?: Picture;
  /** Of the field as it is shown, not of the baseline. */
  onPair?: (pair: ConsistencyPair) => void | Promise<void>;
  signal?: AbortSignal;
}

/** What shows behind transparent photographs and empty space. */
export type Background = 'white' | 'black';

export interface StyleScore {
  /** Which network judged: 'vgg19', 'small' or the file's name. */
  features: string;
  metric: StyleLossName;
  /** Distance to the style of the colour-transferred field, before strokes. */
  start: number;
  end: number;
  /** What one number does not tell, of the same views: before strokes and of what is finished. None in older files. */
  before?: StyleFigures;
  after?: StyleFigures;
}

/** What is told of a finished style beside how it looks. */
export interface StyleRecord {
  /** What it was painted with, by name: loss, steps, brush ...; of an unfinished one `planned` says how many steps. */
  options: Readonly<Record<string, string | number | boolean>>;
  score: StyleScore | null;
  /** A small PNG of the painted field; null until one is asked for. */
  thumbnail: Uint8Array<ArrayBuffer> | null;
}

/** A finished style, ready to be shown. */
export interface LibraryStyle extends StyleRecord {
  /** The same for the same painting, through any number of files. */
  readonly id: string;
  /** What it is called: of its pictures, or one name that the user gave. */
  readonly names: readonly string[];
  /** On the GPU. */
  readonly bytes: number;
}

/** Up to 4 styles of the library over the plain field; none: the plain field. */
export interface ShownStyles {
  /** Weights count relative to each other. */
  styles: readonly { id: string; weight: number }[];
  /** Of all of them, 0..1; by default as it is. */
  strength?: number;
}

/** A style that was taken out of the library, whose memory is still held. */
export interface RemovedStyle {
  /** Puts it back where it was. */
  restore(): void;
  /** Frees it, for good. */
  drop(): void;
}

/** The finished styles of a field, side by side; they go with it. */
export interface Library {
  /** Oldest first. */
  readonly styles: readonly LibraryStyle[];
  rename(id: string, name: string): void;
  /** Takes it out; where it was shown, what is left of the mix is, or the plain field. */
  remove(id: string): RemovedStyle;
  /** A style file, of 2 MB at most for quick and standard. */
  export(id: string): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Adds a style file without showing it; one that is there already stays.
   * @throws InputError for what is no style file, or one of another field
   */
  import(bytes: Uint8Array<ArrayBuffer>, where: string): Promise<LibraryStyle>;
  /** A PNG of the field painted so. */
  thumbnail(id: string): Promise<Uint8Array<ArrayBuffer>>;
  /** 8 hexadecimal digits that tell this field from others: style files fit where they agree. */
  fingerprint(): Promise<string>;
}

/** What of the field a view shows; by default all of it, as it is now. */
export interface RenderChoice {
  original?: boolean;
  /** These styles in place of those that are shown, in regions of their own as they are. */
  of?: ShownStyles;
  baked?: boolean;
  flat?: boolean;
}

/** What a bake is and how near it comes to the field that it stands for. */
export interface BakeReport {
  /** Voxels a side of the whole field. */
  resolution: number;
  bricks: number;
  /** On the GPU. */
  bytes: number;
  /** It took to make. */
  seconds: number;
  /** Decibels against the marched field, on the first view. */
  psnr: number;
}

/** Everything the engine says, by name. */
export interface SessionEvents {
  /** Progress of the long task under way, 0..1. */
  progress: {
    task: 'load' | 'train' | 'stylize' | 'render' | 'evaluate' | 'consistency' | 'features' | 'bake' | 'regions';
    fraction: number;
    text: string;
  };
  /** After a slice of training. loss is the mean Huber loss a ray, psnr of the training rays in dB. */
  train: { step: number; loss: number; psnr: number; seconds: number };
  /** Held-out PSNR, now and then during training and at its end; of large views the middle. */
  holdout: { step: number; psnr: number };
  /** Colours were transferred: the first visible change of a new style. */
  colours: { style: string };
  /** After a slice of stylizing. loss: weighted sum; style: the style term alone. */
  style: { step: number; steps: number; loss: number; style: number; seconds: number };
  /** The field changed, or what is shown of it, and views of it should be redrawn. */
  changed: { reason: 'train' | 'style' | 'load' | 'shown' };
  /** Styles were added to the library, renamed or taken out. */
  library: { styles: readonly LibraryStyle[] };
  /** Regions were made, edited or taken out, whether or not views of the field change by it. */
  regions: { list: readonly Region[] };
  /** The field's bake is ready. */
  baked: BakeReport;
  /** One sentence for the user. */
  notice: { level: 'info' | 'warning' | 'error'; text: string };
}

export interface SessionState {
  scene: Scene | null;
  preset: PresetName;
  trainedSteps: number;
  /** Names of the styles on the field, empty for the plain one. */
  style: string[];
  /** Whether anything of them is seen: there are some, at a strength above 0 somewhere. */
  painted: boolean;
  strength: number;
  /** The same by ids of the library; a painting under way is called 'painting'. */
  shown: readonly { id: string; weight: number }[];
  /** The baked form of the field as it is shown, while there is one. */
  baked: BakeReport | null;
  background: Background;
  /** Name of the feature network in use; empty before one is. */
  features: string;
  busy: 'idle' | 'loading' | 'training' | 'stylizing' | 'rendering' | 'evaluating';
}

export interface ImpastoSession {
  readonly gpu: Gpu;
  readonly state: Readonly<SessionState>;
  on<K extends keyof SessionEvents>(event: K, listener: (detail: SessionEvents[K]) => void): () => void;

  /**
   * Replaces the scene only when the new one has loaded whole; throws InputError and changes nothing otherwise. The
   * photographs of a field that was opened without them come beside it: the field and its styles stay.
   */
  loadScene(files: FileSource, options: LoadSceneOptions): Promise<Scene>;
  /** Starts or goes on training. Resolves when done or cancelled. */
  train(options: TrainOptions): Promise<void>;
  /**
   * Colour transfer at once, then strokes. The unstylized field is kept. Resolves when done or cancelled; the style is
   * shown then, and in the library.
   */
  stylize(options: StylizeOptions): Promise<StyleScore>;
  readonly library: Library;
  /** Parts of the field with looks of their own; they go with it. */
  readonly regions: Regions;
  /** Shows other styles from the next view on, by themselves or mixed. Allocates nothing. */
  show(shown: ShownStyles): void;
  /** Back to the plain field; what was painted stays in the library. */
  clearStyle(): void;
  setStrength(strength: number): void;

  /** Makes a target that render() fills; the caller destroys it with destroyTarget. */
  createTarget(width: number, height: number): RenderTarget;
  destroyTarget(target: RenderTarget): void;
  /**
   * Renders the field as it is now. `original` shows the unstylized field (for the wipe); `baked` shows its baked form
   * where there is one; `flat` hides the direction from the colours, as a bake does. Works during training.
   */
  render(camera: Camera, target: RenderTarget, options?: RenderChoice): Promise<void>;
  /**
   * Bakes the field as it is shown for `render` with `baked`, beside other tasks, in slices; a plain field loses what
   * depends on the direction. Ends by itself, with null, when the field changes meanwhile; null too where there is no
   * field or it is too full.
   * @param options.slow fewer nodes, so that slow adapters take seconds; default: those that say they are software
   */
  bake(options?: { signal?: AbortSignal; slow?: boolean }): Promise<BakeReport | null>;

  evaluate(options?: EvaluateOptions): Promise<Evaluation>;
  consistency(options?: ConsistencyOptions): Promise<ConsistencyScore>;

  /**
   * Takes another feature network from now on, and keeps all else; null goes back to the one chosen at the start.
   * @returns its name
   * @throws InputError where the file cannot be used, telling tensor, expected and found, or while a painting is under way
   */
  useNetwork(source: WeightsSource | null): Promise<string>;

  /**
   * A whole .impasto file of the scene's field, with its style if it has one. With the optimiser, training goes on
   * from it to the very bit; without, it begins with fresh moments.
   */
  save(options?: { withOptimiser?: boolean }): Promise<Uint8Array<ArrayBuffer>>;
  /** Reads one; refuses what it cannot read with one InputError and changes nothing then. */
  load(bytes: Uint8Array<ArrayBuffer>, where: string): Promise<void>;
  destroy(): void;
}
