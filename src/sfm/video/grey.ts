// Luminance of a frame, made small by the mean of whole blocks of pixels.

/** [H, W], 0 to 255. */
export interface Grey {
  width: number;
  height: number;
  data: Float32Array;
}

/**
 * @param plane bytes of which every `step`-th is luminance, rows `stride` bytes apart
 * @param longSide of the result at most; it is as large as whole blocks allow
 */
export function reducedGrey(
  plane: Uint8Array,
  { width, height, stride, offset = 0, step = 1 }: PlaneLayout,
  longSide: number,
): Grey {
  const k = Math.max(1, Math.ceil(Math.max(width, height) / longSide));
  const out = { width: Math.floor(width / k), height: Math.floor(height / k) };
  const data = new Float32Array(out.width * out.height);
  for (let y = 0; y < out.height; y++) {
    for (let x = 0; x < out.width; x++) {
      let sum = 0;
      for (let j = 0; j < k; j++) {
        const row = offset + (y * k + j) * stride + x * k * step;
        for (let i = 0; i < k; i++) sum += plane[row + i * step];
      }
      data[y * out.width + x] = sum / (k * k);
    }
  }
  return { ...out, data };
}

export interface PlaneLayout {
  width: number;
  height: number;
  /** Bytes. */
  stride: number;
  offset?: number;
  step?: number;
}
