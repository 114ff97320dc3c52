// Multiresolution hash encoding (Mueller et al. 2022, section 3): positions to features of a network's table, and their
// gradient back into it.

import type { Recorder } from '../../gpu/recorder.ts';
import type { Tensor } from '../../gpu/tensor.ts';
import countersWgsl from '../../shaders/common/counters.wgsl?raw';
import hashGridWgsl from '../../shaders/common/hash_grid.wgsl?raw';
import encodeBackwardWgsl from '../../shaders/nerf/encode_backward.wgsl?raw';
import { DISPATCH } from '../counters.ts';
import type { HashNetwork } from '../field.ts';
import type { NerfKernels } from '../kernels.ts';
import type { SampleBuffers } from '../sample-buffers.ts';
import { kernelCode } from './kernel-code.ts';

export const ENCODE_KERNELS = { encode_backward: kernelCode(encodeBackwardWgsl, countersWgsl, hashGridWgsl) };

/** Fixed-point units to one, of table gradients. Headroom: 2^31 / scale. */
export const TABLE_GRADIENT_SCALE = 2 ** 22;

export class EncodeStage {
  constructor(
    private readonly kernels: NerfKernels,
    private readonly buffers: SampleBuffers,
  ) {}

  /** @param at positions [3, capacity], their features [L / 2, capacity, 2] and how many there are */
  forward(
    rec: Recorder,
    network: HashNetwork,
    at: { position: Tensor; encoded: Tensor; counters: Tensor },
    span: string,
  ): void {
    for (const kernel of this.kernels.encode) {
      rec.run(
        kernel,
        { counters: at.counters, sample_position: at.position, table: network.table, encoded: at.encoded },
        { stride: this.buffers.capacity },
        { indirect: at.counters, byteOffset: DISPATCH.overSamples },
        span,
      );
    }
  }

  /** dEncoded of the survivors -> the table's fixed-point gradient. */
  backward(rec: Recorder, network: HashNetwork, gain: number, span: string): void {
    const { buffers: b } = this;
    rec.run(
      this.kernels.get('encode_backward'),
      {
        counters: b.survivorCounters,
        levels: network.levels,
        sample_position: b.survivorPosition,
        d_encoded: b.dEncoded,
        d_table: network.optimiser!.dTable,
      },
      { stride: b.capacity, gradient_scale: TABLE_GRADIENT_SCALE * gain },
      { indirect: b.survivorCounters, byteOffset: DISPATCH.overLevels },
      span,
    );
  }
}
