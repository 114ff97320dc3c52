// The device of somebody's renderer, for a session to work on.

import type { WebGPURenderer } from 'three/webgpu';
import { inputError } from '../errors.ts';
import { Gpu } from '../gpu/device.ts';

/**
 * Adopts the renderer's device, which stays the renderer's.
 * @throws InputError where the renderer is not initialised yet, or fell back to WebGL
 */
export function gpuOf(renderer: WebGPURenderer): Gpu {
  const { device } = renderer.backend as unknown as { device?: GPUDevice | null };
  if (!device) throw inputError('renderer', 'gpuOf', 'one on WebGPU, after await renderer.init()', 'no device');
  return Gpu.adopt(device);
}
