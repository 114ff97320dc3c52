// Counts of samples a ray to where each ray's samples lie: an exclusive prefix sum, and the sizes of the dispatches that
// follow, so that nothing is read back. Rays that no longer fit are dropped whole.

import type { Recorder } from '../../gpu/recorder.ts';
import type { Tensor } from '../../gpu/tensor.ts';
import countersWgsl from '../../shaders/common/counters.wgsl?raw';
import rayWgsl from '../../shaders/common/ray.wgsl?raw';
import scanCountsWgsl from '../../shaders/nerf/scan_counts.wgsl?raw';
import type { Field } from '../field.ts';
import type { NerfKernels } from '../kernels.ts';
import type { SampleBuffers } from '../sample-buffers.ts';
import { kernelCode } from './kernel-code.ts';

export const SCAN_KERNELS = { scan_counts: kernelCode(scanCountsWgsl, countersWgsl, rayWgsl) };

/** Samples that a workgroup of the weight gradients walks. */
export const WEIGHT_CHUNK = 4096;

/** Scans rayCount. @param capacity samples of this batch, at most */
export function scanCounts(
  rec: Recorder,
  kernels: NerfKernels,
  { config }: Field,
  { rayCount }: SampleBuffers,
  to: { span: Tensor; counters: Tensor },
  rays: number,
  capacity: number,
): void {
  rec.run(
    kernels.get('scan_counts'),
    { counts: rayCount, ray_span: to.span, counters: to.counters },
    {
      ray_count: rays,
      capacity,
      levels: config.levels,
      chunk: WEIGHT_CHUNK,
      density_neurons: config.densityHidden / 2,
      colour_neurons: config.colourHidden / 2,
    },
    [1],
  );
}
