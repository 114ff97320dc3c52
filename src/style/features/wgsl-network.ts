// A VGG-like feature network in our own kernels: Winograd convolutions with bias and ReLU fused, pools, and the
// gradient of all of it to the image. Features are planar [C, H, W] f32. Weights are uploaded when an extractor
// first needs them; an extractor plans its buffers and dispatches once (wgsl-extractor.ts).

import type { Gpu } from '../../gpu/device.ts';
import { Tensor } from '../../gpu/tensor.ts';
import type { FeatureExtractor, FeatureNetwork, LayerName } from '../types.ts';
import { createFeatureKernels, destroyFeatureKernels, type FeatureKernels, type KernelOptions } from './kernels.ts';
import type { NetworkWeights } from './network-weights.ts';
import { layerOf } from './topology.ts';
import { WgslExtractor } from './wgsl-extractor.ts';
import { packWinograd } from './winograd.ts';

/** One convolution's weights on the device, in Winograd's domain. */
export interface PackedWeights {
  /** [36, groups, depth, outputs of a group] */
  u: Tensor;
  depth: number;
  padded: number;
}

/**
 * Bytes of each of an extractor's two Winograd scratch buffers. Larger images go through in chunks of tiles: on a
 * software adapter what the caches hold, on a GPU what keeps it busy within the default binding limit.
 */
const SCRATCH_BYTES = { software: 8 << 20, gpu: 64 << 20 };

export interface NetworkOptions extends KernelOptions {
  scratchBytes?: number;
}

export async function createFeatureNetwork(
  gpu: Gpu,
  weights: NetworkWeights,
  options: NetworkOptions = {},
): Promise<FeatureNetwork> {
  const kernels = await createFeatureKernels(gpu, weights.pool, options);
  const wanted = options.scratchBytes ?? (gpu.isSoftware ? SCRATCH_BYTES.software : SCRATCH_BYTES.gpu);
  return new WgslNetwork(gpu, weights, kernels, Math.min(wanted, gpu.device.limits.maxStorageBufferBindingSize));
}

export class WgslNetwork implements FeatureNetwork {
  readonly name: string;
  readonly layers: readonly LayerName[];
  private readonly packed = new Map<string, PackedWeights>();
  private readonly biases = new Map<number, Tensor>();

  constructor(
    readonly gpu: Gpu,
    readonly weights: NetworkWeights,
    readonly kernels: FeatureKernels,
    readonly scratchBytes: number,
  ) {
    this.name = weights.name;
    this.layers = weights.convolutions.map((c) => layerOf(c.name));
  }

  channels(layer: LayerName): number {
    return this.weights.convolutions[this.indexOf(layer)].outChannels;
  }

  /** Index of the convolution under a layer. */
  indexOf(layer: LayerName): number {
    const index = this.layers.indexOf(layer);
    if (index < 0)
      throw new Error(`layer of '${this.name}': expected one of ${this.layers.join(', ')}, found ${layer}`);
    return index;
  }

  async extractor(height: number, width: number, layers: readonly LayerName[]): Promise<FeatureExtractor> {
    return new WgslExtractor(this, height, width, layers);
  }

  /** Packs and uploads on first use. */
  packedWeights(index: number, direction: 'forward' | 'backward'): PackedWeights {
    const key = `${index} ${direction}`;
    let packed = this.packed.get(key);
    if (!packed) {
      const { name, weight, outChannels, inChannels } = this.weights.convolutions[index];
      const { data, depth, padded } = packWinograd(
        weight,
        outChannels,
        inChannels,
        direction,
        this.kernels.outsPerGroup,
      );
      const label = `FeatureNetwork.${name}.${direction}`;
      packed = { u: Tensor.from(this.gpu.device, label, [data.length], data), depth, padded };
      this.packed.set(key, packed);
    }
    return packed;
  }

  bias(index: number): Tensor {
    let tensor = this.biases.get(index);
    if (!tensor) {
      const { name, bias } = this.weights.convolutions[index];
      tensor = Tensor.from(this.gpu.device, `FeatureNetwork.${name}.bias`, [bias.length], bias);
      this.biases.set(index, tensor);
    }
    return tensor;
  }

  /** Frees weights and kernels; extractors are freed by their owners, before. */
  destroy(): void {
    for (const { u } of this.packed.values()) u.destroy();
    for (const bias of this.biases.values()) bias.destroy();
    this.packed.clear();
    this.biases.clear();
    destroyFeatureKernels(this.kernels);
  }
}
