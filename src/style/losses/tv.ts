// Image total variation, as ARF takes it: L = (mean dx^2 + mean dy^2) / 2 over a render [H, W, 3]. Holds back the
// speckle that feature losses do not see. Its gradient goes straight into d_image.

import type { Gpu } from '../../gpu/device.ts';
import { workgroups } from '../../gpu/kernel.ts';
import { expectShapes, Tensor } from '../../gpu/tensor.ts';
import { type StyleKernels, styleKernels } from './kernels.ts';

export class TvLoss {
  private partials: Tensor | null = null;

  private constructor(
    private readonly device: GPUDevice,
    private readonly kernels: StyleKernels,
  ) {}

  static async create(gpu: Gpu): Promise<TvLoss> {
    return new TvLoss(gpu.device, await styleKernels(gpu));
  }

  /** Adds the weighted value to `value` [1] and the weighted gradient to `dImage` [H, W, 3]. */
  evaluate(encoder: GPUCommandEncoder, image: Tensor, weight: number, dImage: Tensor, value: Tensor): void {
    const { H, W } = expectShapes({ image: [image, ['H', 'W', 3]], dImage: [dImage, ['H', 'W', 3]] });
    const launch = workgroups(image.size, 64);
    const partialCount = launch[0] * launch[1];
    if (this.partials?.size !== partialCount) {
      this.partials?.destroy();
      this.partials = Tensor.zeros(this.device, 'TvLoss.partials', [partialCount]);
    }
    const { partials } = this;
    this.kernels.tv.run(
      encoder,
      { image, d_image: dImage, partials },
      {
        height: H,
        width: W,
        x_scale: W > 1 ? 1 / (6 * H * (W - 1)) : 0,
        y_scale: H > 1 ? 1 / (6 * (H - 1) * W) : 0,
        weight,
      },
      launch,
    );
    this.kernels.loss_sum.run(encoder, { partials, value }, { partial_count: partialCount, scale: weight }, [1]);
  }

  destroy(): void {
    this.partials?.destroy();
  }
}
