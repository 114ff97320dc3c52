// The occupancy grid: a running maximum of optical thickness a cell, from densities looked up at random points, and the
// bits that rays march by; cells that light has not reached for long are left out.

import { workgroups } from '../../gpu/kernel.ts';
import type { Recorder } from '../../gpu/recorder.ts';
import type { Tensor } from '../../gpu/tensor.ts';
import countersWgsl from '../../shaders/common/counters.wgsl?raw';
import densityWgsl from '../../shaders/common/density.wgsl?raw';
import randomWgsl from '../../shaders/common/random.wgsl?raw';
import sampleWgsl from '../../shaders/common/sample.wgsl?raw';
import spaceWgsl from '../../shaders/common/space.wgsl?raw';
import markSeenWgsl from '../../shaders/nerf/mark_seen.wgsl?raw';
import bitsWgsl from '../../shaders/nerf/occupancy_bits_from_grid.wgsl?raw';
import meanWgsl from '../../shaders/nerf/occupancy_mean.wgsl?raw';
import occupancySampleWgsl from '../../shaders/nerf/occupancy_sample.wgsl?raw';
import updateWgsl from '../../shaders/nerf/occupancy_update.wgsl?raw';
import { DISPATCH } from '../counters.ts';
import type { Field } from '../field.ts';
import type { NerfKernels } from '../kernels.ts';
import type { SampleBuffers } from '../sample-buffers.ts';
import type { DensityStage } from './density.ts';
import { kernelCode } from './kernel-code.ts';
import { marchStep } from './march-step.ts';

export const OCCUPANCY_KERNELS = {
  mark_seen: kernelCode(markSeenWgsl, countersWgsl, sampleWgsl, spaceWgsl),
  occupancy_sample: kernelCode(occupancySampleWgsl, randomWgsl),
  occupancy_update: kernelCode(updateWgsl, densityWgsl, spaceWgsl),
  occupancy_mean: kernelCode(meanWgsl),
  occupancy_bits_from_grid: kernelCode(bitsWgsl),
};

export class OccupancyStage {
  constructor(
    private readonly kernels: NerfKernels,
    private readonly field: Field,
    private readonly buffers: SampleBuffers,
    private readonly density: DensityStage,
  ) {}

  /** Looks up the density of one part of the grid's cells. @param counters hold that part's size */
  update(
    rec: Recorder,
    counters: Tensor,
    o: { parts: number; phase: number; seed: number; step: number; decay: number },
  ): void {
    const { buffers: b, field, kernels } = this;
    const resolution = field.config.occupancyResolution;
    const count = resolution ** 3 / o.parts;
    const cells = { sample_count: count, resolution, parts: o.parts, phase: o.phase };
    rec.run(
      kernels.get('occupancy_sample'),
      { sample_position: b.samplePosition },
      { ...cells, seed: o.seed, step: o.step, stride: b.capacity },
      workgroups(count, 64),
    );
    this.density.forward(rec, counters);
    rec.run(
      kernels.get('occupancy_update'),
      { raw_density: b.rawDensity, occupancy: field.occupancy },
      { ...cells, decay: o.decay, ...marchStep(field) },
      workgroups(count, 64),
    );
  }

  /** Notes which cells this batch's survivors lie in. */
  markSeen(rec: Recorder, step: number): void {
    const { buffers: b, field } = this;
    rec.run(
      this.kernels.get('mark_seen'),
      {
        counters: b.survivorCounters,
        survivor_position: b.survivorPosition,
        survivor_sample: b.survivorSample,
        last_seen: field.lastSeen,
      },
      { stride: b.capacity, resolution: field.config.occupancyResolution, step },
      { indirect: b.survivorCounters, byteOffset: DISPATCH.overSamples },
    );
  }

  /** Renews the bits. @param seenSince null: cells count whether seen or not */
  renewBits(rec: Recorder, seenSince: number | null): void {
    const { field, kernels } = this;
    const { occupancy, meanThickness: mean_thickness, lastSeen: last_seen, occupancyBits: occupancy_bits } = field;
    rec.run(kernels.get('occupancy_mean'), { occupancy, mean_thickness }, { cell_count: occupancy.size }, [1]);
    rec.run(
      kernels.get('occupancy_bits_from_grid'),
      { occupancy, mean_thickness, last_seen, occupancy_bits },
      {
        word_count: occupancy.size / 32,
        seen_since: Math.max(0, seenSince ?? 0),
        everything: seenSince === null ? 1 : 0,
      },
      workgroups(occupancy.size / 32, 64),
    );
  }
}
