// Paints a field: fine-tunes its appearance so that its views have the features of a style (ARF, Zhang et al. 2022).
// A step renders one training view without gradient, takes the losses and d_image, and lets the renderer push that
// gradient into the appearance (deferred back-propagation). Of the field it knows only render, backward and
// stepAppearance; geometry is never touched.

import { inputError, throwIfAborted } from '../errors.ts';
import type { Gpu } from '../gpu/device.ts';
import type { Profiler } from '../gpu/profiler.ts';
import { Tensor } from '../gpu/tensor.ts';
import type { DifferentiableRenderer } from '../nerf/types.ts';
import { mulberry32 } from '../random.ts';
import type { Camera, Picture } from '../scene/types.ts';
import { applyColourTransfer, colourStatistics, luminanceTransfer } from './colour-transfer.ts';
import { learningRateAt, type Recipe } from './recipe.ts';
import type { Size } from './style-image.ts';
import { type LossValues, StyleStage, type WeightedStyle } from './style-stage.ts';
import type { FeatureNetwork } from './types.ts';

export interface StyleTrainerOptions {
  network: FeatureNetwork;
  renderer: DifferentiableRenderer;
  /** Training views; target is the photograph, recoloured unless colours are kept. */
  views: readonly { camera: Camera; target: Picture }[];
  /** One style, or a mix by weight; `more`: further pictures of that style. */
  styles: readonly { picture: Picture; more?: readonly Picture[]; weight: number }[];
  /** Of the render, pixels. */
  size: Size;
  recipe: Recipe;
  /** Behind transparent photographs and empty parts of renders, sRGB 0..1. */
  background: readonly [number, number, number];
  /** Order of the views. The same seed gives the same steps. */
  seed: number;
}

/** Weighted losses, means over the steps since they were last asked for. */
export interface StyleLosses {
  total: number;
  style: number;
  content: number;
  tv: number;
}

/** The network's deepest pooling leaves nothing of less. */
const MIN_RENDER_SIDE = 16;

export class StyleTrainer {
  /** Of the time that painting has, gone so far, 0..1; 0 where only steps count. Schedules follow what is further on. */
  timeShare = 0;
  private readonly random: () => number;
  private order: number[] = [];
  private stepCount = 0;
  private stepsInValues = 0;
  private readonly values: LossValues;

  private constructor(
    gpu: Gpu,
    private readonly options: StyleTrainerOptions,
    private readonly stage: StyleStage,
  ) {
    this.random = mulberry32(options.seed);
    const make = (role: string) => Tensor.zeros(gpu.device, `StyleTrainer.${role}`, [1]);
    this.values = { style: make('style'), content: make('content'), tv: make('tv') };
  }

  /** Compiles, scales the styles and takes their features. @throws InputError for options that cannot be used */
  static async create(gpu: Gpu, options: StyleTrainerOptions): Promise<StyleTrainer> {
    check(options);
    const { network, recipe, background, size, views } = options;
    const stage = await StyleStage.create(gpu, {
      network,
      targets: views.map(({ target }) => target),
      styles: preparedStyles(options),
      size,
      recipe,
      background,
    });
    return new StyleTrainer(gpu, options, stage);
  }

  /** Steps done. */
  get steps(): number {
    return this.stepCount;
  }

  async step(signal?: AbortSignal, profiler?: Profiler): Promise<void> {
    throwIfAborted(signal);
    const { stage, options } = this;
    const { views, renderer, recipe, background } = options;
    const view = this.nextView();
    const { camera } = views[view];
    // Through the lens, so that content lies on its photograph.
    const rendering = { background, viewDependent: false, lens: true, signal };

    await renderer.render(camera, stage.target, rendering);
    stage.evaluate(view, this.values, profiler);
    await renderer.backward(camera, stage.dImage, rendering);
    renderer.stepAppearance(learningRateAt(recipe, this.stepCount, this.timeShare));

    this.stepCount++;
    this.stepsInValues++;
  }

  /** Reads the losses back, the only time that anything is, and starts new means. All 0 before the first step. */
  async losses(): Promise<StyleLosses> {
    const { style, content, tv } = this.values;
    const count = Math.max(1, this.stepsInValues);
    const [[styleSum], [contentSum], [tvSum]] = await Promise.all([style, content, tv].map((t) => t.readF32()));
    for (const tensor of [style, content, tv]) tensor.write(new Float32Array(1));
    this.stepsInValues = 0;
    return {
      total: (styleSum + contentSum + tvSum) / count,
      style: styleSum / count,
      content: contentSum / count,
      tv: tvSum / count,
    };
  }

  /** Each view once in a random order, then again in another: even cover, even of few steps. */
  private nextView(): number {
    if (this.order.length === 0) {
      this.order = this.options.views.map((_, i) => i);
      for (let i = this.order.length - 1; i > 0; i--) {
        const j = Math.floor(this.random() * (i + 1));
        [this.order[i], this.order[j]] = [this.order[j], this.order[i]];
      }
    }
    return this.order.pop()!;
  }

  destroy(): void {
    this.stage.destroy();
    for (const tensor of Object.values(this.values)) tensor.destroy();
  }
}

/** Shares that sum to 1; grey pictures with the scene's luminance statistics when its colours are kept. */
function preparedStyles({ styles, views, recipe }: StyleTrainerOptions): WeightedStyle[] {
  const total = styles.reduce((sum, { weight }) => sum + weight, 0);
  const content = recipe.keepColours ? colourStatistics(views.map(({ target }) => target)) : null;
  return styles
    .filter(({ weight }) => weight > 0)
    .map(({ picture, more = [], weight }) => {
      const pictures = [picture, ...more];
      const transfer = content && luminanceTransfer(content, colourStatistics(pictures));
      return {
        pictures: transfer ? pictures.map((each) => applyColourTransfer(each, transfer)) : pictures,
        weight: weight / total,
      };
    });
}

function check({ views, styles, size, recipe }: StyleTrainerOptions): void {
  const refuse = (what: string, expected: string, found: unknown) => {
    throw inputError(`${what} for stylizing`, null, expected, `${found}`);
  };
  if (views.length === 0) refuse('views', 'at least one', 0);
  if (styles.length === 0) refuse('styles', 'at least one', 0);
  for (const { weight } of styles) {
    if (!(weight >= 0 && Number.isFinite(weight))) refuse('weight of a style', 'a number of at least 0', weight);
  }
  if (!styles.some(({ weight }) => weight > 0)) refuse('weights of the styles', 'one above 0', 'none');
  if (recipe.losses.length === 0) refuse('losses', 'at least one', 'none');
  for (const { name, weight } of recipe.losses) {
    if (!(weight > 0 && Number.isFinite(weight))) refuse(`weight of ${name}`, 'a number above 0', weight);
  }
  for (const side of [size.width, size.height]) {
    if (!(Number.isInteger(side) && side >= MIN_RENDER_SIDE)) {
      refuse('size of a render', `whole numbers of at least ${MIN_RENDER_SIDE}`, `${size.width} x ${size.height}`);
    }
  }
  if (!(recipe.brush >= 0.5 && recipe.brush <= 2)) refuse('brush', 'a number from 0.5 to 2', recipe.brush);
}
