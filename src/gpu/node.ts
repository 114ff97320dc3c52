// WebGPU in Node: Dawn through the npm package `webgpu`. Never imported by the page.

import { existsSync } from 'node:fs';
import { optionalPackage } from '../optional-package.ts';
import { Gpu } from './device.ts';

const LAVAPIPE_ICD = '/usr/share/vulkan/icd.d/lvp_icd.json';

let instance: GPU | null = null;

/** Opens a device on Dawn. Where no real driver is named or found, lavapipe is taken if it is installed. */
export async function openNodeGpu(options: { defaultsOnly?: boolean } = {}): Promise<Gpu> {
  process.env.XDG_RUNTIME_DIR ??= '/tmp';
  const realGpu = existsSync('/dev/nvidia0') || existsSync('/dev/dri/renderD128');
  if (!realGpu && existsSync(LAVAPIPE_ICD)) process.env.VK_ICD_FILENAMES ??= LAVAPIPE_ICD;
  if (!instance) {
    const { create, globals } = await optionalPackage('webgpu', () => import('webgpu'));
    Object.assign(globalThis, globals);
    instance = create([]);
    Object.defineProperty(globalThis, 'navigator', {
      value: { gpu: instance, userAgent: 'node', language: 'en', hardwareConcurrency: 1 },
      configurable: true,
      writable: true,
    });
  }
  return await Gpu.open({ navigatorGpu: instance, defaultsOnly: options.defaultsOnly });
}

/** Destroys the device and lets go of the instance, so that Node can end. */
export function closeNodeGpu(gpu: Gpu): void {
  gpu.destroy();
  instance = null;
  Object.defineProperty(globalThis, 'navigator', { value: undefined, configurable: true, writable: true });
}
