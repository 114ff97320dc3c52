// CPU reference of the AdaIN loss over planar features [C, N]: mean over channels of squared differences of mean and
// of std = sqrt(variance + 1e-5), the variance over all N.

import type { LossResult } from './nnfm.ts';

export function statistics(features: Float64Array, channels: number): { mean: number; std: number }[] {
  const pixels = features.length / channels;
  return Array.from({ length: channels }, (_, c) => {
    const plane = features.subarray(c * pixels, (c + 1) * pixels);
    const mean = plane.reduce((a, b) => a + b, 0) / pixels;
    const variance = plane.reduce((a, b) => a + (b - mean) ** 2, 0) / pixels;
    return { mean, std: Math.sqrt(variance + 1e-5) };
  });
}

export function adain(features: Float64Array, style: Float64Array, channels: number): LossResult {
  const pixels = features.length / channels;
  const goal = statistics(style, channels);
  const found = statistics(features, channels);
  const d = new Float64Array(features.length);
  let value = 0;
  for (let c = 0; c < channels; c++) {
    const byMean = found[c].mean - goal[c].mean;
    const byStd = found[c].std - goal[c].std;
    value += (byMean ** 2 + byStd ** 2) / channels;
    for (let n = c * pixels; n < (c + 1) * pixels; n++) {
      d[n] = (2 / (channels * pixels)) * (byMean + (byStd * (features[n] - found[c].mean)) / found[c].std);
    }
  }
  return { value, d };
}
