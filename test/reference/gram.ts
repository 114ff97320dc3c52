// CPU reference of the Gram loss over planar features [C, N]: G = F F^T / (C N), L = mean (G - G_s)^2.

import type { LossResult } from './nnfm.ts';

export function gramMatrix(features: Float64Array, channels: number): Float64Array {
  const pixels = features.length / channels;
  const gram = new Float64Array(channels * channels);
  for (let a = 0; a < channels; a++) {
    for (let b = 0; b < channels; b++) {
      let sum = 0;
      for (let n = 0; n < pixels; n++) sum += features[a * pixels + n] * features[b * pixels + n];
      gram[a * channels + b] = sum / (channels * pixels);
    }
  }
  return gram;
}

export function gram(features: Float64Array, style: Float64Array, channels: number): LossResult {
  const pixels = features.length / channels;
  const goal = gramMatrix(style, channels);
  const residual = gramMatrix(features, channels).map((g, i) => g - goal[i]);
  const value = residual.reduce((sum, r) => sum + r * r, 0) / (channels * channels);
  const d = new Float64Array(features.length);
  const scale = 4 / (channels * channels * channels * pixels);
  for (let a = 0; a < channels; a++) {
    for (let n = 0; n < pixels; n++) {
      let sum = 0;
      for (let b = 0; b < channels; b++) sum += residual[a * channels + b] * features[b * pixels + n];
      d[a * pixels + n] = scale * sum;
    }
  }
  return { value, d };
}
