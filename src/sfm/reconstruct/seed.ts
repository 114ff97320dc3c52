// The two pictures to begin with: many matches, rays that meet at a good angle, and no homography that explains them.

import { essentialOf, relativePose } from '../geometry/essential.ts';
import type { Pose } from '../geometry/p3p.ts';
import type { Features, VerifiedPair } from '../types.ts';
import { undistorted } from './lens.ts';

export interface Seed {
  pair: VerifiedPair;
  /** Of the second camera, the first at the origin, baseline 1. */
  pose: Pose;
  parallax: number;
  score: number;
}

/** Pairs looked at, by number of matches. */
const LOOKED_AT = 150;
/** Parallax beyond which more is no better, radians. */
const ENOUGH_PARALLAX = 0.26;
const LEAST_PARALLAX = 0.035;

/** Best first. @param lenses [G, 5]; lensOf [C] */
export function seeds(
  pairs: readonly VerifiedPair[],
  features: readonly Features[],
  lenses: Float64Array,
  lensOf: Int32Array,
): Seed[] {
  const candidates = pairs
    .filter((pair) => pair.kind === 'parallax')
    .sort((a, b) => b.matches.length - a.matches.length || a.first - b.first || a.second - b.second)
    .slice(0, LOOKED_AT);
  const found: Seed[] = [];
  for (const pair of candidates) {
    const { pose, inFront, parallax } = relativePose(
      essentialOf(pair.fundamental, lenses, lensOf[pair.first], lensOf[pair.second]),
      raysOf(pair, features, lenses, lensOf),
    );
    const count = pair.matches.length / 2;
    if (inFront < 0.7 * count || parallax < LEAST_PARALLAX) continue;
    const flatness = Math.min(1, pair.homographyInliers / count);
    const score = inFront * Math.min(1, parallax / ENOUGH_PARALLAX) * (1.2 - flatness);
    found.push({ pair, pose, parallax, score });
  }
  return found.sort((a, b) => b.score - a.score);
}

function raysOf(
  { first, second, matches }: VerifiedPair,
  features: readonly Features[],
  lenses: Float64Array,
  lensOf: Int32Array,
): Float64Array {
  const rays = new Float64Array(matches.length * 2);
  for (let k = 0; k < matches.length; k += 2) {
    const [i, j] = [matches[k], matches[k + 1]];
    rays.set(undistorted(lenses, lensOf[first], features[first].x[i], features[first].y[i]), 2 * k);
    rays.set(undistorted(lenses, lensOf[second], features[second].x[j], features[second].y[j]), 2 * k + 2);
  }
  return rays;
}
