// Gram-matrix loss (Gatys et al. 2016): G = F F^T / (C H W), L = mean over the C x C entries of (G - G_style)^2.
// Knows which channels fire together, not where; one object a layer.

import type { Gpu } from '../../gpu/device.ts';
import { type Kernel, workgroups } from '../../gpu/kernel.ts';
import { Recorder } from '../../gpu/recorder.ts';
import { sharedKernels } from '../../gpu/shared-kernels.ts';
import { expectShapes, Tensor } from '../../gpu/tensor.ts';
import gramBackward from '../../shaders/style/gram_backward.wgsl?raw';
import gramChunks from '../../shaders/style/gram_chunks.wgsl?raw';
import gramResidual from '../../shaders/style/gram_residual.wgsl?raw';
import lossSum from '../../shaders/style/loss_sum.wgsl?raw';
import { defineLoss, type StyleLoss } from './loss.ts';

const SOURCES = {
  gram_chunks: gramChunks,
  gram_residual: gramResidual,
  gram_backward: gramBackward,
  loss_sum: lossSum,
} as const;
type GramKernels = Record<keyof typeof SOURCES, Kernel>;

/** Pixels that one partial Gram matrix sums over: short f32 sums, and work for wide adapters. */
const CHUNK = 2048;

export class GramLoss implements StyleLoss {
  private chunks: Tensor | null = null;
  private readonly residual: Tensor;
  private readonly partials: Tensor;
  private constructor(
    private readonly device: GPUDevice,
    private readonly kernels: GramKernels,
    /** G of the style. [C, C] */
    private readonly target: Tensor,
  ) {
    const channels = target.shape[0];
    this.residual = Tensor.zeros(device, 'GramLoss.residual', [channels, channels]);
    this.partials = Tensor.zeros(device, 'GramLoss.partials', [Math.ceil((channels * channels) / 64)]);
  }

  /** @param style features of the style picture [C, H, W] */
  static async create(gpu: Gpu, style: Tensor): Promise<GramLoss> {
    const { C } = expectShapes({ style: [style, ['C', 'H', 'W']] });
    const { device } = gpu;
    const loss = new GramLoss(
      device,
      await sharedKernels(gpu, SOURCES),
      Tensor.zeros(device, 'GramLoss.target', [C, C]),
    );
    // Against a target of zeros the residual is the Gram matrix itself.
    const rec = new Recorder(gpu, 'GramLoss.create');
    loss.recordResidual(rec, style);
    rec.copy(loss.residual, loss.target, C * C * 4);
    rec.submit();
    return loss;
  }

  /** Several pictures as one style: the mean of their G. Takes the losses. */
  static async pooled({ device }: Gpu, losses: readonly GramLoss[]): Promise<GramLoss> {
    const [{ kernels, target }] = losses;
    const targets = await Promise.all(losses.map((loss) => loss.target.readF32()));
    const mean = targets[0].map((_, i) => targets.reduce((sum, g) => sum + g[i], 0) / targets.length);
    const shape = target.shape;
    for (const loss of losses) loss.destroy();
    return new GramLoss(device, kernels, Tensor.from(device, 'GramLoss.target', shape, mean));
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
    this.recordResidual(rec, features);
    const { loss_sum, gram_backward } = this.kernels;
    rec.run(
      loss_sum,
      { partials: this.partials, value },
      { partial_count: this.partials.size, scale: weight / (channels * channels) },
      [1],
    );
    rec.run(
      gram_backward,
      { features, residual: this.residual, d_features: dFeatures },
      {
        channel_count: channels,
        pixel_count: H * W,
        d_scale: (4 * weight) / (channels * channels * channels * H * W),
      },
      [Math.ceil((H * W) / 64), Math.ceil(channels / 16)],
    );
  }

  private recordResidual(rec: Recorder, features: Tensor): void {
    const [channels, height, width] = features.shape;
    const pixels = height * width;
    const chunkCount = Math.ceil(pixels / CHUNK);
    if (this.chunks?.shape[0] !== chunkCount) {
      this.chunks?.destroy();
      this.chunks = Tensor.zeros(this.device, 'GramLoss.chunks', [chunkCount, channels, channels]);
    }
    const { gram_chunks, gram_residual } = this.kernels;
    rec.run(
      gram_chunks,
      { features, chunks: this.chunks },
      { channel_count: channels, pixel_count: pixels, chunk_size: CHUNK },
      [Math.ceil(channels / 64), Math.ceil(channels / 8), chunkCount],
    );
    rec.run(
      gram_residual,
      { chunks: this.chunks, target_gram: this.target, residual: this.residual, partials: this.partials },
      { entry_count: channels * channels, chunk_count: chunkCount, scale: 1 / (channels * pixels) },
      workgroups(channels * channels, 64),
    );
  }

  destroy(): void {
    for (const tensor of [this.chunks, this.residual, this.partials, this.target]) tensor?.destroy();
  }
}

export const gram = defineLoss({
  name: 'gram',
  title: 'texture (Gram)',
  cite: 'Gatys et al. 2016',
  styleLayers: ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1', 'relu5_1'],
  contentLayers: ['relu4_1'],
  weight: 1,
  joint: false,
  relative: true,
  matchesPlaces: false,
  create: GramLoss.create,
  pooled: GramLoss.pooled,
});
