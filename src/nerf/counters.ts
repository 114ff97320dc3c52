// The counters of a batch (counters.wgsl): their size, where the sizes of dispatches lie in them, and such as are known
// beforehand.

import { StructLayout } from '../gpu/struct-layout.ts';
import countersWgsl from '../shaders/common/counters.wgsl?raw';
import { MLP_GROUP } from './config.ts';

const layout = new StructLayout(countersWgsl, 'Counters');

/** u32s of a batch's counters. */
export const COUNTERS = layout.bytes / 4;

/** Byte offsets of what indirect dispatches read. */
export const DISPATCH = {
  overLevels: layout.offsetOf('over_levels'),
  overSamples: layout.offsetOf('over_samples'),
  overColourNeurons: layout.offsetOf('over_colour_neurons'),
  overDensityNeurons: layout.offsetOf('over_density_neurons'),
  overMlpGroups: layout.offsetOf('over_mlp_groups'),
} as const;

/** Where in the counters, in u32s. */
export const COUNTER = {
  samples: layout.offsetOf('samples') / 4,
  raysKept: layout.offsetOf('rays_kept') / 4,
  samplesWanted: layout.offsetOf('samples_wanted') / 4,
} as const;

/** Counters of a fixed number of samples, as scan_counts would write them; of no rays, and for no weight gradients. */
export function fixedCounters(samples: number, levels: number): Uint32Array<ArrayBuffer> {
  const groups = Math.ceil(samples / 64);
  const data = new Uint32Array(COUNTERS);
  layout.write(data.buffer, 0, {
    samples,
    samples_wanted: samples,
    over_levels: [groups, levels, 1],
    over_samples: [groups, 1, 1],
    over_mlp_groups: [Math.ceil(samples / MLP_GROUP), 1, 1],
  });
  return data;
}
