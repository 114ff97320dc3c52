// What every VGG-like network here has in common: blocks of 3x3 convolutions with ReLU, a 2x2 pool before each
// block but the first. Only how many there are and how wide they are differs, and that the weights say.

import type { LayerName } from '../types.ts';

/** Convolutions in order, VGG-19 to conv5_1; a network holds the first few of them. */
export const CONVOLUTIONS = [
  'conv1_1',
  'conv1_2',
  'conv2_1',
  'conv2_2',
  'conv3_1',
  'conv3_2',
  'conv3_3',
  'conv3_4',
  'conv4_1',
  'conv4_2',
  'conv4_3',
  'conv4_4',
  'conv5_1',
] as const;

export type ConvolutionName = (typeof CONVOLUTIONS)[number];

/** True where a pool stands before this convolution. */
export function hasPoolBefore(name: ConvolutionName): boolean {
  return name !== 'conv1_1' && name.endsWith('_1');
}

export function layerOf(name: ConvolutionName): LayerName {
  return name.replace('conv', 'relu') as LayerName;
}
