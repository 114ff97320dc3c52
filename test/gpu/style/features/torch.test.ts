// The feature networks against PyTorch: a tiny random network whose numbers lie beside the script that made them,
// and, where the shared weights are at hand, the real VGG-19 to relu4_1.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../../src/gpu/node.ts';
import { Recorder } from '../../../../src/gpu/recorder.ts';
import { Tensor } from '../../../../src/gpu/tensor.ts';
import type { NetworkWeights } from '../../../../src/style/features/network-weights.ts';
import { IMAGENET_MEAN, IMAGENET_STD } from '../../../../src/style/features/safetensors.ts';
import type { ConvolutionName } from '../../../../src/style/features/topology.ts';
import { loadFeatureWeightsFile } from '../../../../src/style/features/weights-node.ts';
import { createFeatureNetwork } from '../../../../src/style/features/wgsl-network.ts';
import type { FeatureNetwork, LayerName } from '../../../../src/style/types.ts';
import { patternImage } from '../../../reference/conv.ts';
import { SHARED } from '../../../shared.ts';

const FIXTURES = resolve(import.meta.dirname, '../../../fixtures/features');
const small = JSON.parse(readFileSync(resolve(FIXTURES, 'small.json'), 'utf8'));
const vgg19 = JSON.parse(readFileSync(resolve(FIXTURES, 'vgg19.json'), 'utf8'));

interface Case {
  pool: 'average' | 'max';
  height: number;
  width: number;
  features: Record<string, number[]>;
  d_image: number[];
}

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openNodeGpu();
});
afterAll(() => closeNodeGpu(gpu));

/** Features and d_image with the gradient pattern of generate.py at every layer. */
async function run(network: FeatureNetwork, height: number, width: number, layers: LayerName[]) {
  const extractor = await network.extractor(height, width, layers);
  const image = Tensor.from(gpu.device, 'image', [height, width, 3], patternImage(height, width));
  const dImage = Tensor.zeros(gpu.device, 'd_image', [height, width, 3]);
  layers.forEach((layer, seed) => {
    const d = extractor.dFeatures.get(layer)!;
    d.write(Float32Array.from({ length: d.size }, (_, i) => 0.1 * Math.sin(1.3 * i + seed)));
  });
  const rec = new Recorder(gpu, 'test');
  extractor.forward(rec, image);
  extractor.backward(rec, dImage);
  rec.submit();
  const features = new Map<LayerName, Float32Array>();
  for (const [layer, tensor] of extractor.features) features.set(layer, await tensor.readF32());
  const gradient = await dImage.readF32();
  extractor.destroy();
  return { features, gradient };
}

const every = (values: Float32Array, stride: number, count = Number.POSITIVE_INFINITY) =>
  values.filter((_, i) => i % stride === 0 && i / stride < count);
const rms = (values: Float32Array) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);

describe('a tiny random network', () => {
  it.each(small.cases as Case[])('with $pool pool has the values of PyTorch', async (c) => {
    const weights = smallWeights(c.pool);
    const network = await createFeatureNetwork(gpu, weights);
    const { features, gradient } = await run(network, c.height, c.width, small.layers);
    // f32 in Winograd's form against float64, numbers stored to 6 decimals.
    for (const layer of small.layers) {
      expect(every(features.get(layer)!, 5)).toBeAllclose(c.features[layer], { absolute: 1e-5, relative: 1e-4 });
    }
    expect(every(gradient, 3)).toBeAllclose(c.d_image, { absolute: 3e-5, relative: 1e-4 });
    network.destroy();
  });
});

function smallWeights(pool: 'average' | 'max'): NetworkWeights {
  let inChannels = 3;
  const numbers = (name: string) => Float32Array.from(small.weights[name], (v: number) => v / 4096);
  const convolutions = Object.entries(small.widths as Record<ConvolutionName, number>).map(([name, outChannels]) => {
    const convolution = {
      name: name as ConvolutionName,
      outChannels,
      inChannels,
      weight: numbers(`${name}.weight`),
      bias: numbers(`${name}.bias`),
    };
    inChannels = outChannels;
    return convolution;
  });
  return { name: 'tiny', mean: IMAGENET_MEAN, std: IMAGENET_STD, pool, convolutions };
}

describe.skipIf(!SHARED)('VGG-19 (shared weights)', () => {
  it.each(['auto', false] as const)('has the values of PyTorch to relu4_1, subgroups %s', async (subgroups) => {
    const path = resolve(SHARED!, 'weights/vgg19/vgg19_u8_block1_conv1-block5_conv1.json');
    const weights = await loadFeatureWeightsFile(path);
    expect(weights.name).toBe('vgg19');
    const network = await createFeatureNetwork(gpu, weights, { subgroups });
    const layers = Object.keys(vgg19.layers) as LayerName[];
    const { features, gradient } = await run(network, vgg19.height, vgg19.width, layers);
    for (const layer of layers) {
      const expected = vgg19.layers[layer];
      const found = features.get(layer)!;
      expect(found.length).toBe(expected.shape.reduce((a: number, b: number) => a * b));
      // Sums of thousands of products of both signs: an error relative to the layer's size, not to each number.
      const tolerance = { absolute: 1e-4 * expected.rms, relative: 1e-3 };
      expect(every(found, expected.stride, 24)).toBeAllclose(expected.samples, tolerance);
      expect([rms(found)]).toBeAllclose([expected.rms], { relative: 1e-4 });
    }
    const expected = vgg19.d_image;
    expect([rms(gradient)]).toBeAllclose([expected.rms], { relative: 2e-3 });
    expect(every(gradient, expected.stride, 48)).toBeAllclose(expected.samples, {
      absolute: 0.01 * expected.rms,
      relative: 2e-3,
    });
    network.destroy();
  });
});
