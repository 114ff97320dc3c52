// CPU references of the colour kernels over [P, 3]: an affine map with clamp, luminance, and its gradient.

const LUMA = [0.299, 0.587, 0.114];

/** @param matrix row-major 3x3 */
export function transfer(image: Float64Array, matrix: readonly number[], offset: readonly number[]): Float64Array {
  return image.map((_, i) => {
    const pixel = i - (i % 3);
    let sum = offset[i % 3];
    for (let k = 0; k < 3; k++) sum += matrix[(i % 3) * 3 + k] * image[pixel + k];
    return Math.min(1, Math.max(0, sum));
  });
}

export function luminance(image: Float64Array): Float64Array {
  return image.map((_, i) => {
    const p = i - (i % 3);
    return LUMA[0] * image[p] + LUMA[1] * image[p + 1] + LUMA[2] * image[p + 2];
  });
}

export function luminanceBackward(
  image: Float64Array,
  goal: Float64Array,
  dGrey: Float64Array,
  anchor: number,
): Float64Array {
  const chroma = (x: Float64Array) => luminance(x).map((y, i) => x[i] - y);
  const a = chroma(image);
  const b = chroma(goal);
  return image.map((_, i) => {
    const p = i - (i % 3);
    return (dGrey[p] + dGrey[p + 1] + dGrey[p + 2]) / 3 + ((2 * anchor) / image.length) * (a[i] - b[i]);
  });
}
