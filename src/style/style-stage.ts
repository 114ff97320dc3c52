// Everything that stylizing needs at one size of render: the extractor, the losses with the styles scaled to it, the
// buffers, and the content features of the views, kept within a memory budget.

import type { Gpu } from '../gpu/device.ts';
import type { Profiler } from '../gpu/profiler.ts';
import { Recorder } from '../gpu/recorder.ts';
import { Tensor } from '../gpu/tensor.ts';
import type { RenderTarget } from '../nerf/types.ts';
import type { Picture } from '../scene/types.ts';
import { ImagePreprocessor } from './image-preprocessor.ts';
import { ContentLoss } from './losses/content.ts';
import { lossNamed, type StyleLossName } from './losses/index.ts';
import { createStyleTarget, createStyleTerm, layersOf, type StyleTarget, type StyleTerm } from './losses/style-term.ts';
import { TvLoss } from './losses/tv.ts';
import type { Recipe } from './recipe.ts';
import { pictureTensor, type Size, styleTensor } from './style-image.ts';
import type { FeatureExtractor, FeatureNetwork, LayerName } from './types.ts';

/** A style, its share of the mix (shares sum to 1) and its pictures, already recoloured if they have to be. */
export interface WeightedStyle {
  pictures: readonly Picture[];
  weight: number;
}

/** A style's term of one loss with all its weights. */
export interface WeightedTerm {
  term: StyleTerm;
  weight: number;
}

/** Sums over the steps since they were cleared, each already weighted. [1] each. */
export interface LossValues {
  style: Tensor;
  content: Tensor;
  tv: Tensor;
}

interface ContentTarget {
  /** Features of the photograph, one a content layer. */
  features: Tensor[];
  /** The photograph at this size. [H, W, 3] */
  photograph: Tensor;
}

export interface StageOptions {
  network: FeatureNetwork;
  targets: readonly Picture[];
  styles: readonly WeightedStyle[];
  size: Size;
  recipe: Recipe;
  /** Behind transparent photographs and empty parts of renders, sRGB 0..1. */
  background: readonly [number, number, number];
}

export class StyleStage {
  private readonly contents = new Map<number, ContentTarget>();
  private contentBytes = 0;

  private constructor(
    private readonly gpu: Gpu,
    private readonly options: StageOptions,
    private readonly preprocessor: ImagePreprocessor,
    private readonly extractor: FeatureExtractor,
    private readonly terms: readonly WeightedTerm[],
    private readonly contentLayers: readonly LayerName[],
    private readonly contentLosses: readonly ContentLoss[],
    /** Mean square of a photograph's features, by which content is divided. One a content layer. */
    private readonly contentScales: readonly number[],
    private readonly tv: TvLoss,
    /** The render goes here. */
    readonly target: RenderTarget,
    /** Gradient of the losses. [H, W, 3] */
    readonly dImage: Tensor,
  ) {}

  static async create(gpu: Gpu, options: StageOptions): Promise<StyleStage> {
    const { network, size, recipe } = options;
    const preprocessor = await ImagePreprocessor.create(gpu, size, { luminanceOnly: recipe.keepColours });
    const contentLayers = layersOf(network, recipe.contentLayers);
    const { width, height } = size;
    const extractor = await network.extractor(height, width, layersFor(options, contentLayers));
    const terms = await weightedTerms(gpu, options, Math.max(width, height));
    const { device } = gpu;
    const make = (role: string, shape: number[]) => Tensor.zeros(device, `StyleStage.${role}`, shape);
    const target: RenderTarget = {
      ...size,
      rgb: make('rgb', [size.height, size.width, 3]),
      depth: make('depth', [size.height, size.width]),
      opacity: make('opacity', [size.height, size.width]),
    };
    const contentLosses = await Promise.all(contentLayers.map(() => ContentLoss.create(gpu)));
    return new StyleStage(
      gpu,
      options,
      preprocessor,
      extractor,
      terms,
      contentLayers,
      contentLosses,
      await meanSquares(gpu, options, preprocessor, extractor, contentLayers, contentLosses),
      await TvLoss.create(gpu),
      target,
      make('dImage', [size.height, size.width, 3]),
    );
  }

  /**
   * Losses of the render in `target` and their gradient, left in dImage. All weights are applied here.
   * @param view index of the view whose photograph is the content
   */
  evaluate(view: number, values: LossValues, profiler?: Profiler): void {
    const { recipe } = this.options;
    const { extractor, preprocessor, target, dImage } = this;
    const content = this.contents.get(view) ?? this.photographed(view);
    const rec = new Recorder(this.gpu, 'StyleStage.evaluate', profiler);
    const shown = preprocessor.preprocess(rec, target.rgb);
    const dShown = preprocessor.begin(rec, dImage);
    extractor.forward(rec, shown);
    for (const { term, weight } of this.terms) {
      term.evaluate(rec, extractor.features, weight, extractor.dFeatures, values.style);
    }
    this.content(rec, content, values.content);
    extractor.backward(rec, dShown);
    this.tv.evaluate(rec, shown, recipe.tvWeight, dShown, values.tv);
    preprocessor.backward(rec, target.rgb, dImage, content.photograph, recipe.chromaWeight);
    rec.submit();
  }

  /** One mean over all content layers, as over ARF's concatenation: each layer counts by its elements. */
  private content(rec: Recorder, content: ContentTarget, value: Tensor): void {
    const { extractor } = this;
    const elements = content.features.reduce((sum, { size }) => sum + size, 0);
    this.contentLayers.forEach((layer, l) => {
      const loss = this.contentLosses[l];
      loss.setTarget(content.features[l]);
      const share = content.features[l].size / elements;
      const weight = (this.options.recipe.contentWeight * share) / this.contentScales[l];
      loss.evaluate(rec, extractor.features.get(layer)!, weight, extractor.dFeatures.get(layer)!, value);
    });
  }

  /** Features of a view's photograph; kept, or the oldest are dropped for it where memory is short. */
  private photographed(view: number): ContentTarget {
    const { recipe, background, targets, size } = this.options;
    const { extractor, contentLayers } = this;
    const photograph = pictureTensor(this.gpu, targets[view], size, background);
    const shapes = contentLayers.map((layer) => extractor.features.get(layer)!.shape);
    const bytes = 4 * (photograph.size + shapes.reduce((sum, [c, h, w]) => sum + c * h * w, 0));
    for (const [old, content] of this.contents) {
      if (this.contentBytes + bytes <= recipe.contentCacheBytes) break;
      this.forget(old, content);
    }
    const features = shapes.map((shape, l) =>
      Tensor.zeros(this.gpu.device, `StyleStage.content.${contentLayers[l]}`, shape),
    );
    const rec = new Recorder(this.gpu, 'StyleStage.photographed');
    const shown = this.preprocessor.preprocess(rec, photograph);
    extractor.forward(rec, shown);
    contentLayers.forEach((layer, l) => {
      const from = extractor.features.get(layer)!;
      rec.copy(from, features[l], from.size * 4);
    });
    rec.submit();
    const content = { features, photograph };
    this.contents.set(view, content);
    this.contentBytes += bytes;
    return content;
  }

  private forget(view: number, { features, photograph }: ContentTarget): void {
    for (const tensor of [...features, photograph]) {
      this.contentBytes -= tensor.size * 4;
      tensor.destroy();
    }
    this.contents.delete(view);
  }

  destroy(): void {
    for (const [view, content] of this.contents) this.forget(view, content);
    const { preprocessor, extractor, terms, contentLosses, tv } = this;
    for (const part of [preprocessor, extractor, ...terms.map(({ term }) => term), ...contentLosses, tv])
      part.destroy();
    for (const tensor of [this.target.rgb, this.target.depth, this.target.opacity, this.dImage]) tensor.destroy();
  }
}

/**
 * Mean square of the first photograph's features in each layer. Networks differ in their features' magnitude a
 * thousandfold; relative to this, the content weight means the same for all.
 */
async function meanSquares(
  gpu: Gpu,
  { targets, size, background }: StageOptions,
  preprocessor: ImagePreprocessor,
  extractor: FeatureExtractor,
  layers: readonly LayerName[],
  losses: readonly ContentLoss[],
): Promise<number[]> {
  const photograph = pictureTensor(gpu, targets[0], size, background);
  const scales: number[] = [];
  for (const [l, layer] of layers.entries()) {
    const features = extractor.features.get(layer)!;
    const make = (role: string, shape: readonly number[]) => Tensor.zeros(gpu.device, `StyleStage.${role}`, shape);
    const [nothing, gradient, value] = [
      make('nothing', features.shape),
      make('gradient', features.shape),
      make('value', [1]),
    ];
    const rec = new Recorder(gpu, 'StyleStage.meanSquares');
    const shown = preprocessor.preprocess(rec, photograph);
    extractor.forward(rec, shown);
    losses[l].setTarget(nothing);
    losses[l].evaluate(rec, features, 1, gradient, value);
    rec.submit();
    scales.push(Math.max(1e-30, (await value.readF32())[0]));
    for (const tensor of [nothing, gradient, value]) tensor.destroy();
  }
  photograph.destroy();
  return scales;
}

/** Layers that the losses look at, in the network's order. */
export function layersFor(
  { network, recipe: { losses } }: StageOptions,
  others: readonly LayerName[] = [],
): LayerName[] {
  const wanted = new Set([...others, ...losses.flatMap(({ name }) => layersOf(network, lossNamed(name).styleLayers))]);
  return network.layers.filter((layer) => wanted.has(layer));
}

/** Each loss towards each style, with its weight. @param longSide of what the network is fed with, pixels */
export async function weightedTerms(gpu: Gpu, options: StageOptions, longSide: number): Promise<WeightedTerm[]> {
  const { network, styles, recipe } = options;
  const terms: WeightedTerm[] = [];
  for (const { name, weight } of recipe.losses) {
    for (const { pictures, weight: share } of styles) {
      const term = await styleTermOf(gpu, network, pictures, longSide * recipe.styleScale, name, recipe);
      terms.push({ term, weight: weight * lossNamed(name).weight * share });
    }
  }
  return terms;
}

/** The style loss towards one style, its pictures at the scale for this long side, in the network's pixels. */
export async function styleTermOf(
  gpu: Gpu,
  network: FeatureNetwork,
  pictures: readonly Picture[],
  longSide: number,
  name: StyleLossName,
  recipe: Pick<Recipe, 'brush' | 'maxStyleColumns'>,
): Promise<StyleTerm> {
  const loss = lossNamed(name);
  const layers = layersOf(network, loss.styleLayers);
  const targets: StyleTarget[] = [];
  // One after another: features of a picture take more memory than what is kept of them.
  for (const picture of pictures) {
    const image = styleTensor(gpu, picture, longSide, recipe.brush);
    const extractor = await network.extractor(image.shape[0], image.shape[1], layers);
    try {
      const rec = new Recorder(gpu, 'StyleStage.style');
      extractor.forward(rec, image);
      rec.submit();
      const maxColumns = Math.ceil(recipe.maxStyleColumns / pictures.length);
      targets.push(await createStyleTarget(gpu, loss, layers, extractor.features, { maxColumns }));
    } finally {
      extractor.destroy();
      image.destroy();
    }
  }
  return await createStyleTerm(gpu, loss, layers, targets);
}
