// Another checkpoint's plain field beside the one of the session, in the same place: what consistency may be measured
// against.

import { inputError } from '../errors.ts';
import type { Gpu } from '../gpu/device.ts';
import type { Field } from '../nerf/field.ts';
import { Renderer } from '../nerf/renderer.ts';
import { SampleBuffers } from '../nerf/sample-buffers.ts';
import type { Scene, View } from '../scene/types.ts';
import { readFieldFile } from './field-file/field-file.ts';
import { stylesOf } from './field-file/styles-section.ts';
import type { KernelCache } from './kernel-cache.ts';
import { PRESETS } from './presets.ts';

export interface BaseField {
  field: Field;
  renderer: Renderer;
  destroy(): void;
}

/** @throws InputError for a file that is no checkpoint, or of another placement than the scene's */
export async function openBaseField(
  gpu: Gpu,
  kernelCache: KernelCache,
  { bytes, where }: { bytes: Uint8Array<ArrayBuffer>; where: string },
  scene: Scene,
): Promise<BaseField> {
  const file = readFieldFile(gpu, bytes, where);
  const parts: { destroy(): void }[] = [file.field];
  for (const style of stylesOf(file)) parts.push(style.appearance.network);
  const destroy = () => {
    for (const part of parts) part.destroy();
  };
  try {
    if (!samePlacement(scene, file.scene))
      throw inputError('placement', where, `that of ${scene.name}, the scene measured`, `another (${file.scene.name})`);
    const { rayCapacity, sampleCapacity } = PRESETS[file.preset];
    const kernels = await kernelCache.get(file.field.config);
    const buffers = new SampleBuffers(gpu, rayCapacity, sampleCapacity, file.field.config.levels);
    const renderer = new Renderer(gpu, kernels, file.field, buffers);
    parts.push(buffers, renderer);
    return { field: file.field, renderer, destroy };
  } catch (error) {
    destroy();
    throw error;
  }
}

/**
 * The same views under the same placement: what a checkpoint and a folder of photographs must agree in. Names alone say
 * little: many sets call their pictures 000 and on.
 */
export function sameScene(a: Scene, b: Scene): boolean {
  const same = (view: View, i: number) =>
    view.name === b.train[i].name && close(view.camera.cameraToWorld, b.train[i].camera.cameraToWorld);
  return samePlacement(a, b) && a.train.length === b.train.length && a.train.every(same);
}

function samePlacement(a: Scene, b: Scene): boolean {
  return close(a.sceneFromWorld, b.sceneFromWorld);
}

const close = (a: number[], b: number[]) => a.every((value, i) => Math.abs(value - b[i]) < 1e-6);
