// Structural similarity (Wang, Bovik, Sheikh, Simoncelli 2004, equation 13). Protocol: Gaussian window 11x11 of
// sigma 1.5, weights summing to 1; K1 .01, K2 .03, data range 1; window-weighted (biased) variances; each of the
// three channels alone; mean over the valid region, where the whole window lies in the picture, then over channels.

const WINDOW = 11;
const SIGMA = 1.5;
const C1 = 0.01 ** 2;
const C2 = 0.03 ** 2;

const WEIGHTS = (() => {
  const raw = Array.from({ length: WINDOW }, (_, i) => Math.exp(-((i - (WINDOW - 1) / 2) ** 2) / (2 * SIGMA * SIGMA)));
  const sum = raw.reduce((total, w) => total + w, 0);
  return raw.map((w) => w / sum);
})();

/**
 * @param a, b [H, W, channels], values 0..1
 * @param kept 1 for each pixel whose window counts, 0 for others; all where omitted. [H, W]
 * @returns -1..1, 1 for equal pictures
 */
export function ssim(
  a: Float32Array,
  b: Float32Array,
  width: number,
  height: number,
  channels = 3,
  kept: Uint8Array | null = null,
): number {
  if (a.length !== width * height * channels || b.length !== a.length) {
    throw new Error(`ssim: expected twice [${height}, ${width}, ${channels}], got ${a.length} and ${b.length} values`);
  }
  if (width < WINDOW || height < WINDOW) {
    throw new Error(`ssim: expected at least ${WINDOW}x${WINDOW} pixels, got ${width}x${height}`);
  }
  let total = 0;
  for (let c = 0; c < channels; c++) {
    const plane = (value: (i: number) => number) => {
      const out = new Float64Array(width * height);
      for (let i = 0; i < out.length; i++) out[i] = value(i * channels + c);
      return blurValid(out, width, height);
    };
    const meanA = plane((i) => a[i]);
    const meanB = plane((i) => b[i]);
    const meanAA = plane((i) => a[i] * a[i]);
    const meanBB = plane((i) => b[i] * b[i]);
    const meanAB = plane((i) => a[i] * b[i]);
    let [sum, count] = [0, 0];
    for (let i = 0; i < meanA.length; i++) {
      if (kept !== null && kept[centreOf(i, width)] === 0) continue;
      count++;
      const [ma, mb] = [meanA[i], meanB[i]];
      const covariance = meanAB[i] - ma * mb;
      const variances = meanAA[i] - ma * ma + meanBB[i] - mb * mb;
      sum += ((2 * ma * mb + C1) * (2 * covariance + C2)) / ((ma * ma + mb * mb + C1) * (variances + C2));
    }
    total += count > 0 ? sum / count : 1;
  }
  return total / channels;
}

/** Pixel of the picture that the i-th window lies round. */
function centreOf(i: number, width: number): number {
  const across = width - WINDOW + 1;
  const half = (WINDOW - 1) / 2;
  return (Math.floor(i / across) + half) * width + (i % across) + half;
}

/** Separable window over [H, W]; keeps only the [H - 10, W - 10] places where it fits. */
function blurValid(plane: Float64Array, width: number, height: number): Float64Array {
  const [outWidth, outHeight] = [width - WINDOW + 1, height - WINDOW + 1];
  const across = new Float64Array(outWidth * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < outWidth; x++) {
      let sum = 0;
      for (let k = 0; k < WINDOW; k++) sum += WEIGHTS[k] * plane[y * width + x + k];
      across[y * outWidth + x] = sum;
    }
  }
  const out = new Float64Array(outWidth * outHeight);
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      let sum = 0;
      for (let k = 0; k < WINDOW; k++) sum += WEIGHTS[k] * across[(y + k) * outWidth + x];
      out[y * outWidth + x] = sum;
    }
  }
  return out;
}
