// The feature networks on the device: our kernels (with and without subgroups) and tfjs against the float64
// reference, at odd sizes, in several chunks, with gradients that add up and are cleared.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../../src/gpu/node.ts';
import { Recorder } from '../../../../src/gpu/recorder.ts';
import { Tensor } from '../../../../src/gpu/tensor.ts';
import { benchFeatures } from '../../../../src/style/features/bench.ts';
import type { NetworkWeights } from '../../../../src/style/features/network-weights.ts';
import { createTfjsNetwork } from '../../../../src/style/features/tfjs-network.ts';
import { createFeatureNetwork } from '../../../../src/style/features/wgsl-network.ts';
import type { FeatureNetwork, LayerName } from '../../../../src/style/types.ts';
import { patternImage, patternNetwork, runNetwork } from '../../../reference/conv.ts';

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
  const forward = new Recorder(gpu, 'test');
  extractor.forward(forward, image);
  forward.submit();
  const features = new Map<LayerName, Float32Array>();
  const dFeatures = new Map<LayerName, Float32Array>();
  for (const [layer, tensor] of extractor.features) {
    features.set(layer, await tensor.readF32());
    const d = patternGradient(tensor.size, layer.length + layers.indexOf(layer));
    dFeatures.set(layer, d);
    extractor.dFeatures.get(layer)!.write(d);
  }
  const backward = new Recorder(gpu, 'test');
  extractor.backward(backward, dImage);
  backward.submit();
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

describe('a planned extractor', () => {
  it('gives the same in many chunks of tiles as in one', async () => {
    const weights = patternNetwork(WIDTHS, 'max');
    // Takes the least there can be, one block of 32 tiles at a time; 37 x 50 pixels have 130 tiles.
    const network = await createFeatureNetwork(gpu, weights, { scratchBytes: 1 });
    await expectAgreement(network, weights, 37, 50, LAYERS);
    network.destroy();
  });

  it('repeats itself to the bit, also several times in one encoder', async () => {
    const weights = patternNetwork(WIDTHS, 'average');
    const network = await createFeatureNetwork(gpu, weights);
    const extractor = await network.extractor(24, 20, ['relu2_1']);
    const shape = [24, 20, 3];
    const image = Tensor.from(gpu.device, 'image', shape, patternImage(24, 20));
    const other = Tensor.from(
      gpu.device,
      'other',
      shape,
      patternImage(20, 24).map((v) => 1 - v),
    );
    const rec = new Recorder(gpu, 'test');
    const results: Tensor[] = [];
    for (let i = 0; i < 40; i++) {
      extractor.forward(rec, i % 2 ? other : image);
      if (i < 36) continue;
      const [, feature] = [...extractor.features][0];
      const copy = Tensor.zeros(gpu.device, `copy${i}`, feature.shape);
      rec.copy(feature, copy, feature.size * 4);
      results.push(copy);
    }
    rec.submit();
    const [a, b, c, d] = await Promise.all(results.map((t) => t.readF32()));
    expect(a).toEqual(c);
    expect(b).toEqual(d);
    expect(a).not.toEqual(b);
    network.destroy();
  });

  it('refuses what it cannot plan, in words', async () => {
    const network = await createFeatureNetwork(gpu, patternNetwork(WIDTHS, 'max'));
    await expect(network.extractor(15, 40, ['relu1_1'])).rejects.toThrow(/at least 16 pixels a side, found 40 x 15/);
    await expect(network.extractor(20, 20, ['relu4_1'])).rejects.toThrow(/expected one of relu1_1, .*, found relu4_1/);
    await expect(network.extractor(20, 20, [])).rejects.toThrow(/at least one layer/);
    await expect(network.extractor(20000, 20000, ['relu1_2'])).rejects.toThrow(/image size in the feature network/);
    expect([network.channels('relu1_2'), network.layers.length]).toEqual([8, 5]);
    network.destroy();
  });

  it('works at the default limits, without any optional feature', async () => {
    const plain = await openNodeGpu({ defaultsOnly: true });
    const weights = patternNetwork(WIDTHS, 'max');
    const network = await createFeatureNetwork(plain, weights);
    const extractor = await network.extractor(18, 22, ['relu3_1']);
    const image = Tensor.from(plain.device, 'image', [18, 22, 3], patternImage(18, 22));
    const rec = new Recorder(plain, 'test');
    extractor.forward(rec, image);
    rec.submit();
    const feature = extractor.features.get('relu3_1')!;
    const none = new Map([['relu3_1' as LayerName, new Float32Array(feature.size)]]);
    const expected = runNetwork(weights, patternImage(18, 22), 18, 22, none).features.get('relu3_1')!;
    expect(await feature.readF32()).toBeAllclose(expected.data, { absolute: 3e-5, relative: 1e-4 });
    plain.destroy();
  });
});

describe('benchFeatures', () => {
  it('times each implementation', async () => {
    const timings = await benchFeatures(gpu, patternNetwork(WIDTHS, 'average'), 32, {
      layers: ['relu2_1'],
      repeats: 1,
    });
    expect(timings.map((t) => t.implementation)).toEqual(['wgsl', 'wgsl without subgroups', 'tfjs']);
    for (const t of timings) expect(Math.min(t.forward, t.backward, t.effective)).toBeGreaterThan(0);
  });
});
