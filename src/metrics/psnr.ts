// Peak signal-to-noise ratio of two pictures with values 0..1 (peak 1): 10 log10(1 / MSE), the mean taken over
// every pixel and channel of one picture. A data set's figure is the mean of its views' PSNRs, as NeRF papers do.

/**
 * @param kept 1 for each pixel that counts, 0 for others; all where omitted
 * @returns dB; Infinity for equal pictures (JSON has no such number: callers that write JSON must clamp)
 */
export function psnr(a: Float32Array, b: Float32Array, kept: Uint8Array | null = null): number {
  return -10 * Math.log10(meanSquaredError(a, b, kept));
}

export function meanSquaredError(a: Float32Array, b: Float32Array, kept: Uint8Array | null = null): number {
  if (a.length !== b.length || a.length === 0) {
    throw new Error(`meanSquaredError: expected two pictures of one size, got ${a.length} and ${b.length} values`);
  }
  let sum = 0;
  if (kept === null) {
    for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
    return sum / a.length;
  }
  const channels = a.length / kept.length;
  let count = 0;
  for (let i = 0; i < a.length; i++) {
    if (kept[Math.floor(i / channels)] === 0) continue;
    sum += (a[i] - b[i]) ** 2;
    count++;
  }
  return sum / Math.max(1, count);
}
