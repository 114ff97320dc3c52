// What a preset takes of the adapter's memory, computed from its sizes before anything is made: so that `info` can say
// it, and so that a field that cannot fit is not begun. Bytes throughout. Feature networks, pictures of videos
// and what painting keeps of its views are not counted: they come and go.

import { Tensor } from '../gpu/tensor.ts';
import { CAMERA_STRIDE } from './camera-buffer.ts';
import { type FieldConfig, type FieldPlan, PLAN_CHUNKS } from './config.ts';
import { COUNTERS } from './counters.ts';
import { colourWeightCount, densityWeightCount } from './field.ts';
import { hashLevels } from './hash-levels.ts';
import { SampleBuffers } from './sample-buffers.ts';

/** What the bricks of one bake may take; so many are made as fit. */
export const BAKE_BYTES = 64 << 20;

export interface MemoryUse {
  /** Both networks and the occupancy grid: all that showing a field needs beside work buffers. */
  field: number;
  /** Masters, moments and gradients of both networks, while training. */
  optimiser: number;
  /** Rays and samples under way, and the renderers' own. */
  work: number;
  /** Training pictures and cameras, and the trainer's counters. */
  pictures: number;
  /** One more appearance with its optimiser, while a style is painted. */
  style: number;
  /** All of the above. */
  total: number;
  /** On top of that, at most: baked fields, a new one made beside the old. */
  bakes: number;
}

/** Training pictures as the trainer keeps them. */
export interface PictureCount {
  views: number;
  pixels: number;
}

export function memoryOf(preset: FieldPlan, { views, pixels }: PictureCount): MemoryUse {
  const { field, rayCapacity, sampleCapacity } = preset;
  const [density, colour] = [densityWeightCount(field), colourWeightCount(field)];
  const cells = field.occupancyResolution ** 3;
  const grid = tensors([cells, cells / 32, cells, 1]);
  const use = {
    field: networkBytes(field, density) + networkBytes(field, colour) + grid,
    optimiser: optimiserBytes(field, density) + optimiserBytes(field, colour),
    // Two renderers: one for the view, one for the task under way.
    work:
      SampleBuffers.bytes(rayCapacity, sampleCapacity, field.levels) + 2 * tensors([CAMERA_STRIDE, 4 * PLAN_CHUNKS]),
    pictures: tensors([pixels, CAMERA_STRIDE * views, COUNTERS, 1]),
    style: networkBytes(field, colour) + optimiserBytes(field, colour),
  };
  const total = use.field + use.optimiser + use.work + use.pictures + use.style;
  return { ...use, total, bakes: 2 * (BAKE_BYTES + tensors([cells])) };
}

/** The largest single buffer, which adapters bound as well. Pictures share as many as they need (trainer.ts). */
export function largestBuffer({ field, sampleCapacity }: FieldPlan): number {
  return 4 * Math.max(2 * field.levels * sampleCapacity, 4 * entryCount(field), field.occupancyResolution ** 3);
}

/**
 * Makes GPU objects and asks the adapter whether there was room for them.
 * @param make may throw where a size is beyond the adapter's limits; what tensors it had made by then are freed
 * @param free gets what was made, if there was no room
 * @returns null where there was none
 */
export async function makeIfRoom<T>(device: GPUDevice, make: () => T, free: (made: T) => void): Promise<T | null> {
  device.pushErrorScope('out-of-memory');
  let made: T;
  try {
    made = Tensor.allOrNone(make);
  } catch (cause) {
    const error = await device.popErrorScope();
    if (error) return null;
    throw cause;
  }
  let error: GPUError | null;
  try {
    error = await device.popErrorScope();
  } catch (cause) {
    free(made);
    throw cause;
  }
  if (error === null) return made;
  free(made);
  return null;
}

const tensors = (sizes: number[]) => sizes.reduce((sum, size) => sum + Tensor.bytes(size), 0);

function entryCount(config: FieldConfig): number {
  const last = hashLevels(config).at(-1)!;
  return last.firstEntry + last.entries;
}

function networkBytes(config: FieldConfig, weights: number): number {
  return tensors([4 * config.levels, entryCount(config), weights]);
}

/** As field.ts makes them: master, moments, steps, gradients, the list of those; of weights moments and gradients. */
function optimiserBytes(config: FieldConfig, weights: number): number {
  const n = entryCount(config);
  return tensors([2 * n, 4 * n, n, 2 * n, n, 5, 2 * weights, weights]);
}
