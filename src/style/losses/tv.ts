// Image total variation, as ARF takes it: L = (mean dx^2 + mean dy^2) / 2 over a render [H, W, 3]. Holds back the
// speckle that feature losses do not see. Its gradient goes straight into d_image.

import type { Gpu } from '../../gpu/device.ts';
import { type Kernel, workgroups } from '../../gpu/kernel.ts';
import type { Recorder } from '../../gpu/recorder.ts';
import { sharedKernels } from '../../gpu/shared-kernels.ts';
import { expectShapes, Tensor } from '../../gpu/tensor.ts';
import lossSum from '../../shaders/style/loss_sum.wgsl?raw';
import tv from '../../shaders/style/tv.wgsl?raw';

const SOURCES = { tv, loss_sum: lossSum } as const;
type TvKernels = Record<keyof typeof SOURCES, Kernel>;

export class TvLoss {
  private partials: Tensor | null = null;

  private constructor(
    private readonly device: GPUDevice,
    private readonly kernels: TvKernels,
  ) {}

  static async create(gpu: Gpu): Promise<TvLoss> {
    return new TvLoss(gpu.device, await sharedKernels(gpu, SOURCES));
  }

  /** Adds the weighted value to `value` [1] and the weighted gradient to `dImage` [H, W, 3]. */
  evaluate(rec: Recorder, image: Tensor, weight: number, dImage: Tensor, value: Tensor): void {
    const { H, W } = expectShapes({ image: [image, ['H', 'W', 3]], dImage: [dImage, ['H', 'W', 3]] });
    const launch = workgroups(image.size, 64);
    const partialCount = launch[0] * launch[1];
    if (this.partials?.size !== partialCount) {
      this.partials?.destroy();
      this.partials = Tensor.zeros(this.device, 'TvLoss.partials', [partialCount]);
    }
    const { partials } = this;
    rec.run(
      this.kernels.tv,
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
    rec.run(this.kernels.loss_sum, { partials, value }, { partial_count: partialCount, scale: weight }, [1]);
  }

  destroy(): void {
    this.partials?.destroy();
  }
}
