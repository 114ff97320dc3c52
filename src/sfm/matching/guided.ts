// Guided matching: with the epipolar geometry known, a feature's partner need only be the best along a narrow band,
// so that repeated texture, which the ratio test of free matching threw away, is matched after all.

import type { Mat3 } from '../geometry/matrix3.ts';
import { DESCRIPTOR_LENGTH, type Features, type Matches } from '../types.ts';
import { angleOf } from './nearest.ts';

/** Of the nearest to the second nearest angle, in the band. */
const RATIO = 0.8;
/** Largest angle between the descriptors, radians. */
const DISTANCE = 0.6;
/** Sizes of a match differ by this factor at most. */
const SIZE_FACTOR = 3;

/** @param f of the second picture to the first, pixels. @param known matches that stay. @returns these and the new ones */
export function guidedMatches(a: Features, b: Features, f: Mat3, threshold: number, known: Matches): Matches {
  const takenA = new Uint8Array(a.count);
  const takenB = new Uint8Array(b.count);
  for (let k = 0; k < known.length; k += 2) {
    takenA[known[k]] = 1;
    takenB[known[k + 1]] = 1;
  }
  const free = Int32Array.from({ length: b.count }, (_, j) => j).filter((j) => !takenB[j]);
  const limit = threshold * threshold;
  // Of each feature of b: the best of a, and whether another comes near it.
  const best = new Int32Array(b.count);
  const second = new Int32Array(b.count);
  const from = new Int32Array(b.count).fill(-1);
  const forward: [number, number][] = [];
  for (let i = 0; i < a.count; i++) {
    if (takenA[i]) continue;
    const [x, y] = [a.x[i], a.y[i]];
    const lx = f[0] * x + f[1] * y + f[2];
    const ly = f[3] * x + f[4] * y + f[5];
    const lz = f[6] * x + f[7] * y + f[8];
    const band = limit * (lx * lx + ly * ly);
    let [bestHere, secondHere, partner] = [0, 0, -1];
    const [least, most] = [a.scale[i] / SIZE_FACTOR, a.scale[i] * SIZE_FACTOR];
    for (let k = 0; k < free.length; k++) {
      const j = free[k];
      const distance = lx * b.x[j] + ly * b.y[j] + lz;
      if (distance * distance > band || b.scale[j] < least || b.scale[j] > most) continue;
      const product = dotProduct(a.descriptors, i * DESCRIPTOR_LENGTH, b.descriptors, j * DESCRIPTOR_LENGTH);
      if (product > bestHere) {
        [secondHere, bestHere, partner] = [bestHere, product, j];
      } else if (product > secondHere) secondHere = product;
      if (product > best[j]) {
        [second[j], best[j], from[j]] = [best[j], product, i];
      } else if (product > second[j]) second[j] = product;
    }
    if (partner >= 0 && isClear(bestHere, secondHere)) forward.push([i, partner]);
  }
  const out = [...known];
  for (const [i, j] of forward) if (from[j] === i && isClear(best[j], second[j])) out.push(i, j);
  return Int32Array.from(out);
}

function isClear(best: number, second: number): boolean {
  const angle = angleOf(best);
  return angle <= DISTANCE && angle < RATIO * angleOf(second);
}

export function dotProduct(a: Uint8Array, atA: number, b: Uint8Array, atB: number): number {
  let sum = 0;
  for (let k = 0; k < DESCRIPTOR_LENGTH; k++) sum += a[atA + k] * b[atB + k];
  return sum;
}
