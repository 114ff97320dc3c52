// Mean-and-deviation loss (Huang and Belongie 2017, AdaIN): L = mean over channels of (mean - mean_s)^2 +
// (std - std_s)^2. The cheapest of the style losses: palette and contrast of each channel, no strokes. One object a layer.

import type { Gpu } from '../../gpu/device.ts';
import type { Kernel } from '../../gpu/kernel.ts';
import { Recorder } from '../../gpu/recorder.ts';
import { sharedKernels } from '../../gpu/shared-kernels.ts';
import { expectShapes, Tensor } from '../../gpu/tensor.ts';
import adainBackward from '../../shaders/style/adain_backward.wgsl?raw';
import adainStatistics from '../../shaders/style/adain_statistics.wgsl?raw';
import lossSum from '../../shaders/style/loss_sum.wgsl?raw';
import { defineLoss, type StyleLoss } from './loss.ts';

const SOURCES = { adain_statistics: adainStatistics, adain_backward: adainBackward, loss_sum: lossSum } as const;
type AdainKernels = Record<keyof typeof SOURCES, Kernel>;

export class AdainLoss implements StyleLoss {
  private readonly statistics: Tensor;
  private readonly partials: Tensor;
  private constructor(
    private readonly kernels: AdainKernels,
    /** (mean, std) of the style. [C, 2] */
    private readonly target: Tensor,
  ) {
    const channels = target.shape[0];
    this.statistics = Tensor.zeros(target.device, 'AdainLoss.statistics', [channels, 2]);
    this.partials = Tensor.zeros(target.device, 'AdainLoss.partials', [channels]);
  }

  /** @param style features of the style picture [C, H, W] */
  static async create(gpu: Gpu, style: Tensor): Promise<AdainLoss> {
    const { C } = expectShapes({ style: [style, ['C', 'H', 'W']] });
    const { device } = gpu;
    const loss = new AdainLoss(await sharedKernels(gpu, SOURCES), Tensor.zeros(device, 'AdainLoss.target', [C, 2]));
    const rec = new Recorder(gpu, 'AdainLoss.create');
    loss.recordStatistics(rec, style);
    rec.copy(loss.statistics, loss.target, C * 2 * 4);
    rec.submit();
    return loss;
  }

  /** Several pictures as one style: mean and deviation of all their features together. Takes the losses. */
  static async pooled({ device }: Gpu, losses: readonly AdainLoss[]): Promise<AdainLoss> {
    const [{ kernels, target }] = losses;
    const targets = await Promise.all(losses.map((loss) => loss.target.readF32()));
    const together = new Float32Array(target.size);
    for (let i = 0; i < together.length; i += 2) {
      const mean = targets.reduce((sum, g) => sum + g[i], 0) / targets.length;
      const variance = targets.reduce((sum, g) => sum + g[i + 1] ** 2 + (g[i] - mean) ** 2, 0) / targets.length;
      together.set([mean, Math.sqrt(variance)], i);
    }
    const shape = target.shape;
    for (const loss of losses) loss.destroy();
    return new AdainLoss(kernels, Tensor.from(device, 'AdainLoss.target', shape, together));
  }

  get channels(): number {
    return this.target.shape[0];
  }

  evaluate(rec: Recorder, features: Tensor, weight: number, dFeatures: Tensor, value: Tensor): void {
    const { channels } = this;
    const { H, W } = expectShapes({
      features: [features, [channels, 'H', 'W']],
      dFeatures: [dFeatures, [channels, 'H', 'W']],
    });
    this.recordStatistics(rec, features);
    const { loss_sum, adain_backward } = this.kernels;
    rec.run(loss_sum, { partials: this.partials, value }, { partial_count: channels, scale: weight / channels }, [1]);
    rec.run(
      adain_backward,
      { features, target_statistics: this.target, statistics: this.statistics, d_features: dFeatures },
      { channel_count: channels, pixel_count: H * W, d_scale: (2 * weight) / (channels * H * W) },
      [Math.ceil((H * W) / 64), channels],
    );
  }

  private recordStatistics(rec: Recorder, features: Tensor): void {
    const [channels, height, width] = features.shape;
    rec.run(
      this.kernels.adain_statistics,
      { features, target_statistics: this.target, statistics: this.statistics, partials: this.partials },
      { channel_count: channels, pixel_count: height * width },
      [channels],
    );
  }

  destroy(): void {
    for (const tensor of [this.statistics, this.partials, this.target]) tensor.destroy();
  }
}

export const adain = defineLoss({
  name: 'adain',
  title: 'mood (AdaIN)',
  cite: 'Huang and Belongie 2017',
  styleLayers: ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1'],
  contentLayers: ['relu4_1'],
  // After colour transfer it begins at about 0.05, where Gram is at about 0.4.
  weight: 10,
  joint: false,
  relative: true,
  matchesPlaces: false,
  create: AdainLoss.create,
  pooled: AdainLoss.pooled,
});
