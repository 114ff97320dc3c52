// Ray marching: rays to packed samples in the occupied parts of the scene (Mueller et al. 2022, appendix E). Has no
// gradient: where samples lie does not depend on what is learned but by the occupancy grid.

import { workgroups } from '../../gpu/kernel.ts';
import type { Recorder } from '../../gpu/recorder.ts';
import occupiedWgsl from '../../shaders/common/occupied.wgsl?raw';
import rayWgsl from '../../shaders/common/ray.wgsl?raw';
import sampleWgsl from '../../shaders/common/sample.wgsl?raw';
import spaceWgsl from '../../shaders/common/space.wgsl?raw';
import marchCountWgsl from '../../shaders/nerf/march_count.wgsl?raw';
import marchWriteWgsl from '../../shaders/nerf/march_write.wgsl?raw';
import type { Field } from '../field.ts';
import type { NerfKernels } from '../kernels.ts';
import type { SampleBuffers } from '../sample-buffers.ts';
import { marchSteps } from '../space.ts';
import { kernelCode } from './kernel-code.ts';
import { marchStep } from './march-step.ts';
import { scanCounts } from './scan.ts';

export const MARCH_KERNELS = {
  march_count: kernelCode(marchCountWgsl, occupiedWgsl, rayWgsl, spaceWgsl),
  march_write: kernelCode(marchWriteWgsl, occupiedWgsl, rayWgsl, sampleWgsl, spaceWgsl),
};

export class MarchStage {
  constructor(
    private readonly kernels: NerfKernels,
    private readonly field: Field,
    private readonly buffers: SampleBuffers,
  ) {}

  /** @param capacity samples of this batch, at most */
  forward(rec: Recorder, rays: number, capacity: number, coarseness = 1): void {
    const { buffers: b, field, kernels } = this;
    const walk = {
      ray_count: rays,
      resolution: field.config.occupancyResolution,
      sample_limit: field.config.samplesPerRay,
      step_limit: marchSteps(field.config),
      ...marchStep(field, coarseness),
    };
    const common = { rays: b.rays, occupancy_bits: field.occupancyBits };
    rec.run(kernels.get('march_count'), { ...common, ray_sample_count: b.rayCount }, walk, workgroups(rays, 64));
    scanCounts(rec, kernels, field, b, { span: b.raySpan, counters: b.counters }, rays, capacity);
    rec.run(
      kernels.get('march_write'),
      { ...common, ray_span: b.raySpan, sample_position: b.samplePosition, sample_t: b.sampleT },
      { ...walk, stride: b.capacity },
      workgroups(rays, 64),
    );
  }
}
