// CPU reference of the two MLPs: one hidden layer, ReLU, no biases. Weights as in the shaders: rows of W1 [H, I], then
// W2 [H, O]. Density: I = 2 L, O = 1, no activation. Colour: I = 2 L + 12 (spherical harmonics), O = 4 of which three
// are used, logistic.

export interface MlpShape {
  inputs: number;
  hidden: number;
  /** Columns of W2. */
  outputs: number;
}

export function mlp(x: ArrayLike<number>, weights: ArrayLike<number>, { inputs, hidden, outputs }: MlpShape) {
  const sums = new Float64Array(hidden);
  const out = new Float64Array(outputs);
  for (let j = 0; j < hidden; j++) {
    for (let i = 0; i < inputs; i++) sums[j] += weights[j * inputs + i] * x[i];
    const h = Math.max(0, sums[j]);
    for (let o = 0; o < outputs; o++) out[o] += h * weights[hidden * inputs + j * outputs + o];
  }
  return { sums, out };
}

/** Gradients with respect to x, returned, and to the weights, added to dWeights. */
export function mlpBackward(
  x: ArrayLike<number>,
  weights: ArrayLike<number>,
  shape: MlpShape,
  dOut: ArrayLike<number>,
  dWeights: Float64Array,
): Float64Array {
  const { inputs, hidden, outputs } = shape;
  const { sums } = mlp(x, weights, shape);
  const dX = new Float64Array(inputs);
  for (let j = 0; j < hidden; j++) {
    if (!(sums[j] > 0)) continue;
    let dH = 0;
    for (let o = 0; o < outputs; o++) {
      const k = hidden * inputs + j * outputs + o;
      dWeights[k] += sums[j] * dOut[o];
      dH += weights[k] * dOut[o];
    }
    for (let i = 0; i < inputs; i++) {
      dWeights[j * inputs + i] += dH * x[i];
      dX[i] += dH * weights[j * inputs + i];
    }
  }
  return dX;
}

/** Real spherical harmonics to degree 2 in the usual order (l, m), padded to 12; hidden directions keep the first. */
export function sphericalHarmonics([x, y, z]: ArrayLike<number> & Iterable<number>, useDirection: boolean): number[] {
  const root = Math.sqrt;
  const values = [
    root(1 / (4 * Math.PI)),
    -root(3 / (4 * Math.PI)) * y,
    root(3 / (4 * Math.PI)) * z,
    -root(3 / (4 * Math.PI)) * x,
    root(15 / (4 * Math.PI)) * x * y,
    -root(15 / (4 * Math.PI)) * y * z,
    root(5 / (16 * Math.PI)) * (3 * z * z - 1),
    -root(15 / (4 * Math.PI)) * x * z,
    root(15 / (16 * Math.PI)) * (x * x - y * y),
  ];
  return [...values.map((v, i) => (i === 0 || useDirection ? v : 0)), 0, 0, 0];
}

/** Colour of a sample: MLP over the encoded position and the direction's harmonics, then the logistic. */
export function colourOf(encoded: ArrayLike<number>, sh: number[], weights: ArrayLike<number>, hidden: number) {
  const x = [...Array.from(encoded), ...sh];
  const { out } = mlp(x, weights, { inputs: x.length, hidden, outputs: 4 });
  return Array.from(out.subarray(0, 3), (v) => 1 / (1 + Math.exp(-v)));
}

/** Backward of colourOf: d of the encoded part returned, weights added. The direction gets none. */
export function colourBackward(
  encoded: ArrayLike<number>,
  sh: number[],
  weights: ArrayLike<number>,
  hidden: number,
  dRgb: ArrayLike<number>,
  dWeights: Float64Array,
): Float64Array {
  const x = [...Array.from(encoded), ...sh];
  const rgb = colourOf(encoded, sh, weights, hidden);
  const dOut = [...rgb.map((v, c) => dRgb[c] * v * (1 - v)), 0];
  const dX = mlpBackward(x, weights, { inputs: x.length, hidden, outputs: 4 }, dOut, dWeights);
  return dX.subarray(0, encoded.length);
}
