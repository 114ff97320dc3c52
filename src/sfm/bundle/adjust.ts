// Bundle adjustment (Triggs et al. 2000): Levenberg and Marquardt on the normal equations, points eliminated by the
// Schur complement, so that only cameras and lenses are solved for. Of that matrix only the blocks of cameras that see
// a common point are ever touched. Robust by weights (Cauchy): w = 1 / (1 + e^2 / s^2).

import { factor, solveFactored } from './cholesky.ts';
import {
  type BundleProblem,
  type Freedom,
  LENS_PARAMETERS,
  linearise,
  movePose,
  POSE_PARAMETERS,
  squaredError,
} from './model.ts';
import { PointRows } from './point-rows.ts';

export interface AdjustOptions {
  iterations: number;
  /** Scale of the robust loss in pixels; infinite: least squares. */
  lossScale: number;
  /** Ends when an iteration takes less than this share off the cost. */
  tolerance: number;
  /** Pull of a lens parameter to where it began: 1 / sigma^2 of each of the five; zeros for none. */
  lensPull?: readonly number[];
}

export interface AdjustResult {
  iterations: number;
  /** Robust costs, pixels^2. */
  before: number;
  after: number;
}

const FIRST_DAMPING = 1e-4;
const MOST_DAMPING = 1e8;
/** Squared error of a point behind its camera: a step may not gain by turning points away. */
const BEHIND = 1e8;

/** Changes poses, lenses and points in place. Observations must be ordered by point. */
export function adjust(problem: BundleProblem, freedom: Freedom, options: AdjustOptions): AdjustResult {
  return new Adjustment(problem, freedom, options).run();
}

class Adjustment {
  readonly #cameras: number;
  readonly #lensCount: number;
  readonly #points: number;
  readonly #observations: number;
  /** Where a camera's six and a lens's parameters begin among the unknowns; -1: held. */
  readonly #poseAt: Int32Array;
  readonly #lensAt: Int32Array;
  /** Of each lens, which of its parameters are free. */
  readonly #lensFree: number[][];
  readonly #n: number;
  /** First observation of each point, and the end. */
  readonly #first: Int32Array;
  readonly #start: Float64Array;
  readonly #pull: readonly number[];
  // Linearised once for all dampings: of each observation its weighted derivatives.
  readonly #dPose: Float64Array;
  readonly #dPoint: Float64Array;
  readonly #dLens: Float64Array;
  readonly #residuals: Float64Array;

  constructor(
    readonly problem: BundleProblem,
    readonly freedom: Freedom,
    readonly options: AdjustOptions,
  ) {
    this.#cameras = problem.translations.length / 3;
    this.#lensCount = problem.lenses.length / LENS_PARAMETERS;
    this.#points = problem.points.length / 3;
    this.#observations = problem.cameraOf.length;
    let n = 0;
    this.#poseAt = new Int32Array(this.#cameras).fill(-1);
    for (let c = 0; c < this.#cameras; c++) {
      if (!freedom.poses[c]) continue;
      this.#poseAt[c] = n;
      n += POSE_PARAMETERS;
    }
    this.#lensAt = new Int32Array(this.#lensCount).fill(-1);
    this.#lensFree = [];
    for (let g = 0; g < this.#lensCount; g++) {
      const free = [0, 1, 2, 3, 4].filter((k) => freedom.lenses[g * LENS_PARAMETERS + k]);
      this.#lensFree.push(free);
      if (free.length === 0) continue;
      this.#lensAt[g] = n;
      n += free.length;
    }
    this.#n = n;
    this.#first = new Int32Array(this.#points + 1);
    for (let o = 0; o < this.#observations; o++) this.#first[problem.pointOf[o] + 1]++;
    for (let p = 0; p < this.#points; p++) this.#first[p + 1] += this.#first[p];
    this.#lensRow = new Int32Array(this.#lensCount);
    this.#start = problem.lenses.slice();
    this.#pull = options.lensPull ?? [0, 0, 0, 0, 0];
    this.#dPose = new Float64Array(this.#observations * 12);
    this.#dPoint = new Float64Array(this.#observations * 6);
    this.#dLens = new Float64Array(this.#observations * 10);
    this.#residuals = new Float64Array(this.#observations * 2);
  }

  run(): AdjustResult {
    const before = this.#cost();
    let cost = before;
    let damping = FIRST_DAMPING;
    let iteration = 0;
    for (; iteration < this.options.iterations; iteration++) {
      this.#linearise();
      let improved = false;
      while (damping <= MOST_DAMPING) {
        const saved = this.#save();
        const found = this.#step(damping) ? this.#cost() : Number.POSITIVE_INFINITY;
        if (found < cost) {
          improved = cost - found > this.options.tolerance * cost;
          cost = found;
          damping = Math.max(damping / 10, 1e-12);
          break;
        }
        this.#restore(saved);
        damping *= 10;
      }
      if (!improved) break;
    }
    return { iterations: iteration, before, after: cost };
  }

  #save() {
    const { rotations, translations, lenses, points } = this.problem;
    return [rotations.slice(), translations.slice(), lenses.slice(), points.slice()];
  }

  #restore(saved: Float64Array[]): void {
    const { rotations, translations, lenses, points } = this.problem;
    [rotations, translations, lenses, points].forEach((array, k) => {
      array.set(saved[k]);
    });
  }

  #loss(square: number): number {
    const s = this.options.lossScale * this.options.lossScale;
    return Number.isFinite(s) ? s * Math.log1p(square / s) : square;
  }

  #cost(): number {
    const { problem } = this;
    let sum = 0;
    for (let o = 0; o < this.#observations; o++) {
      const square = squaredError(
        problem,
        problem.cameraOf[o],
        problem.pointOf[o],
        problem.pixels[2 * o],
        problem.pixels[2 * o + 1],
      );
      sum += this.#loss(Math.min(square, BEHIND));
    }
    for (let i = 0; i < problem.lenses.length; i++) {
      sum += this.#pull[i % LENS_PARAMETERS] * (problem.lenses[i] - this.#start[i]) ** 2;
    }
    return sum;
  }

  #linearise(): void {
    const { problem } = this;
    const residual = new Float64Array(2);
    const dPose = new Float64Array(12);
    const dPoint = new Float64Array(6);
    const dLens = new Float64Array(10);
    const scale = this.options.lossScale * this.options.lossScale;
    for (let o = 0; o < this.#observations; o++) {
      const [u, v] = [problem.pixels[2 * o], problem.pixels[2 * o + 1]];
      const seen = linearise(problem, problem.cameraOf[o], problem.pointOf[o], u, v, residual, dPose, dPoint, dLens);
      const square = residual[0] * residual[0] + residual[1] * residual[1];
      const weight = !seen ? 0 : Math.sqrt(1 / (1 + square / scale));
      for (let k = 0; k < 2; k++) this.#residuals[2 * o + k] = weight * residual[k];
      for (let k = 0; k < 12; k++) this.#dPose[12 * o + k] = weight * dPose[k];
      for (let k = 0; k < 6; k++) this.#dPoint[6 * o + k] = weight * dPoint[k];
      for (let k = 0; k < 10; k++) this.#dLens[10 * o + k] = weight * dLens[k];
    }
  }

  /** Solves at this damping and moves everything; false where the system cannot be solved. */
  #step(damping: number): boolean {
    const n = this.#n;
    const s = new Float64Array(n * n);
    const g = new Float64Array(n);
    const inverses = new Float64Array(this.#points * 6);
    const gradients = new Float64Array(this.#points * 3);
    const rows = new PointRows();
    this.#addLensPull(s, g);
    for (let p = 0; p < this.#points; p++) {
      if (!this.#eliminate(p, damping, s, g, inverses, gradients, rows)) return false;
    }
    for (let i = 0; i < n; i++) s[i * n + i] += damping * this.#diagonal[i] + 1e-12;
    if (!factor(s, n)) return false;
    const step = g.map((x) => -x);
    solveFactored(s, n, step);
    if (!step.every(Number.isFinite)) return false;
    if (!this.freedom.pointsHeld) this.#movePoints(step, inverses, gradients);
    for (let c = 0; c < this.#cameras; c++) {
      if (this.#poseAt[c] >= 0) movePose(this.problem, c, step, this.#poseAt[c]);
    }
    this.#lensFree.forEach((free, lens) => {
      free.forEach((k, i) => {
        this.problem.lenses[lens * LENS_PARAMETERS + k] += step[this.#lensAt[lens] + i];
      });
    });
    return this.problem.lenses.every((value, i) => i % LENS_PARAMETERS !== 0 || value > 0);
  }

  #diagonal = new Float64Array(0);
  /** Where the rows of each lens are in the point under way; -1: not yet. */
  readonly #lensRow: Int32Array;

  #addLensPull(s: Float64Array, g: Float64Array): void {
    this.#diagonal = new Float64Array(this.#n);
    this.#lensFree.forEach((free, lens) => {
      free.forEach((k, i) => {
        const at = this.#lensAt[lens] + i;
        const parameter = lens * LENS_PARAMETERS + k;
        s[at * this.#n + at] += this.#pull[k];
        g[at] += this.#pull[k] * (this.problem.lenses[parameter] - this.#start[parameter]);
      });
    });
  }

  /** Adds what point p says of cameras and lenses, itself eliminated. */
  #eliminate(
    p: number,
    damping: number,
    s: Float64Array,
    g: Float64Array,
    inverses: Float64Array,
    gradients: Float64Array,
    rows: PointRows,
  ): boolean {
    const { problem } = this;
    const n = this.#n;
    const [from, to] = [this.#first[p], this.#first[p + 1]];
    if (from === to) return true;
    let [v00, v01, v02, v11, v12, v22, g0, g1, g2] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
    rows.clear();
    this.#lensRow.fill(-1);
    for (let o = from; o < to; o++) {
      for (let k = 0; k < 2; k++) {
        const [a, b, c] = [
          this.#dPoint[6 * o + 3 * k],
          this.#dPoint[6 * o + 3 * k + 1],
          this.#dPoint[6 * o + 3 * k + 2],
        ];
        const r = this.#residuals[2 * o + k];
        v00 += a * a;
        v01 += a * b;
        v02 += a * c;
        v11 += b * b;
        v12 += b * c;
        v22 += c * c;
        g0 += a * r;
        g1 += b * r;
        g2 += c * r;
      }
      const camera = problem.cameraOf[o];
      const lens = problem.lensOf[camera];
      const pose = this.#poseAt[camera];
      const lensAt = this.#lensAt[lens];
      const free = this.#lensFree[lens];
      if (pose >= 0) {
        // A point is seen once by a camera, but through one lens by many.
        const start = rows.append(pose, POSE_PARAMETERS);
        this.#addOwn(pose, POSE_PARAMETERS, start, this.#dPose, 12 * o, o, null, s, g, rows);
      }
      if (lensAt >= 0) {
        if (this.#lensRow[lens] < 0) this.#lensRow[lens] = rows.append(lensAt, free.length);
        this.#addOwn(lensAt, free.length, this.#lensRow[lens], this.#dLens, 10 * o, o, free, s, g, rows);
        if (pose >= 0) this.#addCross(pose, lensAt, free, o, s);
      }
    }
    if (this.freedom.pointsHeld) return true;
    const [d0, d1, d2] = [v00 * (1 + damping) + 1e-12, v11 * (1 + damping) + 1e-12, v22 * (1 + damping) + 1e-12];
    const m00 = d1 * d2 - v12 * v12;
    const m01 = v02 * v12 - v01 * d2;
    const m02 = v01 * v12 - v02 * d1;
    const determinant = d0 * m00 + v01 * m01 + v02 * m02;
    if (!(determinant > 0)) return false;
    const q = 1 / determinant;
    const i00 = m00 * q;
    const i01 = m01 * q;
    const i02 = m02 * q;
    const i11 = (d0 * d2 - v02 * v02) * q;
    const i12 = (v01 * v02 - d0 * v12) * q;
    const i22 = (d0 * d1 - v01 * v01) * q;
    const ia = p * 6;
    inverses[ia] = i00;
    inverses[ia + 1] = i01;
    inverses[ia + 2] = i02;
    inverses[ia + 3] = i11;
    inverses[ia + 4] = i12;
    inverses[ia + 5] = i22;
    gradients[3 * p] = g0;
    gradients[3 * p + 1] = g1;
    gradients[3 * p + 2] = g2;
    // S -= W V^-1 W^T and g -= W V^-1 g_p over the unknowns that see the point
    const { at, w, length } = rows;
    for (let a = 0; a < length; a++) {
      const [w0, w1, w2] = [w[3 * a], w[3 * a + 1], w[3 * a + 2]];
      const y0 = w0 * i00 + w1 * i01 + w2 * i02;
      const y1 = w0 * i01 + w1 * i11 + w2 * i12;
      const y2 = w0 * i02 + w1 * i12 + w2 * i22;
      g[at[a]] -= y0 * g0 + y1 * g1 + y2 * g2;
      const row = at[a] * n;
      for (let b = 0; b < length; b++) {
        if (at[b] <= at[a]) s[row + at[b]] -= y0 * w[3 * b] + y1 * w[3 * b + 1] + y2 * w[3 * b + 2];
      }
    }
    return true;
  }

  /** J^T J, J^T r and J^T J_point of one block of unknowns for one observation. */
  #addOwn(
    at: number,
    size: number,
    start: number,
    d: Float64Array,
    dAt: number,
    o: number,
    free: number[] | null,
    s: Float64Array,
    g: Float64Array,
    rows: PointRows,
  ): void {
    const n = this.#n;
    const stride = free ? LENS_PARAMETERS : POSE_PARAMETERS;
    const [r0, r1] = [this.#residuals[2 * o], this.#residuals[2 * o + 1]];
    const pa = 6 * o;
    for (let i = 0; i < size; i++) {
      const ki = free ? free[i] : i;
      const [u, v] = [d[dAt + ki], d[dAt + stride + ki]];
      g[at + i] += u * r0 + v * r1;
      this.#diagonal[at + i] += u * u + v * v;
      for (let j = 0; j <= i; j++) {
        const kj = free ? free[j] : j;
        s[(at + i) * n + at + j] += u * d[dAt + kj] + v * d[dAt + stride + kj];
      }
      const w = 3 * (start + i);
      for (let c = 0; c < 3; c++) rows.w[w + c] += u * this.#dPoint[pa + c] + v * this.#dPoint[pa + 3 + c];
    }
  }

  /** Lenses come after all poses among the unknowns: this block is below the diagonal. */
  #addCross(pose: number, lensAt: number, free: number[], o: number, s: Float64Array): void {
    for (let i = 0; i < free.length; i++) {
      const [u, v] = [this.#dLens[10 * o + free[i]], this.#dLens[10 * o + LENS_PARAMETERS + free[i]]];
      const row = (lensAt + i) * this.#n + pose;
      for (let j = 0; j < POSE_PARAMETERS; j++)
        s[row + j] += u * this.#dPose[12 * o + j] + v * this.#dPose[12 * o + 6 + j];
    }
  }

  /** x_p = -V^-1 (g_p + W^T x). */
  #movePoints(step: Float64Array, inverses: Float64Array, gradients: Float64Array): void {
    const { problem } = this;
    for (let p = 0; p < this.#points; p++) {
      const [from, to] = [this.#first[p], this.#first[p + 1]];
      if (from === to) continue;
      const b = [gradients[3 * p], gradients[3 * p + 1], gradients[3 * p + 2]];
      for (let o = from; o < to; o++) {
        const camera = problem.cameraOf[o];
        const lens = problem.lensOf[camera];
        const [pose, lensAt] = [this.#poseAt[camera], this.#lensAt[lens]];
        let [u, v] = [0, 0]; // J step of the cameras
        if (pose >= 0) {
          for (let k = 0; k < POSE_PARAMETERS; k++) {
            u += this.#dPose[12 * o + k] * step[pose + k];
            v += this.#dPose[12 * o + 6 + k] * step[pose + k];
          }
        }
        if (lensAt >= 0) {
          const free = this.#lensFree[lens];
          for (let i = 0; i < free.length; i++) {
            u += this.#dLens[10 * o + free[i]] * step[lensAt + i];
            v += this.#dLens[10 * o + LENS_PARAMETERS + free[i]] * step[lensAt + i];
          }
        }
        for (let c = 0; c < 3; c++) b[c] += u * this.#dPoint[6 * o + c] + v * this.#dPoint[6 * o + 3 + c];
      }
      const i = p * 6;
      for (let r = 0; r < 3; r++) {
        const [a, d, e] = r === 0 ? [i, i + 1, i + 2] : r === 1 ? [i + 1, i + 3, i + 4] : [i + 2, i + 4, i + 5];
        problem.points[3 * p + r] -= inverses[a] * b[0] + inverses[d] * b[1] + inverses[e] * b[2];
      }
    }
  }
}
