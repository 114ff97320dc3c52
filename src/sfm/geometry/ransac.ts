// Locally optimised RANSAC (Chum, Matas and Kittler 2003) with truncated squared errors (MSAC): models from smallest
// samples, each that is the best so far refined on its inliers. Seeded: the same data give the same model.

import { mulberry32 } from '../../random.ts';

export interface RansacProblem<Model> {
  /** Data in all, and in a smallest sample. */
  count: number;
  sampleSize: number;
  /** Models through a smallest sample; none where it is degenerate. */
  fit(sample: Int32Array): Model[];
  /** Better model from many inliers; null where there is none. */
  refit(inliers: Int32Array, model: Model): Model | null;
  /** Squared error of datum i under a model, called for many i. */
  errors(model: Model): (i: number) => number;
}

export interface RansacOptions {
  /** Largest error of an inlier (not squared). */
  threshold: number;
  /** Chance that a better model was missed. */
  doubt: number;
  iterations: number;
  seed: number;
}

export interface RansacResult<Model> {
  model: Model;
  inliers: Int32Array;
  /** Sum of min(error^2, threshold^2). */
  cost: number;
}

const REFITS = 4;

export function ransac<Model>(problem: RansacProblem<Model>, options: RansacOptions): RansacResult<Model> | null {
  const { count, sampleSize } = problem;
  if (count < sampleSize) return null;
  const random = mulberry32(options.seed);
  const limit = options.threshold * options.threshold;
  const sample = new Int32Array(sampleSize);
  // A fixed shuffle: costs are summed in this order, so that a bad model is given up early.
  const order = shuffled(count, random);
  let best: { model: Model; cost: number } | null = null;
  let needed = options.iterations;
  const cost = (model: Model, above: number): number => {
    const error = problem.errors(model);
    let sum = 0;
    for (let k = 0; k < count && sum < above; k++) {
      const e = error(order[k]);
      if (e < limit) sum += e;
      else sum += limit; // NaN too
    }
    return sum;
  };
  for (let iteration = 0; iteration < needed; iteration++) {
    draw(sample, count, random);
    for (const model of problem.fit(sample)) {
      const found = cost(model, best?.cost ?? Number.POSITIVE_INFINITY);
      if (best && found >= best.cost) continue;
      best = { model, cost: found };
      let inliers = inliersOf(problem, best.model, limit);
      for (let refit = 0; refit < REFITS; refit++) {
        const better: Model | null = inliers.length > sampleSize ? problem.refit(inliers, best.model) : null;
        if (!better) break;
        const betterCost = cost(better, best.cost);
        if (betterCost >= best.cost) break;
        best = { model: better, cost: betterCost };
        inliers = inliersOf(problem, best.model, limit);
      }
      const share = inliers.length / count;
      const hit = share ** sampleSize;
      needed = Math.min(needed, hit >= 1 ? 1 : Math.ceil(Math.log(options.doubt) / Math.log1p(-hit)) + 1);
    }
  }
  if (!best) return null;
  return { ...best, inliers: inliersOf(problem, best.model, limit) };
}

function inliersOf<Model>(problem: RansacProblem<Model>, model: Model, limit: number): Int32Array {
  const error = problem.errors(model);
  const out = new Int32Array(problem.count);
  let length = 0;
  for (let i = 0; i < problem.count; i++) if (error(i) < limit) out[length++] = i;
  return out.slice(0, length);
}

/** Distinct indices. */
function draw(sample: Int32Array, count: number, random: () => number): void {
  for (let k = 0; k < sample.length; ) {
    const candidate = Math.floor(random() * count);
    let fresh = true;
    for (let j = 0; j < k; j++) if (sample[j] === candidate) fresh = false;
    if (fresh) sample[k++] = candidate;
  }
}

function shuffled(count: number, random: () => number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
