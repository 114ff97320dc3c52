// Which pairs of pictures are matched in full: all of a few; of many, those whose largest features match best, a fixed
// number for each picture, so that the work grows with the number of pictures and not with its square.

export interface CandidateOptions {
  /** Up to so many pictures every pair is matched. */
  allUpTo: number;
  /** Features of each picture that are compared first, the largest. */
  features: number;
  /** Pairs that a picture asks for. */
  perPicture: number;
  /** Matches among the largest features that a pair must have. */
  leastMatches: number;
}

export const CANDIDATES: CandidateOptions = { allUpTo: 16, features: 400, perPicture: 14, leastMatches: 3 };

export function allPairs(count: number): Int32Array {
  const pairs = new Int32Array(count * (count - 1));
  let at = 0;
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) {
      pairs[at++] = i;
      pairs[at++] = j;
    }
  }
  return pairs;
}

/** @param pairs [N, 2]. @param matches [N] among the largest features. @returns [M, 2] in the order of `pairs` */
export function chooseCandidates(
  count: number,
  pairs: Int32Array,
  matches: Int32Array,
  options: CandidateOptions = CANDIDATES,
): Int32Array {
  const of: number[][] = Array.from({ length: count }, () => []);
  for (let k = 0; k < matches.length; k++) {
    if (matches[k] < options.leastMatches) continue;
    of[pairs[2 * k]].push(k);
    of[pairs[2 * k + 1]].push(k);
  }
  const chosen = new Set<number>();
  for (const list of of) {
    list.sort((a, b) => matches[b] - matches[a] || a - b);
    for (const k of list.slice(0, options.perPicture)) chosen.add(k);
  }
  return Int32Array.from([...chosen].sort((a, b) => a - b).flatMap((k) => [pairs[2 * k], pairs[2 * k + 1]]));
}
