// Colour transfer by mean and covariance (ARF, Zhang et al. 2022, section 4.3): the affine map of colours that gives
// one set of pixels the mean and covariance of another. Colours are sRGB-encoded, 0..1. Matrices are 3x3, row-major.
//   Sigma = U L U^T, L clamped to [1e-8, 1e8];  M = U_s L_s^1/2 U_s^T U_c L_c^-1/2 U_c^T;  b = mu_s - M mu_c
// Grey, constant or one-pixel pictures have eigenvalues of 0, which the clamp lifts: no NaN from any input.

import { inputError } from '../errors.ts';
import type { Picture } from '../scene/types.ts';

/** Of all pixels, weighted by alpha where there is one. */
export interface ColourStatistics {
  mean: [number, number, number];
  /** Row-major 3x3, symmetric, over all pixels (not count - 1). */
  covariance: number[];
}

/** x' = clamp(matrix x + offset, 0, 1). */
export interface ColourTransfer {
  /** Row-major 3x3. */
  matrix: number[];
  offset: [number, number, number];
}

/** Rec. 601 luma weights, for encoded colours; the same in colour_luminance.wgsl. */
export const LUMA = [0.299, 0.587, 0.114] as const;

const MIN_EIGENVALUE = 1e-8;
const MAX_EIGENVALUE = 1e8;

/**
 * Mean and covariance of all pixels together.
 * @param source pictures (fully transparent pixels do not count), or colours [P, 3] in 0..1
 */
export function colourStatistics(source: Picture | Iterable<Picture> | Float32Array | Float64Array): ColourStatistics {
  // Sums around a fixed centre: squares of values near it lose no digits.
  const centre = 0.5;
  const sum = [0, 0, 0];
  const square = new Float64Array(9);
  let total = 0;
  const addPixel = (r: number, g: number, b: number, weight: number) => {
    const x = [r - centre, g - centre, b - centre];
    total += weight;
    for (let i = 0; i < 3; i++) {
      sum[i] += weight * x[i];
      for (let j = i; j < 3; j++) square[3 * i + j] += weight * x[i] * x[j];
    }
  };
  if (source instanceof Float32Array || source instanceof Float64Array) {
    for (let i = 0; i + 2 < source.length; i += 3) addPixel(source[i], source[i + 1], source[i + 2], 1);
  } else {
    const pictures = Symbol.iterator in source ? source : [source];
    for (const { data } of pictures) {
      for (let i = 0; i < data.length; i += 4) {
        addPixel(data[i] / 255, data[i + 1] / 255, data[i + 2] / 255, data[i + 3] / 255);
      }
    }
  }
  if (!(total > 0)) throw inputError('colours of a picture', null, 'at least one visible pixel', 'none');
  const mean = sum.map((s) => s / total);
  const covariance = new Array<number>(9);
  for (let i = 0; i < 3; i++) {
    for (let j = i; j < 3; j++) {
      covariance[3 * i + j] = covariance[3 * j + i] = square[3 * i + j] / total - mean[i] * mean[j];
    }
  }
  return { mean: [mean[0] + centre, mean[1] + centre, mean[2] + centre], covariance };
}

/** The map that gives pixels with the statistics of `content` those of `style`. */
export function colourTransferMatrix(content: ColourStatistics, style: ColourStatistics): ColourTransfer {
  const toWhite = symmetricPower(content.covariance, -0.5);
  const fromWhite = symmetricPower(style.covariance, 0.5);
  const matrix = multiply(fromWhite, toWhite);
  const moved = apply(matrix, content.mean);
  return { matrix, offset: [0, 1, 2].map((i) => style.mean[i] - moved[i]) as [number, number, number] };
}

/**
 * The map on a style picture for painting that keeps the scene's colours: grey, with the content's mean and deviation
 * of luminance (Gatys et al. 2016, "Preserving color in neural artistic style transfer", eq. 10).
 */
export function luminanceTransfer(content: ColourStatistics, style: ColourStatistics): ColourTransfer {
  const [meanC, deviationC] = luminanceStatistics(content);
  const [meanS, deviationS] = luminanceStatistics(style);
  const gain = deviationC / deviationS;
  const row = LUMA.map((l) => gain * l);
  const offset = meanC - gain * meanS;
  return { matrix: [...row, ...row, ...row], offset: [offset, offset, offset] };
}

/** Recoloured copy; alpha stays. */
export function applyColourTransfer(picture: Picture, transfer: ColourTransfer): Picture {
  const { matrix: m, offset: b } = transfer;
  const { data: from } = picture;
  const data = new Uint8ClampedArray(from.length);
  for (let i = 0; i < from.length; i += 4) {
    const x = from[i] / 255;
    const y = from[i + 1] / 255;
    const z = from[i + 2] / 255;
    // Uint8ClampedArray rounds and clamps to 0..255.
    data[i] = 255 * (m[0] * x + m[1] * y + m[2] * z + b[0]);
    data[i + 1] = 255 * (m[3] * x + m[4] * y + m[5] * z + b[1]);
    data[i + 2] = 255 * (m[6] * x + m[7] * y + m[8] * z + b[2]);
    data[i + 3] = from[i + 3];
  }
  return { width: picture.width, height: picture.height, data };
}

/** Two maps in one: `first`, then `second`, without the clamp between them. */
export function composeColourTransfers(first: ColourTransfer, second: ColourTransfer): ColourTransfer {
  const moved = apply(second.matrix, first.offset);
  return {
    matrix: multiply(second.matrix, first.matrix),
    offset: [0, 1, 2].map((i) => moved[i] + second.offset[i]) as [number, number, number],
  };
}

/** Statistics of several styles as one, by weight: those of the mixture of their pixels. */
export function mixColourStatistics(
  parts: readonly { statistics: ColourStatistics; weight: number }[],
): ColourStatistics {
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  if (!(total > 0)) throw inputError('weights of a style mix', null, 'a sum above 0', `${total}`);
  const mean = [0, 0, 0];
  for (const { statistics, weight } of parts)
    for (let i = 0; i < 3; i++) mean[i] += (weight / total) * statistics.mean[i];
  const covariance = new Array<number>(9).fill(0);
  for (const { statistics, weight } of parts) {
    for (let i = 0; i < 9; i++) {
      const apart =
        (statistics.mean[Math.floor(i / 3)] - mean[Math.floor(i / 3)]) * (statistics.mean[i % 3] - mean[i % 3]);
      covariance[i] += (weight / total) * (statistics.covariance[i] + apart);
    }
  }
  return { mean: mean as [number, number, number], covariance };
}

/** Mean and standard deviation of luminance; the deviation is at least 1e-4, as eigenvalues are at least 1e-8. */
function luminanceStatistics({ mean, covariance }: ColourStatistics): [number, number] {
  const along = apply(covariance, LUMA);
  const variance = LUMA.reduce((sum, l, i) => sum + l * along[i], 0);
  return [LUMA.reduce((sum, l, i) => sum + l * mean[i], 0), Math.sqrt(Math.max(variance, MIN_EIGENVALUE))];
}

/** U L^power U^T of a symmetric matrix, eigenvalues clamped. */
function symmetricPower(matrix: readonly number[], power: number): number[] {
  const { values, vectors } = eigenSymmetric(matrix);
  const scales = values.map((l) => Math.min(MAX_EIGENVALUE, Math.max(MIN_EIGENVALUE, l)) ** power);
  return Array.from({ length: 9 }, (_, at) => {
    const [i, j] = [Math.floor(at / 3), at % 3];
    return scales.reduce((sum, scale, k) => sum + vectors[3 * i + k] * scale * vectors[3 * j + k], 0);
  });
}

/**
 * Eigenvalues and vectors of a symmetric 3x3 matrix by cyclic Jacobi rotations (Golub and Van Loan, 8.5).
 * @returns vectors row-major, one a column
 */
export function eigenSymmetric(matrix: readonly number[]): { values: number[]; vectors: number[] } {
  const a = [...matrix];
  const v = [1, 0, 0, 0, 1, 0, 0, 0, 1];
  const scale = Math.max(...a.map(Math.abs));
  // Convergence is quadratic: six sweeps reach float64's end for any 3x3; more are never needed.
  for (let sweep = 0; sweep < 12; sweep++) {
    if (Math.abs(a[1]) + Math.abs(a[2]) + Math.abs(a[5]) <= 1e-18 * scale) break;
    for (const [p, q] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ]) {
      const off = a[3 * p + q];
      if (off === 0) continue;
      const tau = (a[4 * q] - a[4 * p]) / (2 * off);
      const t = Math.sign(tau || 1) / (Math.abs(tau) + Math.hypot(1, tau));
      const c = 1 / Math.hypot(1, t);
      const s = c * t;
      for (let k = 0; k < 3; k++) rotate(a, 3 * k + p, 3 * k + q, c, s);
      for (let k = 0; k < 3; k++) rotate(a, 3 * p + k, 3 * q + k, c, s);
      for (let k = 0; k < 3; k++) rotate(v, 3 * k + p, 3 * k + q, c, s);
    }
  }
  return { values: [a[0], a[4], a[8]], vectors: v };
}

function rotate(m: number[], i: number, j: number, c: number, s: number): void {
  const [x, y] = [m[i], m[j]];
  m[i] = c * x - s * y;
  m[j] = s * x + c * y;
}

function multiply(a: readonly number[], b: readonly number[]): number[] {
  return Array.from({ length: 9 }, (_, at) => {
    const [i, j] = [Math.floor(at / 3), at % 3];
    return a[3 * i] * b[j] + a[3 * i + 1] * b[3 + j] + a[3 * i + 2] * b[6 + j];
  });
}

function apply(m: readonly number[], x: readonly number[]): number[] {
  return [0, 1, 2].map((i) => m[3 * i] * x[0] + m[3 * i + 1] * x[1] + m[3 * i + 2] * x[2]);
}
