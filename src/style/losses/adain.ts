// Mean-and-deviation loss (Huang and Belongie 2017, AdaIN): L = mean over channels of (mean - mean_s)^2 +
// (std - std_s)^2. The cheapest of the style losses: palette and contrast of each channel, no strokes. One object a
// layer.

import type { Gpu } from '../../gpu/device.ts';
import { expectShapes, Tensor } from '../../gpu/tensor.ts';
import type { FeatureLoss } from '../types.ts';
import { type StyleKernels, styleKernels } from './kernels.ts';

export class AdainLoss implements FeatureLoss {
  private readonly statistics: Tensor;
  private readonly partials: Tensor;

  private constructor(
    private readonly kernels: StyleKernels,
    /** (mean, std) of the style. [C, 2] */
    private readonly goal: Tensor,
  ) {
    const channels = goal.shape[0];
    this.statistics = Tensor.zeros(goal.device, 'AdainLoss.statistics', [channels, 2]);
    this.partials = Tensor.zeros(goal.device, 'AdainLoss.partials', [channels]);
  }

  /** @param style features of the style picture [C, H, W] */
  static async create(gpu: Gpu, style: Tensor): Promise<AdainLoss> {
    const { C } = expectShapes({ style: [style, ['C', 'H', 'W']] });
    const { device } = gpu;
    const loss = new AdainLoss(await styleKernels(gpu), Tensor.zeros(device, 'AdainLoss.goal', [C, 2]));
    const encoder = device.createCommandEncoder({ label: 'AdainLoss.create' });
    loss.encodeStatistics(encoder, style);
    encoder.copyBufferToBuffer(loss.statistics.buffer, 0, loss.goal.buffer, 0, C * 2 * 4);
    device.queue.submit([encoder.finish()]);
    return loss;
  }

  evaluate(encoder: GPUCommandEncoder, features: Tensor, weight: number, dFeatures: Tensor, value: Tensor): void {
    const channels = this.goal.shape[0];
    const { H, W } = expectShapes({
      features: [features, [channels, 'H', 'W']],
      dFeatures: [dFeatures, [channels, 'H', 'W']],
    });
    this.encodeStatistics(encoder, features);
    const { loss_sum, adain_backward } = this.kernels;
    loss_sum.run(
      encoder,
      { partials: this.partials, value },
      { partial_count: channels, scale: weight / channels },
      [1],
    );
    adain_backward.run(
      encoder,
      { features, goal: this.goal, statistics: this.statistics, d_features: dFeatures },
      { channel_count: channels, pixel_count: H * W, d_scale: (2 * weight) / (channels * H * W) },
      [Math.ceil((H * W) / 64), channels],
    );
  }

  private encodeStatistics(encoder: GPUCommandEncoder, features: Tensor): void {
    const [channels, height, width] = features.shape;
    this.kernels.adain_statistics.run(
      encoder,
      { features, goal: this.goal, statistics: this.statistics, partials: this.partials },
      { channel_count: channels, pixel_count: height * width },
      [channels],
    );
  }

  destroy(): void {
    for (const tensor of [this.statistics, this.partials, this.goal]) tensor.destroy();
  }
}
