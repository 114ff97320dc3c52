// Compaction: drops the samples that no light reaches (early ray termination), or that weigh less than a share of their
// pixel, and packs the rest, the survivors, again. Only they are coloured and trained.

import { workgroups } from '../../gpu/kernel.ts';
import type { Recorder } from '../../gpu/recorder.ts';
import densityWgsl from '../../shaders/common/density.wgsl?raw';
import rayWgsl from '../../shaders/common/ray.wgsl?raw';
import sampleWgsl from '../../shaders/common/sample.wgsl?raw';
import compactWgsl from '../../shaders/nerf/compact.wgsl?raw';
import countVisibleWgsl from '../../shaders/nerf/count_visible.wgsl?raw';
import surfacePointsWgsl from '../../shaders/nerf/surface_points.wgsl?raw';
import type { Field } from '../field.ts';
import type { NerfKernels } from '../kernels.ts';
import type { SampleBuffers } from '../sample-buffers.ts';
import { kernelCode } from './kernel-code.ts';
import { scanCounts } from './scan.ts';

export const COMPACT_KERNELS = {
  count_visible: kernelCode(countVisibleWgsl, densityWgsl, rayWgsl, sampleWgsl, surfacePointsWgsl),
  compact: kernelCode(compactWgsl, densityWgsl, rayWgsl, sampleWgsl, surfacePointsWgsl),
};

/** Which samples of a ray stay. */
export interface Kept {
  /** Samples are left out until together they weigh as much; 0 keeps all that light reaches. */
  minWeight?: number;
  /** So many points of the surface stand for all of them, at most (surface_points.wgsl); 0: the samples themselves. */
  points?: number;
}

export class CompactStage {
  constructor(
    private readonly kernels: NerfKernels,
    private readonly field: Field,
    private readonly buffers: SampleBuffers,
  ) {}

  forward(rec: Recorder, rays: number, { minWeight = 0, points = 0 }: Kept = {}): void {
    const { buffers: b, kernels } = this;
    rec.run(
      kernels.get('count_visible'),
      { ray_span: b.raySpan, sample_t: b.sampleT, raw_density: b.rawDensity, survivor_count: b.rayCount },
      { ray_count: rays, min_weight: minWeight, points },
      workgroups(rays, 64),
    );
    scanCounts(rec, kernels, this.field, b, { span: b.survivorSpan, counters: b.survivorCounters }, rays, b.capacity);
    rec.run(
      kernels.get('compact'),
      {
        ray_span: b.raySpan,
        survivor_span: b.survivorSpan,
        sample_position: b.samplePosition,
        sample_t: b.sampleT,
        raw_density: b.rawDensity,
        survivor_position: b.survivorPosition,
        survivor_sample: b.survivorSample,
        survivor_index: b.survivorIndex,
      },
      { ray_count: rays, stride: b.capacity, min_weight: minWeight, points },
      workgroups(rays, 64),
    );
  }
}
