// The one form in memory that every weights file is brought to: convolutions OIHW in f32, for an RGB image in
// 0..1 whose normalisation (image - mean) / std stays a step of its own, because zero padding comes after it.

import type { ConvolutionName } from './topology.ts';

export interface ConvolutionWeights {
  name: ConvolutionName;
  outChannels: number;
  inChannels: number;
  /** [O, I, 3, 3] */
  weight: Float32Array<ArrayBuffer>;
  /** [O] */
  bias: Float32Array<ArrayBuffer>;
}

export interface NetworkWeights {
  /** What the user is told: 'vgg19', 'small', or the file's name. */
  name: string;
  /** Of RGB 0..1. */
  mean: readonly [number, number, number];
  std: readonly [number, number, number];
  pool: 'average' | 'max';
  /** In order from conv1_1; each as wide as the file says. */
  convolutions: ConvolutionWeights[];
}

/** A weights file, and how to read what lies beside it (a manifest's .bin). */
export interface WeightsSource {
  /** File name with its ending; also named in errors. */
  name: string;
  /** Reads a file by its path relative to this one's folder; the file itself by its own name. */
  read(relative: string): Promise<Uint8Array>;
}
