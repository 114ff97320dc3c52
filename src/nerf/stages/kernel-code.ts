// How a stage names its kernels: the WGSL of each, what is appended to it, and what of it a configuration sizes.

import type { FieldConfig } from '../config.ts';

export interface KernelCode {
  code: string;
  /** Shared files, appended after the kernel. */
  shared: readonly string[];
  /** Constants of array lengths, and the MLPs written out. */
  sized?: (config: FieldConfig) => string[];
}

export const kernelCode = (code: string, ...shared: string[]): KernelCode => ({ code, shared });

/** Of a kernel whose arrays or networks the configuration sizes. */
export const sizedKernelCode = (
  code: string,
  shared: readonly string[],
  sized: (config: FieldConfig) => string[],
): KernelCode => ({ code, shared, sized });
