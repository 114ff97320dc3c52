// One style under one of the style losses, over all of that loss's layers: NNFM matches its layers as one, Gram and
// AdaIN take the mean over layers.

import type { Gpu } from '../../gpu/device.ts';
import type { Tensor } from '../../gpu/tensor.ts';
import type { StyleLossName } from '../style-config.ts';
import type { LayerName } from '../types.ts';
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
  return {
    evaluate(encoder, features, weight, dFeatures, value) {
      losses.forEach((loss, l) => {
        const layer = layers[l];
        loss.evaluate(encoder, features.get(layer)!, weight / layers.length, dFeatures.get(layer)!, value);
      });
    },
    destroy() {
      for (const loss of losses) loss.destroy();
    },
  };
}

/** The wanted layers that the network has. */
export function layersOf(network: { name: string; layers: readonly LayerName[] }, wanted: readonly LayerName[]) {
  const layers = wanted.filter((layer) => network.layers.includes(layer));
  if (layers.length === 0) {
    throw new Error(`feature network ${network.name}: expected one of ${wanted.join(', ')}, found none of them`);
  }
  return layers;
}
