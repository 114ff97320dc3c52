// The compute kernels of a feature network, compiled for one adapter. The product kernel comes in two forms;
// the one that shares loads through subgroups is taken where a subgroup has at least the 8 lanes it needs.

import type { Gpu } from '../../gpu/device.ts';
import { Kernel } from '../../gpu/kernel.ts';
import { hasSubgroups } from '../../gpu/subgroups.ts';
import averagePool from '../../shaders/style/features/average_pool.wgsl?raw';
import averagePoolBackward from '../../shaders/style/features/average_pool_backward.wgsl?raw';
import maxPool from '../../shaders/style/features/max_pool.wgsl?raw';
import maxPoolBackward from '../../shaders/style/features/max_pool_backward.wgsl?raw';
import normaliseImage from '../../shaders/style/features/normalise_image.wgsl?raw';
import normaliseImageBackward from '../../shaders/style/features/normalise_image_backward.wgsl?raw';
import reluBackward from '../../shaders/style/features/relu_backward.wgsl?raw';
import winogradInput from '../../shaders/style/features/winograd_input.wgsl?raw';
import winogradMultiply from '../../shaders/style/features/winograd_multiply.wgsl?raw';
import winogradMultiplySubgroups from '../../shaders/style/features/winograd_multiply_subgroups.wgsl?raw';
import winogradOutput from '../../shaders/style/features/winograd_output.wgsl?raw';
import winogradOutputGradient from '../../shaders/style/features/winograd_output_gradient.wgsl?raw';
import winogradOutputRelu from '../../shaders/style/features/winograd_output_relu.wgsl?raw';

export interface FeatureKernels {
  normalise: Kernel;
  normaliseBackward: Kernel;
  input: Kernel;
  multiply: Kernel;
  outputRelu: Kernel;
  outputGradient: Kernel;
  pool: Kernel;
  poolBackward: Kernel;
  reluBackward: Kernel;
  /** Output channels that one invocation of `multiply` makes. */
  outsPerGroup: number;
  /** Tile quads that one workgroup of `multiply` makes. */
  quadsPerGroup: number;
}

export interface KernelOptions {
  /** 'auto' takes subgroups where the device has them; false never does. */
  subgroups?: 'auto' | false;
}

/** The product shares loads among eight lanes; of wider subgroups than 64 nothing is known here. */
const SUBGROUPS = { min: 8, max: 64 };

export async function createFeatureKernels(
  gpu: Gpu,
  pool: 'average' | 'max',
  options: KernelOptions = {},
): Promise<FeatureKernels> {
  const shared = options.subgroups !== false && hasSubgroups(gpu, SUBGROUPS);
  // A software adapter runs eight lanes at once and gains nothing from more; a real GPU wants a warp, and more
  // would idle at the small images of the deeper layers.
  const lanes = gpu.isSoftware ? 8 : 32;
  const make = (name: string, code: string, constants?: Record<string, number>, common: string[] = []) =>
    Kernel.create(gpu, { name, code, constants, shared: common });
  const [normalise, normaliseBackward, input, multiply, outputRelu, outputGradient, forward, backward, relu] =
    await Promise.all([
      make('normalise_image', normaliseImage),
      make('normalise_image_backward', normaliseImageBackward),
      make('winograd_input', winogradInput),
      shared
        ? make('winograd_multiply_subgroups', winogradMultiplySubgroups, { WORKGROUP: lanes })
        : make('winograd_multiply', winogradMultiply, { WORKGROUP: lanes }),
      make('winograd_output_relu', winogradOutputRelu, undefined, [winogradOutput]),
      make('winograd_output_gradient', winogradOutputGradient, undefined, [winogradOutput]),
      pool === 'max' ? make('max_pool', maxPool) : make('average_pool', averagePool),
      pool === 'max' ? make('max_pool_backward', maxPoolBackward) : make('average_pool_backward', averagePoolBackward),
      make('relu_backward', reluBackward),
    ]);
  return {
    normalise,
    normaliseBackward,
    input,
    multiply,
    outputRelu,
    outputGradient,
    pool: forward,
    poolBackward: backward,
    reluBackward: relu,
    outsPerGroup: shared ? 32 : 8,
    quadsPerGroup: shared ? lanes : 2 * lanes,
  };
}

export function destroyFeatureKernels(kernels: FeatureKernels): void {
  for (const value of Object.values(kernels)) if (value instanceof Kernel) value.destroy();
}
