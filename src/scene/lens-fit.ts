// Lenses that our two models cannot say, said by one of them as well as can be: its coefficients by least squares over
// the radii that the picture has. How far that misses is told in pixels, so that a bad fit can be refused.

import type { Distortion } from './types.ts';

/** Radii at which the lens is looked at. */
const SAMPLES = 200;
/** Ideal radius, or angle, beyond which no picture goes on. */
const MOST_RADIUS = 8;
const STEP = 1e-3;

export interface LensFit {
  distortion: Distortion;
  /** What the focal lengths are multiplied by. */
  focalFactor: number;
  /** Largest miss, in units of the focal length. */
  miss: number;
}

const NONE = { k1: 0, k2: 0, k3: 0, k4: 0, p1: 0, p2: 0 };

/**
 * OpenCV's rational lens: d = (1 + k1 r^2 + k2 r^4 + k3 r^6) / (1 + k4 r^2 + k5 r^4 + k6 r^6).
 * @param k [k1 .. k6]. @param corner distorted radius of the picture's corner, in focal lengths
 */
export function fitRational(k: readonly number[], corner: number): LensFit | null {
  const of = (r: number) => {
    const s = r * r;
    return (r * (1 + s * (k[0] + s * (k[1] + s * k[2])))) / (1 + s * (k[3] + s * (k[4] + s * k[5])));
  };
  const fit = fitOdd(of, 3, corner);
  if (!fit) return null;
  const [k1, k2, k3] = fit.coefficients;
  return { distortion: { ...NONE, model: 'perspective', k1, k2, k3 }, focalFactor: 1, miss: fit.miss };
}

/** The FOV lens (Devernay and Faugeras 2001): rd = atan(2 tan(angle) tan(omega / 2)) / omega, as a fisheye. */
export function fitFov(omega: number, corner: number): LensFit | null {
  const slope = (2 * Math.tan(omega / 2)) / omega;
  const of = (angle: number) => Math.atan(Math.tan(angle) * 2 * Math.tan(omega / 2)) / omega / slope;
  const fit = fitOdd(of, 4, corner / slope, Math.PI / 2 - STEP);
  if (!fit) return null;
  const [k1, k2, k3, k4] = fit.coefficients;
  return { distortion: { ...NONE, model: 'fisheye', k1, k2, k3, k4 }, focalFactor: slope, miss: fit.miss * slope };
}

/** y(x) = x (1 + c1 x^2 + c2 x^4 + ...) for x from 0 to where the lens reaches `end`; null where it never does. */
function fitOdd(
  of: (x: number) => number,
  terms: number,
  end: number,
  most = MOST_RADIUS,
): { coefficients: number[]; miss: number } | null {
  if (!(end > 0)) return null;
  let last = 0;
  for (; of(last) < end; last += STEP) if (last > most || !(of(last + STEP) > of(last))) return null;
  const normal = Array.from({ length: terms }, () => new Array<number>(terms + 1).fill(0));
  const places = Array.from({ length: SAMPLES }, (_, i) => (last * (i + 1)) / SAMPLES);
  for (const x of places) {
    // In shares of the last radius, so that the powers stay near one.
    const row = normal.map((_, k) => (x / last) ** (2 * k + 3));
    for (let i = 0; i < terms; i++) {
      for (let j = 0; j < terms; j++) normal[i][j] += row[i] * row[j];
      normal[i][terms] += row[i] * (of(x) - x);
    }
  }
  const solved = solve(normal);
  const coefficients = solved.map((value, k) => value / last ** (2 * k + 3));
  const fitted = (x: number) => x * (1 + coefficients.reduce((sum, c, k) => sum + c * x ** (2 * k + 2), 0));
  return { coefficients, miss: Math.max(...places.map((x) => Math.abs(fitted(x) - of(x)))) };
}

/** Gauss with the largest pivot; rows [N, N + 1]. */
function solve(rows: number[][]): number[] {
  const n = rows.length;
  for (let c = 0; c < n; c++) {
    const pivot = rows
      .slice(c)
      .reduce((best, row, k) => (Math.abs(row[c]) > Math.abs(rows[best][c]) ? c + k : best), c);
    [rows[c], rows[pivot]] = [rows[pivot], rows[c]];
    for (let r = 0; r < n; r++) {
      if (r === c) continue;
      const factor = rows[r][c] / rows[c][c];
      for (let k = c; k <= n; k++) rows[r][k] -= factor * rows[c][k];
    }
  }
  return rows.map((row, i) => row[n] / row[i]);
}
