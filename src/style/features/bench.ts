// Times a feature network's forward and backward on this adapter, ours and tfjs side by side in the same run.

import type { Gpu } from '../../gpu/device.ts';
import { Recorder } from '../../gpu/recorder.ts';
import { Tensor } from '../../gpu/tensor.ts';
import type { FeatureNetwork, LayerName } from '../types.ts';
import type { NetworkWeights } from './network-weights.ts';
import { hasPoolBefore, layerOf } from './topology.ts';
import { createFeatureNetwork } from './wgsl-network.ts';

export interface FeatureTiming {
  implementation: 'wgsl' | 'wgsl without subgroups' | 'tfjs';
  /** Milliseconds, the best of `repeats`. */
  forward: number;
  backward: number;
  /** What a direct convolution would need, forward and backward together, over the time taken: GFLOP/s. */
  effective: number;
}

export interface FeatureBenchOptions {
  layers?: readonly LayerName[];
  repeats?: number;
  implementations?: readonly FeatureTiming['implementation'][];
}

/** @param size side of the square image, pixels */
export async function benchFeatures(
  gpu: Gpu,
  weights: NetworkWeights,
  size: number,
  options: FeatureBenchOptions = {},
): Promise<FeatureTiming[]> {
  const { layers = ['relu3_3'], repeats = 5, implementations = ['wgsl', 'wgsl without subgroups', 'tfjs'] } = options;
  const flops = directFlops(weights, size, layers);
  const timings: FeatureTiming[] = [];
  for (const implementation of implementations) {
    const network = await open(gpu, weights, implementation);
    try {
      const { forward, backward } = await time(gpu, network, size, layers, repeats);
      timings.push({ implementation, forward, backward, effective: flops / 1e6 / (forward + backward) });
    } finally {
      network.destroy();
    }
  }
  return timings;
}

async function open(
  gpu: Gpu,
  weights: NetworkWeights,
  implementation: FeatureTiming['implementation'],
): Promise<FeatureNetwork> {
  if (implementation === 'tfjs') return await (await import('./tfjs-network.ts')).createTfjsNetwork(gpu, weights);
  return await createFeatureNetwork(gpu, weights, { subgroups: implementation === 'wgsl' ? 'auto' : false });
}

async function time(gpu: Gpu, network: FeatureNetwork, size: number, layers: readonly LayerName[], repeats: number) {
  const { device } = gpu;
  const extractor = await network.extractor(size, size, layers);
  const shape = [size, size, 3];
  const pattern = Float32Array.from({ length: size * size * 3 }, (_, i) => 0.5 + 0.5 * Math.sin(0.37 * i));
  const image = Tensor.from(device, 'benchFeatures.image', shape, pattern);
  const dImage = Tensor.zeros(device, 'benchFeatures.d_image', shape);
  const timed = async (record: (rec: Recorder) => void) => {
    await gpu.idle();
    const start = performance.now();
    const rec = new Recorder(gpu, 'benchFeatures');
    record(rec);
    rec.submit();
    await gpu.idle();
    return performance.now() - start;
  };
  let forward = Number.POSITIVE_INFINITY;
  let backward = Number.POSITIVE_INFINITY;
  // The first round compiles on the driver's side and is thrown away.
  for (let i = 0; i <= repeats; i++) {
    const there = await timed((rec) => extractor.forward(rec, image));
    const back = await timed((rec) => extractor.backward(rec, dImage));
    if (i === 0) continue;
    forward = Math.min(forward, there);
    backward = Math.min(backward, back);
  }
  extractor.destroy();
  image.destroy();
  dImage.destroy();
  return { forward, backward };
}

/** Operations of direct 3x3 convolutions to the topmost layer, forward and to the input. */
function directFlops(weights: NetworkWeights, size: number, layers: readonly LayerName[]): number {
  const top = weights.convolutions.findLastIndex((c) => layers.includes(layerOf(c.name)));
  let side = size;
  let flops = 0;
  for (const { name, inChannels, outChannels } of weights.convolutions.slice(0, top + 1)) {
    if (hasPoolBefore(name)) side = Math.floor(side / 2);
    flops += 2 * 2 * 9 * inChannels * outChannels * side * side;
  }
  return flops;
}
