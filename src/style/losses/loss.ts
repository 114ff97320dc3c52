// What a style loss is: one file that exports a LossDefinition, and one line in index.ts. What help, panel, layers and
// weights say of it is read from the definition.

import type { Gpu } from '../../gpu/device.ts';
import type { Recorder } from '../../gpu/recorder.ts';
import type { Tensor } from '../../gpu/tensor.ts';
import type { LayerName } from '../types.ts';

/**
 * A loss towards one style.
 * @typeParam F what it is taken of: one layer's features [C, H, W], or a list of layers' where it is joint
 */
export interface StyleLoss<F extends Tensor | readonly Tensor[] = Tensor> {
  /**
   * Records the loss of `features`: adds its value times `weight` to `value` [1] and the gradient of that to dFeatures,
   * which have the features' shapes. May be called several times in one submit.
   */
  evaluate(rec: Recorder, features: F, weight: number, dFeatures: F, value: Tensor): void;
  destroy(): void;
}

export interface LossOptions {
  /** Places of the style that a search keeps, at most. Default 4096: more cost time in proportion and match hardly better. */
  maxColumns?: number;
}

interface Making<F extends Tensor | readonly Tensor[]> {
  /** @param style features of the style picture, read now and not kept. Compiles what kernels it needs. */
  create(gpu: Gpu, style: F, options?: LossOptions): Promise<StyleLoss<F>>;
  /** Several pictures as one style. @param losses one a picture, of this loss; taken */
  pooled(gpu: Gpu, losses: readonly StyleLoss<F>[]): Promise<StyleLoss<F>>;
}

interface Facts<Name extends string> {
  /** As commands take it and files keep it: one lowercase word. */
  name: Name;
  /** As people choose it: what comes of it, and its name in the field. */
  title: string;
  cite: string;
  /** Layers that it looks at; those that a network lacks are left out. */
  styleLayers: readonly LayerName[];
  /** Layers that content is held by where this is the main loss. */
  contentLayers: readonly LayerName[];
  /** What its value is multiplied by beside content and total variation, so that 1 is the right weight to ask for. */
  weight: number;
  /**
   * True: divided by the loss of features that are all zero, so that 1 is as far from the style as nothing at all, for
   * every layer and network, whatever its magnitude. Cosines need no such thing.
   */
  relative: boolean;
  /** True: each place is drawn to its own match in the style, so that a style's bare paper can take over. */
  matchesPlaces: boolean;
}

/** Joint: all layers as one. Otherwise one object a layer, and the mean over layers. */
export type LossDefinition<Name extends string = string> = Facts<Name> &
  (({ joint: false } & Making<Tensor>) | ({ joint: true } & Making<readonly Tensor[]>));

/** Checks a definition and keeps the name as its own type. */
export function defineLoss<const Name extends string>(definition: LossDefinition<Name>): LossDefinition<Name> {
  return definition;
}
