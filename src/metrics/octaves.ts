// How much a picture has of fine, middling and broad detail: the energy of the finest octaves of a Laplacian pyramid of its
// luminance (Burt and Adelson 1983; here halved by a box of 2 x 2 and brought back bilinearly). Beside a style's own, of
// the size that it is painted at, this tells whether marks are there or only tint.

/** Rec. 601, of encoded colours, as in style/colour-transfer.ts. */
const LUMA = [0.299, 0.587, 0.114];

interface Plane {
  width: number;
  height: number;
  values: Float64Array;
}

/**
 * Mean square of each octave, finest first.
 * @param rgb [H, W, 3] sRGB 0..1; sides of at least 2^count pixels
 */
export function octaveEnergies(rgb: ArrayLike<number>, width: number, height: number, count = 3): number[] {
  if (rgb.length !== width * height * 3 || Math.min(width, height) < 2 ** count) {
    throw new Error(
      `octaveEnergies: expected [H, W, 3] of at least ${2 ** count} a side, got ${rgb.length} values for ${width} x ${height}`,
    );
  }
  let plane: Plane = { width, height, values: new Float64Array(width * height) };
  for (let i = 0; i < plane.values.length; i++) {
    for (let c = 0; c < 3; c++) plane.values[i] += LUMA[c] * rgb[3 * i + c];
  }
  return Array.from({ length: count }, () => {
    const even = cropped(plane);
    const half = halved(even);
    const blurred = doubled(half);
    let sum = 0;
    for (let i = 0; i < blurred.length; i++) sum += (even.values[i] - blurred[i]) ** 2;
    plane = half;
    return sum / blurred.length;
  });
}

/** Without the last row and column where their number is odd. */
function cropped({ width, height, values }: Plane): Plane {
  const [w, h] = [width - (width % 2), height - (height % 2)];
  if (w === width && h === height) return { width, height, values };
  const out = new Float64Array(w * h);
  for (let y = 0; y < h; y++) out.set(values.subarray(y * width, y * width + w), y * w);
  return { width: w, height: h, values: out };
}

function halved({ width, height, values }: Plane): Plane {
  const [w, h] = [width / 2, height / 2];
  const out = new Float64Array(w * h);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const at = 2 * y * width + 2 * x;
      out[y * w + x] = (values[at] + values[at + 1] + values[at + width] + values[at + width + 1]) / 4;
    }
  }
  return { width: w, height: h, values: out };
}

/** Twice the size; pixel centres at quarters, edges repeated. */
function doubled({ width, height, values }: Plane): Float64Array {
  const out = new Float64Array(4 * width * height);
  for (let y = 0; y < 2 * height; y++) {
    const v = Math.max(0, (y - 0.5) / 2);
    const [y0, fy] = [Math.floor(v), v - Math.floor(v)];
    const y1 = Math.min(y0 + 1, height - 1);
    for (let x = 0; x < 2 * width; x++) {
      const u = Math.max(0, (x - 0.5) / 2);
      const [x0, fx] = [Math.floor(u), u - Math.floor(u)];
      const x1 = Math.min(x0 + 1, width - 1);
      const above = (1 - fx) * values[y0 * width + x0] + fx * values[y0 * width + x1];
      const below = (1 - fx) * values[y1 * width + x0] + fx * values[y1 * width + x1];
      out[y * 2 * width + x] = (1 - fy) * above + fy * below;
    }
  }
  return out;
}
