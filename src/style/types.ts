// The seam of style/ to feature networks; that of losses is losses/loss.ts. Layouts: images are [H, W, 3] sRGB 0..1, row 0 at the top;
// features are channel-first [C, H, W] f32. All on the one device; nothing is read back in the loop.

import type { Recorder } from '../gpu/recorder.ts';
import type { Tensor } from '../gpu/tensor.ts';

/** Lowest first. */
export const LAYER_NAMES = [
  'relu1_1',
  'relu1_2',
  'relu2_1',
  'relu2_2',
  'relu3_1',
  'relu3_2',
  'relu3_3',
  'relu3_4',
  'relu4_1',
  'relu4_2',
  'relu4_3',
  'relu4_4',
  'relu5_1',
] as const;
export type LayerName = (typeof LAYER_NAMES)[number];

export interface LayerShape {
  channels: number;
  height: number;
  width: number;
}

/** A feature network prepared for one image size. Buffers are allocated once and reused by every call. */
export interface FeatureExtractor {
  readonly height: number;
  readonly width: number;
  /** Layers that `forward` fills, with their tensors [C, H, W]. Overwritten by the next forward. */
  readonly features: ReadonlyMap<LayerName, Tensor>;
  /** Where losses ADD their gradients, same shapes as `features`. `backward` clears them when it has used them. */
  readonly dFeatures: ReadonlyMap<LayerName, Tensor>;
  /** Records image [H, W, 3] -> features. */
  forward(rec: Recorder, image: Tensor): void;
  /** Records dFeatures -> d_image [H, W, 3], ADDED to what is there. Uses the activations of the last forward. */
  backward(rec: Recorder, dImage: Tensor): void;
  destroy(): void;
}

export interface FeatureNetwork {
  /** What the user is told: 'vgg19', 'small', or the file's name. */
  readonly name: string;
  readonly layers: readonly LayerName[];
  /** Channels of a layer. */
  channels(layer: LayerName): number;
  /** Plans an extractor that reaches the given layers at the given image size (any size >= 16). */
  extractor(height: number, width: number, layers: readonly LayerName[]): Promise<FeatureExtractor>;
  destroy(): void;
}
