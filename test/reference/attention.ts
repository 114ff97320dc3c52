// CPU reference of the attention loss over planar features [C, Q] and style [C, J]: mean over queries of 1 minus the
// softmax-weighted cosine, softmax(cosine / T).

import type { LossResult } from './nnfm.ts';

export function attention(
  features: Float64Array,
  style: Float64Array,
  channels: number,
  temperature: number,
): LossResult {
  const queries = features.length / channels;
  const columns = style.length / channels;
  const d = new Float64Array(features.length);
  let value = 0;
  const unitStyle = Float64Array.from(style, (s, i) => s / (lengthOf(style, columns, channels, i % columns) || 1));
  for (let i = 0; i < queries; i++) {
    const length = lengthOf(features, queries, channels, i);
    const f = Array.from({ length: channels }, (_, c) => (length > 0 ? features[c * queries + i] / length : 0));
    const cosines = Array.from({ length: columns }, (_, j) =>
      f.reduce((s, v, c) => s + v * unitStyle[c * columns + j], 0),
    );
    const largest = Math.max(...cosines);
    const shares = cosines.map((c) => Math.exp((c - largest) / temperature));
    const total = shares.reduce((a, b) => a + b, 0);
    const mean = shares.reduce((sum, share, j) => sum + (share / total) * cosines[j], 0);
    value += (1 - mean) / queries;
    if (length === 0) continue;
    const weights = shares.map((share, j) => (share / total) * (1 + (cosines[j] - mean) / temperature));
    const along = weights.reduce((sum, w, j) => sum + w * cosines[j], 0);
    for (let c = 0; c < channels; c++) {
      const pull = weights.reduce((sum, w, j) => sum + w * unitStyle[c * columns + j], 0);
      d[c * queries + i] = (f[c] * along - pull) / length / queries;
    }
  }
  return { value, d };
}

function lengthOf(planes: Float64Array, count: number, channels: number, i: number): number {
  let squares = 0;
  for (let c = 0; c < channels; c++) squares += planes[c * count + i] ** 2;
  return Math.sqrt(squares);
}
