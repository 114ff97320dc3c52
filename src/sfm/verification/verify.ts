// Which matches of two pictures agree on one geometry. The fundamental matrix needs no focal length; beside it stands
// the homography: where that explains nearly as much, the thing is flat or the camera was only turned, and the pair
// says nothing of depth.

import { eightPoint, type PointPairs, sampson, sevenPoint } from '../geometry/fundamental.ts';
import { homographyOf, transferError } from '../geometry/homography.ts';
import { invert3, type Mat3 } from '../geometry/matrix3.ts';
import { ransac } from '../geometry/ransac.ts';
import { guidedMatches } from '../matching/guided.ts';
import type { Features, Matches, VerifiedPair } from '../types.ts';

export interface VerificationOptions {
  /** Matches that must agree for a pair to count. */
  leastInliers: number;
  /** Largest distance to the epipolar geometry: pixels at least, and as a share of the long side. */
  thresholdPixels: number;
  thresholdShare: number;
  /** From this share of the epipolar inliers on, a homography explains the pair. */
  homographyShare: number;
}

export const VERIFICATION: VerificationOptions = {
  leastInliers: 15,
  thresholdPixels: 1.5,
  thresholdShare: 0.002,
  homographyShare: 0.8,
};

/** From this share of the matches on that lie within so many pixels of where they were, a view is the same. */
const STILL_SHARE = 0.8;
const STILL_PIXELS = 0.5;
const DOUBT = 0.001;
const ITERATIONS = 1500;
const HOMOGRAPHY_ITERATIONS = 300;

export interface VerifiedGeometry {
  kind: VerifiedPair['kind'];
  matches: Matches;
  fundamental: Mat3;
  homographyInliers: number;
}

/** @param longSide of the pictures, pixels. @param seed of the samples drawn */
export function verify(
  a: Features,
  b: Features,
  matches: Matches,
  longSide: number,
  seed: number,
  options: VerificationOptions = VERIFICATION,
): VerifiedGeometry | null {
  if (matches.length / 2 < options.leastInliers) return null;
  const threshold = Math.max(options.thresholdPixels, options.thresholdShare * longSide);
  const points = pairsOf(a, b, matches);
  if (isStill(points)) {
    const homographyInliers = matches.length / 2;
    return { kind: 'homography', matches, fundamental: new Array<number>(9).fill(0), homographyInliers };
  }
  const found = fundamentalOf(points, threshold, seed);
  if (!found || found.inliers.length < options.leastInliers) return null;
  // More matches where the geometry says where to look, then the geometry once more of all of them.
  const guided = guidedMatches(a, b, found.model, threshold, chosen(matches, found.inliers));
  const all = pairsOf(a, b, guided);
  const everyOne = Int32Array.from({ length: guided.length / 2 }, (_, i) => i);
  const model = eightPoint(all, everyOne) ?? found.model;
  const inliers = everyOne.filter((i) => sampson(model, all, i) < threshold * threshold);
  const better = inliers.length >= found.inliers.length;
  const kept = better ? chosen(guided, inliers) : chosen(matches, found.inliers);
  const homographyInliers = homographyInliersOf(pairsOf(a, b, kept), threshold, seed);
  const share = homographyInliers / (kept.length / 2);
  return {
    kind: share >= options.homographyShare ? 'homography' : 'parallax',
    matches: kept,
    fundamental: better ? model : found.model,
    homographyInliers,
  };
}

/** The same view once more: every epipolar geometry fits it, so that none is found. */
function isStill(points: PointPairs): boolean {
  let still = 0;
  for (let k = 0; k < points.length; k += 4) {
    if (Math.hypot(points[k] - points[k + 2], points[k + 1] - points[k + 3]) < STILL_PIXELS) still++;
  }
  return still > STILL_SHARE * (points.length / 4);
}

/** [N, 4] x1, y1, x2, y2 of the matches. */
export function pairsOf(a: Features, b: Features, matches: Matches): PointPairs {
  const points = new Float64Array(matches.length * 2);
  for (let k = 0; k < matches.length; k += 2) {
    points.set([a.x[matches[k]], a.y[matches[k]], b.x[matches[k + 1]], b.y[matches[k + 1]]], k * 2);
  }
  return points;
}

function chosen(matches: Matches, indices: Int32Array): Matches {
  const out = new Int32Array(indices.length * 2);
  indices.forEach((i, k) => {
    out[2 * k] = matches[2 * i];
    out[2 * k + 1] = matches[2 * i + 1];
  });
  return out;
}

export function fundamentalOf(points: PointPairs, threshold: number, seed: number) {
  return ransac<Mat3>(
    {
      count: points.length / 4,
      sampleSize: 7,
      fit: (sample) => sevenPoint(points, sample),
      refit: (inliers) => eightPoint(points, inliers),
      errors: (model) => (i) => sampson(model, points, i),
    },
    { threshold, doubt: DOUBT, iterations: ITERATIONS, seed },
  );
}

function homographyInliersOf(points: PointPairs, threshold: number, seed: number): number {
  const found = ransac<Mat3>(
    {
      count: points.length / 4,
      sampleSize: 4,
      fit: (sample) => {
        const model = homographyOf(points, sample);
        return model ? [model] : [];
      },
      refit: (inliers) => homographyOf(points, inliers),
      errors: (model) => {
        const inverse = invert3(model);
        return inverse ? (i) => transferError(model, inverse, points, i) : () => Number.POSITIVE_INFINITY;
      },
    },
    { threshold: 2 * threshold, doubt: 0.01, iterations: HOMOGRAPHY_ITERATIONS, seed: seed + 1 },
  );
  return found?.inliers.length ?? 0;
}
