// CPU reference of NNFM over concatenated, planar features [C, Q] and style [C, J]; float64, plain loops.

export interface LossResult {
  value: number;
  d: Float64Array;
}

export function nnfm(features: Float64Array, style: Float64Array, channels: number): LossResult {
  const queries = features.length / channels;
  const columns = style.length / channels;
  const styleLengths = lengths(style, channels);
  const queryLengths = lengths(features, channels);
  const d = new Float64Array(features.length);
  let value = 0;
  for (let i = 0; i < queries; i++) {
    let best = Number.NEGATIVE_INFINITY;
    let nearest = 0;
    for (let j = 0; j < columns; j++) {
      let dot = 0;
      for (let c = 0; c < channels; c++) dot += features[c * queries + i] * style[c * columns + j];
      const unit = styleLengths[j] > 0 ? dot / styleLengths[j] : 0;
      if (unit > best) {
        best = unit;
        nearest = j;
      }
    }
    const length = queryLengths[i];
    const cosine = length > 0 ? best / length : 0;
    value += (1 - cosine) / queries;
    if (length === 0) continue;
    for (let c = 0; c < channels; c++) {
      const s = styleLengths[nearest] > 0 ? style[c * columns + nearest] / styleLengths[nearest] : 0;
      d[c * queries + i] = ((cosine * features[c * queries + i]) / length - s) / length / queries;
    }
  }
  return { value, d };
}

function lengths(planes: Float64Array, channels: number): Float64Array {
  const count = planes.length / channels;
  return Float64Array.from({ length: count }, (_, i) => {
    let squares = 0;
    for (let c = 0; c < channels; c++) squares += planes[c * count + i] ** 2;
    return Math.sqrt(squares);
  });
}
