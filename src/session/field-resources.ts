// Everything on the GPU that belongs to one field, made and freed together; and what it takes of memory.

import type { Gpu } from '../gpu/device.ts';
import type { Field } from '../nerf/field.ts';
import type { NerfKernels } from '../nerf/kernels.ts';
import { memoryOf } from '../nerf/memory.ts';
import { Renderer } from '../nerf/renderer.ts';
import { SampleBuffers } from '../nerf/sample-buffers.ts';
import type { RayBudget } from '../nerf/trainer.ts';
import type { Scene } from '../scene/types.ts';
import { PRESETS, type PresetName } from './presets.ts';

export interface FieldResources {
  preset: PresetName;
  /** The preset that was asked for: a larger one, where there was no room for it. */
  asked: PresetName;
  seed: number;
  /** Of the training that a checkpoint goes on with. */
  pace?: RayBudget;
  kernels: NerfKernels;
  field: Field;
  buffers: SampleBuffers;
  /** For the view; each long task has a renderer of its own, since a renderer keeps its camera between chunks. */
  viewRenderer: Renderer;
  taskRenderer: Renderer;
}

/** Takes the field; the kernels stay the caller's. */
export function createFieldResources(
  gpu: Gpu,
  preset: PresetName,
  asked: PresetName,
  seed: number,
  kernels: NerfKernels,
  field: Field,
): FieldResources {
  const { rayCapacity, sampleCapacity } = PRESETS[preset];
  const buffers = new SampleBuffers(gpu, rayCapacity, sampleCapacity, field.config.levels);
  const renderer = () => new Renderer(gpu, kernels, field, buffers);
  return { preset, asked, seed, kernels, field, buffers, viewRenderer: renderer(), taskRenderer: renderer() };
}

export function destroyFieldResources({ viewRenderer, taskRenderer, buffers, field }: FieldResources): void {
  for (const part of [viewRenderer, taskRenderer, buffers, field]) part.destroy();
}

/** GPU memory of a preset for this scene, as it is told to people. */
export function formatMemory(preset: PresetName, { train }: Scene): string {
  const pixels = train.reduce((sum, { picture }) => sum + picture.width * picture.height, 0);
  const bytes = memoryOf(PRESETS[preset], { views: train.length, pixels }).total;
  return `${Math.ceil(bytes / 2 ** 20)} MB`;
}
