// The photometric loss of a batch of training rays: Huber, summed, with its gradient and running sums.

import { workgroups } from '../../gpu/kernel.ts';
import type { Recorder } from '../../gpu/recorder.ts';
import countersWgsl from '../../shaders/common/counters.wgsl?raw';
import huberWgsl from '../../shaders/nerf/huber.wgsl?raw';
import sumLossWgsl from '../../shaders/nerf/sum_loss.wgsl?raw';
import type { NerfKernels } from '../kernels.ts';
import type { SampleBuffers } from '../sample-buffers.ts';
import { kernelCode } from './kernel-code.ts';

export const LOSS_KERNELS = {
  huber: kernelCode(huberWgsl, countersWgsl),
  sum_loss: kernelCode(sumLossWgsl, countersWgsl),
};

export class LossStage {
  constructor(
    private readonly kernels: NerfKernels,
    private readonly buffers: SampleBuffers,
  ) {}

  /** pixelRgb against rayTarget: gradient into dPixelRgb, sums into statistics. */
  forward(rec: Recorder, rays: number): void {
    const { buffers: b, kernels } = this;
    rec.run(
      kernels.get('huber'),
      {
        counters: b.counters,
        pixel_rgb: b.pixelRgb,
        ray_target: b.rayTarget,
        d_pixel_rgb: b.dPixelRgb,
        ray_loss: b.rayLoss,
      },
      { ray_count: rays },
      workgroups(rays, 64),
    );
    rec.run(
      kernels.get('sum_loss'),
      { counters: b.counters, ray_loss: b.rayLoss, statistics: b.statistics },
      { ray_count: rays },
      [1],
    );
  }
}
