// CPU reference of the content loss: mean (F - F_C)^2.

import type { LossResult } from './nnfm.ts';

export function content(features: Float64Array, goal: Float64Array): LossResult {
  const count = features.length;
  return {
    value: features.reduce((sum, f, i) => sum + (f - goal[i]) ** 2, 0) / count,
    d: features.map((f, i) => (2 * (f - goal[i])) / count),
  };
}
