// A deterministic, smooth-looking but irregular fill for test tensors: no RNG, the same on every machine (and in
// test/fixtures/style/generate.py). Values are in 0..1, like activations after a ReLU and colours.

/** fract(sin(i * 12.9898 + seed * 78.233) * 43758.5453) in float64. */
export function pattern(count: number, seed: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => {
    const x = Math.sin(i * 12.9898 + seed * 78.233) * 437.585453;
    return x - Math.floor(x);
  });
}

/** Largest relative error of a gradient against central differences of f, over up to `probes` elements. */
export function differenceError(
  f: (x: Float64Array) => number,
  x: Float64Array,
  gradient: ArrayLike<number>,
  { step = 1e-5, probes = 60 } = {},
): number {
  let worst = 0;
  let scale = 0;
  for (let i = 0; i < x.length; i++) scale = Math.max(scale, Math.abs(gradient[i]));
  const stride = Math.max(1, Math.floor(x.length / probes));
  for (let i = 0; i < x.length; i += stride) {
    const moved = Float64Array.from(x);
    moved[i] = x[i] + step;
    const above = f(moved);
    moved[i] = x[i] - step;
    const below = f(moved);
    worst = Math.max(worst, Math.abs((above - below) / (2 * step) - gradient[i]));
  }
  return worst / (scale || 1);
}
