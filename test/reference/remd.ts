// CPU reference of the relaxed earth mover's distance over planar features [C, Q] and style [C, J]; float64, plain loops.

import { type LossResult, nnfm } from './nnfm.ts';

/** STROTSS (Kolkin et al. 2019), eq. 5: the larger of both means of 1 - cosine to the nearest. */
export function remd(features: Float64Array, style: Float64Array, channels: number): LossResult {
  const forward = nnfm(features, style, channels);
  const backward = toStyle(features, style, channels);
  return forward.value >= backward.value ? forward : backward;
}

/** Mean over the style's columns of 1 - cosine to the nearest of the features, with the gradient of the features. */
export function toStyle(features: Float64Array, style: Float64Array, channels: number): LossResult {
  const queries = features.length / channels;
  const columns = style.length / channels;
  const length = (planes: Float64Array, count: number, at: number) => {
    let squares = 0;
    for (let c = 0; c < channels; c++) squares += planes[c * count + at] ** 2;
    return Math.sqrt(squares);
  };
  const lengths = Float64Array.from({ length: queries }, (_, i) => length(features, queries, i));
  const d = new Float64Array(features.length);
  let value = 0;
  for (let j = 0; j < columns; j++) {
    const styleLength = length(style, columns, j);
    let best = Number.NEGATIVE_INFINITY;
    let nearest = 0;
    for (let i = 0; i < queries; i++) {
      let dot = 0;
      for (let c = 0; c < channels; c++) dot += features[c * queries + i] * style[c * columns + j];
      const cosine = lengths[i] > 0 && styleLength > 0 ? dot / (lengths[i] * styleLength) : 0;
      if (cosine > best) {
        best = cosine;
        nearest = i;
      }
    }
    value += (1 - best) / columns;
    if (lengths[nearest] === 0 || styleLength === 0) continue;
    for (let c = 0; c < channels; c++) {
      const s = style[c * columns + j] / styleLength;
      const f = features[c * queries + nearest] / lengths[nearest];
      d[c * queries + nearest] += (best * f - s) / lengths[nearest] / columns;
    }
  }
  return { value, d };
}
