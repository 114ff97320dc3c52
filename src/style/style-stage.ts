// Everything that stylizing needs at one size of render: the extractor, the losses with the styles scaled to it, the
// buffers, and the content features of the views, kept within a memory budget.

import type { Gpu } from '../gpu/device.ts';
import { Tensor } from '../gpu/tensor.ts';
import type { RenderTarget } from '../nerf/types.ts';
import type { Picture } from '../scene/types.ts';
import { ContentLoss } from './losses/content.ts';
import { createStyleTerm, layersOf, type StyleTerm } from './losses/style-term.ts';
import { TvLoss } from './losses/tv.ts';
import type { StyleConfig, StyleLossName } from './style-config.ts';
import { StyleEye } from './style-eye.ts';
import { pictureTensor, type Size, styleTensor } from './style-image.ts';
import type { FeatureExtractor, FeatureNetwork, LayerName } from './types.ts';

/** A style, its share of the mix (shares sum to 1) and its picture, already recoloured if it has to be. */
export interface WeightedStyle {
  picture: Picture;
  weight: number;
}

/** Sums over the steps since they were cleared, each already weighted. [1] each. */
export interface LossValues {
  style: Tensor;
  content: Tensor;
  tv: Tensor;
}

interface ContentGoal {
  /** Features of the photograph, one a content layer. */
  features: Tensor[];
  /** The photograph at this size. [H, W, 3] */
  photograph: Tensor;
}

export interface StageOptions {
  network: FeatureNetwork;
  targets: readonly Picture[];
  styles: readonly WeightedStyle[];
  loss: StyleLossName;
  size: Size;
  config: StyleConfig;
}

export class StyleStage {
  private readonly goals = new Map<number, ContentGoal>();
  private goalBytes = 0;

  private constructor(
    private readonly gpu: Gpu,
    private readonly options: StageOptions,
    private readonly eye: StyleEye,
    private readonly extractor: FeatureExtractor,
    private readonly terms: readonly StyleTerm[],
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
    const { network, loss, size, config, styles } = options;
    const eye = await StyleEye.create(gpu, size, {
      luminanceOnly: config.keepColours,
      halved: config.featureScale === 0.5,
    });
    const styleLayers = layersOf(network, config.styleLayers[loss]);
    const contentLayers = layersOf(network, config.contentLayers[loss]);
    const { width, height } = eye.fedSize;
    const layers = network.layers.filter((layer) => styleLayers.includes(layer) || contentLayers.includes(layer));
    const extractor = await network.extractor(height, width, layers);
    const terms: StyleTerm[] = [];
    for (const { picture } of styles) {
      const longSide = Math.max(width, height) * config.styleScale;
      terms.push(await styleTermOf(gpu, network, picture, longSide, config.brush, loss, styleLayers, config));
    }
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
      eye,
      extractor,
      terms,
      contentLayers,
      contentLosses,
      await meanSquares(gpu, options, eye, extractor, contentLayers, contentLosses),
      await TvLoss.create(gpu),
      target,
      make('dImage', [size.height, size.width, 3]),
    );
  }

  /**
   * Losses of the render in `target` and their gradient, left in dImage. All weights are applied here.
   * @param view index of the view whose photograph is the content
   */
  evaluate(view: number, values: LossValues): void {
    const { config, styles, loss } = this.options;
    const { extractor, eye, target, dImage } = this;
    const goal = this.goals.get(view) ?? this.photographed(view);
    const encoder = this.gpu.device.createCommandEncoder({ label: 'StyleStage.evaluate' });
    const { seen, fed } = eye.look(encoder, target.rgb);
    const { dSeen, dFed } = eye.begin(encoder, dImage);
    extractor.forward(encoder, fed);
    this.terms.forEach((term, s) => {
      const weight = config.styleWeights[loss] * styles[s].weight;
      term.evaluate(encoder, extractor.features, weight, extractor.dFeatures, values.style);
    });
    // One mean over all content layers, as over ARF's concatenation: each layer counts by its elements.
    const elements = goal.features.reduce((sum, { size }) => sum + size, 0);
    this.contentLayers.forEach((layer, l) => {
      const content = this.contentLosses[l];
      content.setGoal(goal.features[l]);
      const share = goal.features[l].size / elements;
      const weight = (config.contentWeight * share) / this.contentScales[l];
      content.evaluate(
        encoder,
        extractor.features.get(layer)!,
        weight,
        extractor.dFeatures.get(layer)!,
        values.content,
      );
    });
    extractor.backward(encoder, dFed);
    this.tv.evaluate(encoder, seen, config.tvWeight, dSeen, values.tv);
    eye.finish(encoder, target.rgb, dImage, goal.photograph, config.chromaWeight);
    this.gpu.device.queue.submit([encoder.finish()]);
  }

  /** Features of a view's photograph; kept, or the oldest are dropped for it where memory is short. */
  private photographed(view: number): ContentGoal {
    const { config, targets, size } = this.options;
    const { extractor, contentLayers } = this;
    const photograph = pictureTensor(this.gpu, targets[view], size, config.background);
    const shapes = contentLayers.map((layer) => extractor.features.get(layer)!.shape);
    const bytes = 4 * (photograph.size + shapes.reduce((sum, [c, h, w]) => sum + c * h * w, 0));
    for (const [old, goal] of this.goals) {
      if (this.goalBytes + bytes <= config.contentCacheBytes) break;
      this.forget(old, goal);
    }
    const features = shapes.map((shape, l) =>
      Tensor.zeros(this.gpu.device, `StyleStage.content.${contentLayers[l]}`, shape),
    );
    const encoder = this.gpu.device.createCommandEncoder({ label: 'StyleStage.photographed' });
    extractor.forward(encoder, this.eye.look(encoder, photograph).fed);
    contentLayers.forEach((layer, l) => {
      const from = extractor.features.get(layer)!;
      encoder.copyBufferToBuffer(from.buffer, 0, features[l].buffer, 0, from.size * 4);
    });
    this.gpu.device.queue.submit([encoder.finish()]);
    const goal = { features, photograph };
    this.goals.set(view, goal);
    this.goalBytes += bytes;
    return goal;
  }

  private forget(view: number, { features, photograph }: ContentGoal): void {
    for (const tensor of [...features, photograph]) {
      this.goalBytes -= tensor.size * 4;
      tensor.destroy();
    }
    this.goals.delete(view);
  }

  destroy(): void {
    for (const [view, goal] of this.goals) this.forget(view, goal);
    for (const part of [this.eye, this.extractor, ...this.terms, ...this.contentLosses, this.tv]) part.destroy();
    for (const tensor of [this.target.rgb, this.target.depth, this.target.opacity, this.dImage]) tensor.destroy();
  }
}

/**
 * Mean square of the first photograph's features in each layer. Networks differ in their features' magnitude a
 * thousandfold; relative to this, the content weight means the same for all.
 */
async function meanSquares(
  gpu: Gpu,
  { targets, size, config }: StageOptions,
  eye: StyleEye,
  extractor: FeatureExtractor,
  layers: readonly LayerName[],
  losses: readonly ContentLoss[],
): Promise<number[]> {
  const photograph = pictureTensor(gpu, targets[0], size, config.background);
  const scales: number[] = [];
  for (const [l, layer] of layers.entries()) {
    const features = extractor.features.get(layer)!;
    const make = (role: string, shape: readonly number[]) => Tensor.zeros(gpu.device, `StyleStage.${role}`, shape);
    const [nothing, gradient, value] = [
      make('nothing', features.shape),
      make('gradient', features.shape),
      make('value', [1]),
    ];
    const encoder = gpu.device.createCommandEncoder({ label: 'StyleStage.meanSquares' });
    extractor.forward(encoder, eye.look(encoder, photograph).fed);
    losses[l].setGoal(nothing);
    losses[l].evaluate(encoder, features, 1, gradient, value);
    gpu.device.queue.submit([encoder.finish()]);
    scales.push(Math.max(1e-30, (await value.readF32())[0]));
    for (const tensor of [nothing, gradient, value]) tensor.destroy();
  }
  photograph.destroy();
  return scales;
}

/** The style loss towards one picture at the scale for this long side, in the network's pixels. */
export async function styleTermOf(
  gpu: Gpu,
  network: FeatureNetwork,
  picture: Picture,
  longSide: number,
  brush: number,
  loss: StyleLossName,
  layers: readonly LayerName[],
  { maxStyleColumns }: Pick<StyleConfig, 'maxStyleColumns'>,
): Promise<StyleTerm> {
  const image = styleTensor(gpu, picture, longSide, brush);
  const extractor = await network.extractor(image.shape[0], image.shape[1], layers);
  try {
    const encoder = gpu.device.createCommandEncoder({ label: 'StyleStage.style' });
    extractor.forward(encoder, image);
    gpu.device.queue.submit([encoder.finish()]);
    return await createStyleTerm(gpu, loss, layers, extractor.features, maxStyleColumns);
  } finally {
    extractor.destroy();
    image.destroy();
  }
}
