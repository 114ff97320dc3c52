// Kernels compiled when they are first asked for, once a device, and shared by all who ask for the same text: a loss that
// is never used costs nothing, and one that is used twice is compiled once. They live as long as the device.

import type { Gpu } from './device.ts';
import { Kernel } from './kernel.ts';

const compiled = new WeakMap<GPUDevice, Map<string, Promise<Kernel>>>();

/**
 * @param sources WGSL texts by entry point
 * @throws Error naming the file, line and message of the first compile error
 */
export async function sharedKernels<Name extends string>(
  gpu: Gpu,
  sources: Readonly<Record<Name, string>>,
): Promise<Record<Name, Kernel>> {
  let kernels = compiled.get(gpu.device);
  if (!kernels) compiled.set(gpu.device, (kernels = new Map()));
  const pending = Object.entries<string>(sources).map(async ([name, code]) => {
    const key = `${name}\n${code}`;
    let kernel = kernels.get(key);
    if (!kernel) kernels.set(key, (kernel = Kernel.create(gpu, { name, code })));
    return [name, await kernel] as const;
  });
  return Object.fromEntries(await Promise.all(pending)) as Record<Name, Kernel>;
}
