// One style under one of the style losses, over all of that loss's layers. NNFM matches its layers as one. Gram and
// AdaIN are taken relative to the style's own statistics, then the mean over layers: 1 is as far from the style as no
// features at all. So weights mean the same for every layer and every network, whatever its features' magnitude.

import type { Gpu } from '../../gpu/device.ts';
import { Tensor } from '../../gpu/tensor.ts';
import type { StyleLossName } from '../style-config.ts';
import type { FeatureLoss, LayerName } from '../types.ts';
import { AdainLoss } from './adain.ts';
import { GramLoss } from './gram.ts';
import { NnfmLoss } from './nnfm.ts';

type Features = ReadonlyMap<LayerName, Tensor>;

export interface StyleTerm {
  /** Adds the weighted value to `value` [1] and the weighted gradients to dFeatures. */
  evaluate(encoder: GPUCommandEncoder, features: Features, weight: number, dFeatures: Features, value: Tensor): void;
  destroy(): void;
}

/** @param style the style picture's features, at least of these layers; read now, not kept */
export async function createStyleTerm(
  gpu: Gpu,
  name: StyleLossName,
  layers: readonly LayerName[],
  style: Features,
  maxColumns: number,
): Promise<StyleTerm> {
  const pick = (from: Features) => layers.map((layer) => from.get(layer)!);
  if (name === 'nnfm') {
    const loss = await NnfmLoss.create(gpu, pick(style), { maxColumns });
    return {
      evaluate: (encoder, features, weight, dFeatures, value) =>
        loss.evaluate(encoder, pick(features), weight, pick(dFeatures), value),
      destroy: () => loss.destroy(),
    };
  }
  const Loss = name === 'gram' ? GramLoss : AdainLoss;
  const losses = await Promise.all(pick(style).map((features) => Loss.create(gpu, features)));
  const shares = await Promise.all(
    losses.map(async (loss, l) => 1 / (layers.length * (await distanceFromNothing(gpu, loss, style.get(layers[l])!)))),
  );
  return {
    evaluate(encoder, features, weight, dFeatures, value) {
      losses.forEach((loss, l) => {
        const layer = layers[l];
        loss.evaluate(encoder, features.get(layer)!, weight * shares[l], dFeatures.get(layer)!, value);
      });
    },
    destroy() {
      for (const loss of losses) loss.destroy();
    },
  };
}

/** The loss of features that are all zero: the style's own magnitude in that loss. */
async function distanceFromNothing(gpu: Gpu, loss: FeatureLoss, style: Tensor): Promise<number> {
  const { device } = gpu;
  const nothing = Tensor.zeros(device, 'StyleTerm.nothing', [style.shape[0], 1, 1]);
  const gradient = Tensor.zeros(device, 'StyleTerm.gradient', nothing.shape);
  const value = Tensor.zeros(device, 'StyleTerm.value', [1]);
  const encoder = device.createCommandEncoder({ label: 'StyleTerm.distanceFromNothing' });
  loss.evaluate(encoder, nothing, 1, gradient, value);
  device.queue.submit([encoder.finish()]);
  const [distance] = await value.readF32();
  for (const tensor of [nothing, gradient, value]) tensor.destroy();
  // A style without any feature in this layer has nothing to teach there, and must not divide by 0.
  return distance > 1e-30 ? distance : Number.POSITIVE_INFINITY;
}

/** The wanted layers that the network has. */
export function layersOf(network: { name: string; layers: readonly LayerName[] }, wanted: readonly LayerName[]) {
  const layers = wanted.filter((layer) => network.layers.includes(layer));
  if (layers.length === 0) {
    throw new Error(`feature network ${network.name}: expected one of ${wanted.join(', ')}, found none of them`);
  }
  return layers;
}
