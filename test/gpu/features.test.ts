// The feature networks on the device: our kernels (with and without subgroups) and tfjs against the float64
// reference, at odd sizes, in several chunks, with gradients that add up and are cleared.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../src/gpu/node.ts';
import { Tensor } from '../../src/gpu/tensor.ts';
import type { NetworkWeights } from '../../src/style/features/network-weights.ts';
import { createTfjsNetwork } from '../../src/style/features/tfjs-network.ts';
import { createFeatureNetwork } from '../../src/style/features/wgsl-network.ts';
import type { FeatureNetwork, LayerName } from '../../src/style/types.ts';
import { patternImage, patternNetwork, runNetwork } from '../reference/conv.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openNodeGpu();
});
afterAll(() => closeNodeGpu(gpu));

const WIDTHS = [[4, 8], [8, 12], [16]];
const LAYERS: LayerName[] = ['relu1_1', 'relu1_2', 'relu2_2', 'relu3_1'];

/** A gradient for a layer that differs in sign and size everywhere. */
function patternGradient(size: number, seed: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: size }, (_, i) => Math.sin(1.3 * i + seed) * 0.1);
}

async function runOnGpu(network: FeatureNetwork, height: number, width: number, layers: readonly LayerName[]) {
  const extractor = await network.extractor(height, width, layers);
  const image = Tensor.from(gpu.device, 'image', [height, width, 3], patternImage(height, width));
  const dImage = Tensor.from(gpu.device, 'dImage', [height, width, 3], new Float32Array(height * width * 3).fill(0.5));
  const forward = gpu.device.createCommandEncoder();
  extractor.forward(forward, image);
  gpu.device.queue.submit([forward.finish()]);
  const features = new Map<LayerName, Float32Array>();
  const dFeatures = new Map<LayerName, Float32Array>();
  for (const [layer, tensor] of extractor.features) {
    features.set(layer, await tensor.readF32());
    const d = patternGradient(tensor.size, layer.length + layers.indexOf(layer));
    dFeatures.set(layer, d);
    extractor.dFeatures.get(layer)!.write(d);
  }
  const backward = gpu.device.createCommandEncoder();
  extractor.backward(backward, dImage);
  gpu.device.queue.submit([backward.finish()]);
  const gradient = (await dImage.readF32()).map((v) => v - 0.5);
  const cleared = await Promise.all(
    [...extractor.dFeatures.values()].map(async (t) => Math.max(...(await t.readF32()))),
  );
  extractor.destroy();
  image.destroy();
  dImage.destroy();
  return { features, dFeatures, gradient, cleared };
}

async function expectAgreement(
  network: FeatureNetwork,
  weights: NetworkWeights,
  height: number,
  width: number,
  layers: readonly LayerName[],
) {
  const found = await runOnGpu(network, height, width, layers);
  const expected = runNetwork(weights, patternImage(height, width), height, width, found.dFeatures);
  expect([...found.features.keys()].sort()).toEqual([...layers].sort());
  // Winograd in f32 loses a few bits to cancellation: 1e-4 of values of about 1.
  for (const [layer, values] of found.features) {
    expect(values).toBeAllclose(expected.features.get(layer)!.data, { absolute: 3e-5, relative: 1e-4 });
  }
  expect(found.gradient).toBeAllclose(expected.dImage, { absolute: 3e-5, relative: 1e-4 });
  expect(Math.max(...expected.dImage.map(Math.abs))).toBeGreaterThan(0.05);
  expect(found.cleared).toEqual(found.cleared.map(() => 0));
}

describe.each(['average', 'max'] as const)('%s pool', (pool) => {
  it.each([
    [16, 16],
    [17, 33],
    [37, 50],
  ])('agrees with the reference at %i x %i, without subgroups', async (height, width) => {
    const weights = patternNetwork(WIDTHS, pool);
    const network = await createFeatureNetwork(gpu, weights, { subgroups: false });
    await expectAgreement(network, weights, height, width, LAYERS);
    network.destroy();
  });

  it('agrees with the reference with what the adapter has', async () => {
    const weights = patternNetwork(WIDTHS, pool);
    const network = await createFeatureNetwork(gpu, weights);
    await expectAgreement(network, weights, 17, 33, ['relu2_1', 'relu3_1']);
    network.destroy();
  });

  it('agrees with the reference through tfjs', async () => {
    const weights = patternNetwork(WIDTHS, pool);
    const network = await createTfjsNetwork(gpu, weights);
    await expectAgreement(network, weights, 17, 33, LAYERS);
    await expectAgreement(network, weights, 32, 16, ['relu1_2', 'relu2_2']);
    network.destroy();
  });
});
