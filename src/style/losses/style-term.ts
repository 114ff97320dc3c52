// One style under one of the style losses, over all of that loss's layers. NNFM matches its layers as one; the others
// take the mean over their layers. Gram and AdaIN are relative to the style's own statistics: 1 is as far from the
// style as no features at all. So weights mean the same for every layer and every network, whatever its magnitude. A
// style of several pictures is one style: columns side by side, statistics together.

import type { Gpu } from '../../gpu/device.ts';
import { Tensor } from '../../gpu/tensor.ts';
import type { StyleLossName } from '../style-config.ts';
import type { LayerName } from '../types.ts';
import { AdainLoss } from './adain.ts';
import { AttentionLoss } from './attention.ts';
import { GramLoss } from './gram.ts';
import type { BankOptions } from './nearest.ts';
import { NnfmLoss } from './nnfm.ts';
import { PatchLoss } from './patch.ts';
import type { RunningShare } from './running-share.ts';

type Features = ReadonlyMap<LayerName, Tensor>;

export interface StyleTerm {
  /** Adds the weighted value to `value` [1] and the weighted gradients to dFeatures. */
  evaluate(encoder: GPUCommandEncoder, features: Features, weight: number, dFeatures: Features, value: Tensor): void;
  destroy(): void;
}

/** A loss of one layer, or of all layers as one. */
interface LayerLoss {
  evaluate(
    encoder: GPUCommandEncoder,
    features: Tensor | readonly Tensor[],
    weight: number,
    dFeatures: Tensor | readonly Tensor[],
    value: Tensor,
  ): void;
  /** Of losses that can be taken over the views of a scene. */
  views?: RunningShare;
  /** Of losses that are taken relative to the style. */
  channels?: number;
  destroy(): void;
}

interface LossKind {
  create(gpu: Gpu, style: Tensor | readonly Tensor[], options: BankOptions): Promise<LayerLoss>;
  pooled(gpu: Gpu, losses: readonly LayerLoss[]): Promise<LayerLoss>;
}

// Each is given what its own `create` made: all layers at once where it is joint, one at a time otherwise.
const KINDS = {
  nnfm: NnfmLoss,
  patch: PatchLoss,
  attention: AttentionLoss,
  gram: GramLoss,
  adain: AdainLoss,
} as unknown as Record<StyleLossName, LossKind>;
const JOINT: ReadonlySet<StyleLossName> = new Set(['nnfm']);

/** What a style picture asks of each layer. */
export type StyleGoal = readonly LayerLoss[];

/** @param style the style picture's features, at least of these layers; read now, not kept */
export async function createStyleGoal(
  gpu: Gpu,
  name: StyleLossName,
  layers: readonly LayerName[],
  style: Features,
  options: BankOptions,
): Promise<StyleGoal> {
  const features = layers.map((layer) => style.get(layer)!);
  if (JOINT.has(name)) return [await KINDS[name].create(gpu, features, options)];
  return await Promise.all(features.map((layer) => KINDS[name].create(gpu, layer, options)));
}

/**
 * @param goals of the style's pictures, one or more; taken
 * @param sceneShare how much of running statistics over views the view at hand makes up; 1 takes each view alone
 */
export async function createStyleTerm(
  gpu: Gpu,
  name: StyleLossName,
  layers: readonly LayerName[],
  goals: readonly StyleGoal[],
  sceneShare = 1,
): Promise<StyleTerm> {
  const losses = await Promise.all(
    goals[0].map((loss, l) => {
      const all = goals.map((goal) => goal[l]);
      return all.length > 1 ? KINDS[name].pooled(gpu, all) : loss;
    }),
  );
  if (JOINT.has(name)) {
    const [loss] = losses;
    const pick = (from: Features) => layers.map((layer) => from.get(layer)!);
    return {
      evaluate: (encoder, features, weight, dFeatures, value) =>
        loss.evaluate(encoder, pick(features), weight, pick(dFeatures), value),
      destroy: () => loss.destroy(),
    };
  }
  // Cosines are relative as they are.
  const isRelative = name === 'patch' || name === 'attention';
  const shares = await Promise.all(
    losses.map(async (loss) => 1 / (layers.length * (isRelative ? 1 : await distanceFromNothing(gpu, loss)))),
  );
  for (const { views } of losses) views?.restart(sceneShare);
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
async function distanceFromNothing(gpu: Gpu, loss: LayerLoss): Promise<number> {
  const { device } = gpu;
  const nothing = Tensor.zeros(device, 'StyleTerm.nothing', [loss.channels!, 1, 1]);
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
