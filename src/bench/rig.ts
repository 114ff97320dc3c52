// What every timing of a field needs: the made-up scene, a new field of a preset, its trainer and a renderer beside it.

import type { Gpu } from '../gpu/device.ts';
import type { TrainConfig } from '../nerf/config.ts';
import { Field } from '../nerf/field.ts';
import { NerfKernels } from '../nerf/kernels.ts';
import { Renderer } from '../nerf/renderer.ts';
import { SampleBuffers } from '../nerf/sample-buffers.ts';
import { NerfTrainer } from '../nerf/trainer.ts';
import { PRESETS, type PresetName } from '../session/presets.ts';
import { benchScene } from './scene.ts';

/** @param train what it is trained with, where that differs from the preset */
export async function benchRig(gpu: Gpu, preset: PresetName, train: TrainConfig = PRESETS[preset].train) {
  const { field: config, sampleCapacity, rayCapacity } = PRESETS[preset];
  const scene = benchScene();
  const kernels = await NerfKernels.create(gpu, config);
  const field = Field.create(gpu, config, false, 0);
  const buffers = new SampleBuffers(gpu, Math.max(rayCapacity, train.raysPerStepMost), sampleCapacity, config.levels);
  const trainer = new NerfTrainer(gpu, kernels, field, buffers, scene.train, train, 0);
  const renderer = new Renderer(gpu, kernels, field, buffers);
  const destroy = () => {
    for (const part of [renderer, trainer, buffers, field, kernels]) part.destroy();
  };
  return { scene, kernels, field, buffers, trainer, renderer, destroy };
}
