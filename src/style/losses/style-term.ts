// One style under one of the style losses, over all of that loss's layers: as one where it is joint, or else by the mean
// over layers. Relative losses are divided by the style's own magnitude, so that weights mean the same for every layer
// and every network. A style of several pictures is one style: columns side by side, statistics together.

import type { Gpu } from '../../gpu/device.ts';
import { Recorder } from '../../gpu/recorder.ts';
import { Tensor } from '../../gpu/tensor.ts';
import type { LayerName } from '../types.ts';
import type { LossDefinition, LossOptions, StyleLoss } from './loss.ts';

type Features = ReadonlyMap<LayerName, Tensor>;

export interface StyleTerm {
  /** Adds the weighted value to `value` [1] and the weighted gradients to dFeatures. */
  evaluate(rec: Recorder, features: Features, weight: number, dFeatures: Features, value: Tensor): void;
  destroy(): void;
}

/** What a style picture asks of all layers at once, or of each. */
export type StyleTarget =
  | { joint: StyleLoss<readonly Tensor[]> }
  | { each: readonly StyleLoss[]; channels: readonly number[] };

/** @param style the style picture's features, at least of these layers; read now, not kept */
export async function createStyleTarget(
  gpu: Gpu,
  loss: LossDefinition,
  layers: readonly LayerName[],
  style: Features,
  options: LossOptions,
): Promise<StyleTarget> {
  const features = layers.map((layer) => style.get(layer)!);
  if (loss.joint) return { joint: await loss.create(gpu, features, options) };
  const each = await Promise.all(features.map((layer) => loss.create(gpu, layer, options)));
  return { each, channels: features.map(({ shape }) => shape[0]) };
}

/** @param targets of the style's pictures, one or more, all made by this loss for these layers; taken */
export async function createStyleTerm(
  gpu: Gpu,
  loss: LossDefinition,
  layers: readonly LayerName[],
  targets: readonly StyleTarget[],
): Promise<StyleTerm> {
  return loss.joint ? await jointTerm(gpu, loss, layers, targets) : await termByLayer(gpu, loss, layers, targets);
}

async function jointTerm(
  gpu: Gpu,
  definition: LossDefinition & { joint: true },
  layers: readonly LayerName[],
  targets: readonly StyleTarget[],
): Promise<StyleTerm> {
  const all = targets.flatMap((target) => ('joint' in target ? [target.joint] : []));
  const loss = all.length > 1 ? await definition.pooled(gpu, all) : all[0];
  const pick = (from: Features) => layers.map((layer) => from.get(layer)!);
  return {
    evaluate: (rec, features, weight, dFeatures, value) =>
      loss.evaluate(rec, pick(features), weight, pick(dFeatures), value),
    destroy: () => loss.destroy(),
  };
}

async function termByLayer(
  gpu: Gpu,
  definition: LossDefinition & { joint: false },
  layers: readonly LayerName[],
  targets: readonly StyleTarget[],
): Promise<StyleTerm> {
  const all = targets.flatMap((target) => ('each' in target ? [target] : []));
  const parts = await Promise.all(
    layers.map(async (layer, l) => {
      const own = all.map(({ each }) => each[l]);
      const loss = own.length > 1 ? await definition.pooled(gpu, own) : own[0];
      const unit = definition.relative ? await distanceFromNothing(gpu, loss, all[0].channels[l]) : 1;
      return { layer, loss, share: 1 / (layers.length * unit) };
    }),
  );
  return {
    evaluate(rec, features, weight, dFeatures, value) {
      for (const { layer, loss, share } of parts) {
        loss.evaluate(rec, features.get(layer)!, weight * share, dFeatures.get(layer)!, value);
      }
    },
    destroy() {
      for (const { loss } of parts) loss.destroy();
    },
  };
}

/** The loss of features that are all zero: the style's own magnitude in that loss. */
async function distanceFromNothing(gpu: Gpu, loss: StyleLoss, channels: number): Promise<number> {
  const { device } = gpu;
  const nothing = Tensor.zeros(device, 'StyleTerm.nothing', [channels, 1, 1]);
  const gradient = Tensor.zeros(device, 'StyleTerm.gradient', nothing.shape);
  const value = Tensor.zeros(device, 'StyleTerm.value', [1]);
  const rec = new Recorder(gpu, 'StyleTerm.distanceFromNothing');
  loss.evaluate(rec, nothing, 1, gradient, value);
  rec.submit();
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
