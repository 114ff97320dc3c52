// Content loss (Gatys et al. 2016): L = mean (F - F_C)^2 against the features of the photograph from the same view.
// The target changes with every view, so it is set, not owned.

import type { Gpu } from '../../gpu/device.ts';
import { type Kernel, workgroups } from '../../gpu/kernel.ts';
import type { Recorder } from '../../gpu/recorder.ts';
import { sharedKernels } from '../../gpu/shared-kernels.ts';
import { expectShapes, Tensor } from '../../gpu/tensor.ts';
import content from '../../shaders/style/content.wgsl?raw';
import lossSum from '../../shaders/style/loss_sum.wgsl?raw';
import type { StyleLoss } from './loss.ts';

const SOURCES = { content, loss_sum: lossSum } as const;
type ContentKernels = Record<keyof typeof SOURCES, Kernel>;

/** Elements that one workgroup of content.wgsl covers. */
const ELEMENTS_PER_GROUP = 64 * 16;

export class ContentLoss implements StyleLoss {
  private partials: Tensor | null = null;
  private target: Tensor | null = null;

  private constructor(
    private readonly device: GPUDevice,
    private readonly kernels: ContentKernels,
  ) {}

  static async create(gpu: Gpu): Promise<ContentLoss> {
    return new ContentLoss(gpu.device, await sharedKernels(gpu, SOURCES));
  }

  /** @param target features of the photograph [C, H, W]; stays the caller's */
  setTarget(target: Tensor): void {
    this.target = target;
  }

  evaluate(rec: Recorder, features: Tensor, weight: number, dFeatures: Tensor, value: Tensor): void {
    if (!this.target) throw new Error('ContentLoss: expected setTarget before evaluate, found no target');
    expectShapes({
      features: [features, ['C', 'H', 'W']],
      target: [this.target, ['C', 'H', 'W']],
      dFeatures: [dFeatures, ['C', 'H', 'W']],
    });
    const launch = workgroups(features.size, ELEMENTS_PER_GROUP);
    const partialCount = launch[0] * launch[1];
    if (this.partials?.size !== partialCount) {
      this.partials?.destroy();
      this.partials = Tensor.zeros(this.device, 'ContentLoss.partials', [partialCount]);
    }
    const { content, loss_sum } = this.kernels;
    const { partials, target } = this;
    rec.run(
      content,
      { features, target_features: target, d_features: dFeatures, partials },
      { element_count: features.size, d_scale: (2 * weight) / features.size },
      launch,
    );
    rec.run(loss_sum, { partials, value }, { partial_count: partialCount, scale: weight / features.size }, [1]);
  }

  destroy(): void {
    this.partials?.destroy();
  }
}
