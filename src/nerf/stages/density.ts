// Density: positions through their hash grid and a small MLP to raw density, and the same way back. sigma is exp of it
// (density.wgsl).

import type { Recorder } from '../../gpu/recorder.ts';
import countersWgsl from '../../shaders/common/counters.wgsl?raw';
import sampleWgsl from '../../shaders/common/sample.wgsl?raw';
import unpackF16Wgsl from '../../shaders/common/unpack_f16.wgsl?raw';
import densityBackwardWgsl from '../../shaders/nerf/density_backward.wgsl?raw';
import densityForwardWgsl from '../../shaders/nerf/density_forward.wgsl?raw';
import densityWeightsBackwardWgsl from '../../shaders/nerf/density_weights_backward.wgsl?raw';
import { constantsWgsl } from '../config.ts';
import { DISPATCH } from '../counters.ts';
import type { Field } from '../field.ts';
import type { NerfKernels } from '../kernels.ts';
import { densityBackwardMlp, densityForwardMlp } from '../mlp-wgsl.ts';
import type { SampleBuffers } from '../sample-buffers.ts';
import type { EncodeStage } from './encode.ts';
import { sizedKernelCode } from './kernel-code.ts';
import { WEIGHT_CHUNK } from './scan.ts';

const SHARED = [countersWgsl, sampleWgsl, unpackF16Wgsl];
export const DENSITY_KERNELS = {
  density_forward: sizedKernelCode(densityForwardWgsl, SHARED, (config) => [
    constantsWgsl(config),
    densityForwardMlp(config),
  ]),
  density_backward: sizedKernelCode(densityBackwardWgsl, SHARED, (config) => [
    constantsWgsl(config),
    densityBackwardMlp(config),
  ]),
  density_weights_backward: sizedKernelCode(densityWeightsBackwardWgsl, SHARED, (config) => [constantsWgsl(config)]),
};

/** Fixed-point units to one, of weight gradients. Headroom: 2^31 / scale. */
export const WEIGHT_GRADIENT_SCALE = 2 ** 18;

export class DensityStage {
  constructor(
    private readonly kernels: NerfKernels,
    private readonly field: Field,
    private readonly buffers: SampleBuffers,
    private readonly encode: EncodeStage,
  ) {}

  /** Samples -> raw density. @param counters of the samples; by default the marched ones */
  forward(rec: Recorder, counters = this.buffers.counters): void {
    const { buffers: b, field } = this;
    const at = { position: b.samplePosition, encoded: b.densityEncoded, counters };
    this.encode.forward(rec, field.density, at, 'encode_density');
    rec.run(
      this.kernels.get('density_forward'),
      { counters, encoded: b.densityEncoded, weights: field.density.weights, raw_density: b.rawDensity },
      { stride: b.capacity },
      { indirect: counters, byteOffset: DISPATCH.overMlpGroups },
    );
  }

  /** dRawDensity of the survivors -> the density network's fixed-point gradients. */
  backward(rec: Recorder): void {
    const { buffers: b, field, kernels } = this;
    const counters = b.survivorCounters;
    const common = {
      counters,
      survivor_index: b.survivorIndex,
      encoded: b.densityEncoded,
      weights: field.density.weights,
      d_raw_density: b.dRawDensity,
    };
    rec.run(
      kernels.get('density_backward'),
      { ...common, d_encoded: b.dEncoded },
      { stride: b.capacity },
      { indirect: counters, byteOffset: DISPATCH.overMlpGroups },
    );
    rec.run(
      kernels.get('density_weights_backward'),
      { ...common, d_weights: field.density.optimiser!.dWeights },
      { stride: b.capacity, chunk: WEIGHT_CHUNK, gradient_scale: WEIGHT_GRADIENT_SCALE },
      { indirect: counters, byteOffset: DISPATCH.overDensityNeurons },
    );
    this.encode.backward(rec, field.density, 1, 'encode_density_backward');
  }
}
