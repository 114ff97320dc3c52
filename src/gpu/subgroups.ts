// When kernels that share loads through subgroups are taken: one rule for all of them.

import type { Gpu } from './device.ts';

/** Whether the device has subgroups of at least `min` and at most `max` lanes, as the adapter says for certain. */
export function hasSubgroups(gpu: Gpu, { min, max }: { min: number; max: number }): boolean {
  const { subgroupMinSize = 0, subgroupMaxSize = Number.POSITIVE_INFINITY } = gpu.adapterInfo;
  return gpu.has('subgroups') && subgroupMinSize >= min && subgroupMaxSize <= max;
}
