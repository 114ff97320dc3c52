// How photorealistic a change of colour is: the share of what varies within small windows that an affine map of the
// original's colours explains, one map a window (Luan et al. 2017, Deep Photo Style Transfer, ask just that of their
// result, by the matting Laplacian of Levin et al. 2006, whose windows are the same least squares). 1: no edge was added,
// lost or moved; strokes and textures fall short of it.

/** Pixels a side of a window, and from one window to the next. */
const WINDOW = 7;
const STEP = 4;
/** Added to the original's variances, colours 0..1: flat windows explain nothing by noise. */
const RIDGE = 1e-5;
/** Summed variances below this are those of rounding. */
const ROUNDING = 1e-9;

/** @param original, changed [H, W, 3] sRGB 0..1 @returns 0..1; 1 too where nothing varies */
export function affineFit(original: Float32Array, changed: Float32Array, width: number, height: number): number {
  let varied = 0;
  let left = 0;
  for (let top = 0; top + WINDOW <= height; top += STEP) {
    for (let start = 0; start + WINDOW <= width; start += STEP) {
      const moments = windowMoments(original, changed, width, start, top);
      varied += moments.variance;
      left += moments.variance - explained(moments);
    }
  }
  return varied > ROUNDING ? 1 - left / varied : 1;
}

interface Moments {
  /** Covariance of the original's channels. 3x3, row-major */
  from: number[];
  /** Covariance of original (rows) with changed (columns). 3x3 */
  across: number[];
  /** Summed variance of the changed channels. */
  variance: number;
}

function windowMoments(a: Float32Array, b: Float32Array, width: number, left: number, top: number): Moments {
  const count = WINDOW * WINDOW;
  const means = new Array<number>(6).fill(0);
  const each = (visit: (at: number) => void) => {
    for (let y = top; y < top + WINDOW; y++) for (let x = left; x < left + WINDOW; x++) visit(3 * (y * width + x));
  };
  each((at) => {
    for (let c = 0; c < 3; c++) {
      means[c] += a[at + c] / count;
      means[3 + c] += b[at + c] / count;
    }
  });
  const from = new Array<number>(9).fill(0);
  const across = new Array<number>(9).fill(0);
  let variance = 0;
  each((at) => {
    for (let i = 0; i < 3; i++) {
      const x = a[at + i] - means[i];
      for (let j = 0; j < 3; j++) {
        from[3 * i + j] += (x * (a[at + j] - means[j])) / count;
        across[3 * i + j] += (x * (b[at + j] - means[3 + j])) / count;
      }
      variance += (b[at + i] - means[3 + i]) ** 2 / count;
    }
  });
  return { from, across, variance };
}

/** Of the variance, what the best affine map explains: the trace of across^T (from + ridge)^-1 across. */
function explained({ from, across }: Moments): number {
  const [a, b, c, , d, e, , , f] = from.map((v, i) => (i % 4 === 0 ? v + RIDGE : v));
  // Cofactors of the symmetric matrix (a b c; b d e; c e f).
  const cofactors = [d * f - e * e, c * e - b * f, b * e - c * d, a * f - c * c, b * c - a * e, a * d - b * b];
  const determinant = a * cofactors[0] + b * cofactors[1] + c * cofactors[2];
  const [p, q, r, s, t, u] = cofactors.map((value) => value / determinant);
  const inverse = [p, q, r, q, s, t, r, t, u];
  let trace = 0;
  for (let j = 0; j < 3; j++) {
    for (let i = 0; i < 3; i++) {
      for (let k = 0; k < 3; k++) trace += across[3 * i + j] * inverse[3 * i + k] * across[3 * k + j];
    }
  }
  return trace;
}
