// The style losses once more, on what the network is shown halved, with the style halved too: strokes twice as broad.
// Content and total variation are held at full size alone.

import type { Gpu } from '../gpu/device.ts';
import { type Kernel, workgroups } from '../gpu/kernel.ts';
import type { Recorder } from '../gpu/recorder.ts';
import { sharedKernels } from '../gpu/shared-kernels.ts';
import { Tensor } from '../gpu/tensor.ts';
import resizeHalf from '../shaders/style/resize_half.wgsl?raw';
import resizeHalfBackward from '../shaders/style/resize_half_backward.wgsl?raw';
import type { Size } from './style-image.ts';
import { layersFor, type StageOptions, type WeightedTerm, weightedTerms } from './style-stage.ts';
import type { FeatureExtractor } from './types.ts';

const SOURCES = { resize_half: resizeHalf, resize_half_backward: resizeHalfBackward } as const;

type Submit = (record: (rec: Recorder) => void) => void;

/** What the network can be fed with at least. */
const MIN_SIDE = 16;

export class HalfSight {
  private readonly half: Tensor;
  private readonly dHalf: Tensor;

  private constructor(
    device: GPUDevice,
    private readonly kernels: Record<keyof typeof SOURCES, Kernel>,
    private readonly fedSize: Size,
    private readonly extractor: FeatureExtractor,
    private readonly terms: readonly WeightedTerm[],
    private readonly weight: number,
  ) {
    const shape = [extractor.height, extractor.width, 3];
    this.half = Tensor.zeros(device, 'HalfSight.half', shape);
    this.dHalf = Tensor.zeros(device, 'HalfSight.dHalf', shape);
  }

  /** Null where it has no weight, or where what is left is too small. @param fedSize what the network is shown in full */
  static async create(gpu: Gpu, options: StageOptions, fedSize: Size): Promise<HalfSight | null> {
    const { halfWeight } = options.config;
    const [width, height] = [Math.floor(fedSize.width / 2), Math.floor(fedSize.height / 2)];
    if (halfWeight === 0 || Math.min(width, height) < MIN_SIDE) return null;
    const extractor = await options.network.extractor(height, width, layersFor(options));
    const terms = await weightedTerms(gpu, options, Math.max(width, height));
    return new HalfSight(gpu.device, await sharedKernels(gpu, SOURCES), fedSize, extractor, terms, halfWeight);
  }

  /** Adds the weighted losses to `value` and their gradient to dFed, for fed [H, W, 3]; in several submits. */
  evaluate(submit: Submit, fed: Tensor, dFed: Tensor, value: Tensor): void {
    const { kernels, extractor, half, dHalf, fedSize } = this;
    const { height, width } = fedSize;
    const sizes = { height, width, half_height: extractor.height, half_width: extractor.width };
    submit((rec) => {
      rec.run(kernels.resize_half, { image: fed, half }, sizes, workgroups(half.size, 64));
      rec.endPass();
      extractor.forward(rec.encoder, half);
    });
    for (const { term, weight } of this.terms) {
      submit((rec) => term.evaluate(rec, extractor.features, this.weight * weight, extractor.dFeatures, value));
    }
    submit((rec) => {
      rec.clear(dHalf);
      rec.endPass();
      extractor.backward(rec.encoder, dHalf);
      rec.run(kernels.resize_half_backward, { d_half: dHalf, d_image: dFed }, sizes, workgroups(dFed.size, 64));
    });
  }

  destroy(): void {
    for (const part of [this.extractor, this.half, this.dHalf]) part.destroy();
    for (const { term } of this.terms) term.destroy();
  }
}
