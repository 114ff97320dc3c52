// WebGPU in Node: Dawn through the npm package `webgpu`. Never imported by the page.

import { existsSync, lstatSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { optionalPackage } from '../optional-package.ts';
import { Gpu } from './device.ts';

const LAVAPIPE_ICD = '/usr/share/vulkan/icd.d/lvp_icd.json';

let instance: GPU | null = null;
/** Devices of it: an instance that goes takes them along, and the process with them. */
const devices = new Set<Gpu>();

/** Opens a device on Dawn. Where no real driver is named or found, lavapipe is taken if it is installed. */
export async function openNodeGpu(options: { defaultsOnly?: boolean } = {}): Promise<Gpu> {
  process.env.XDG_RUNTIME_DIR ||= runtimeFolder();
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
  const gpu = await Gpu.open({ navigatorGpu: instance, defaultsOnly: options.defaultsOnly });
  devices.add(gpu);
  return gpu;
}

/** A folder of this user's own, for drivers that want one: in a folder of everybody's, somebody else might lay something for them. */
export function runtimeFolder(): string {
  const own = join(tmpdir(), `impasto-${userInfo().uid}`);
  try {
    mkdirSync(own, { mode: 0o700 });
  } catch {
    // There already, of an earlier run, or somebody else's.
  }
  const stats = lstatSync(own, { throwIfNoEntry: false });
  const isOurs = stats?.isDirectory() && stats.uid === userInfo().uid && (stats.mode & 0o077) === 0;
  return isOurs || process.platform === 'win32' ? own : mkdtempSync(`${own}-`);
}

/** Destroys the device; with the last one it lets go of the instance, so that Node can end. */
export function closeNodeGpu(gpu: Gpu): void {
  gpu.destroy();
  devices.delete(gpu);
  if (devices.size > 0) return;
  instance = null;
  Object.defineProperty(globalThis, 'navigator', { value: undefined, configurable: true, writable: true });
}
