// Tracks: one point of the world in many pictures. Matches are taken strongest pairs first; one that would put two
// features of one picture into a track is left out, so that a wrong match splits two tracks rather than losing both.

import type { Features, VerifiedPair } from '../types.ts';

export interface Tracks {
  count: number;
  /** [T + 1] where each track's observations begin. */
  first: Int32Array;
  /** [O] by track. */
  cameraOf: Int32Array;
  featureOf: Int32Array;
  /** Of each picture, the track of each feature; -1: none. */
  trackOf: Int32Array[];
  /** Matches left out as they would have put two features of a picture together. */
  conflicts: number;
}

export function buildTracks(features: readonly Features[], pairs: readonly VerifiedPair[]): Tracks {
  const offsets = new Int32Array(features.length + 1);
  features.forEach((f, i) => {
    offsets[i + 1] = offsets[i] + f.count;
  });
  const total = offsets[features.length];
  const parent = Int32Array.from({ length: total }, (_, i) => i);
  const root = (node: number): number => {
    let top = node;
    while (parent[top] !== top) top = parent[top];
    for (let at = node; at !== top; ) [parent[at], at] = [top, parent[at]];
    return top;
  };
  const camera = new Int32Array(total);
  for (let c = 0; c < features.length; c++) camera.fill(c, offsets[c], offsets[c + 1]);
  // Members of each set that has more than one, by its root.
  const members = new Map<number, number[]>();
  let conflicts = 0;
  const order = [...pairs].sort(
    (a, b) => b.matches.length - a.matches.length || a.first - b.first || a.second - b.second,
  );
  for (const { first, second, matches } of order) {
    for (let k = 0; k < matches.length; k += 2) {
      const [a, b] = [root(offsets[first] + matches[k]), root(offsets[second] + matches[k + 1])];
      if (a === b) continue;
      const [inA, inB] = [members.get(a) ?? [a], members.get(b) ?? [b]];
      const cameras = new Set(inA.map((node) => camera[node]));
      if (inB.some((node) => cameras.has(camera[node]))) {
        conflicts++;
        continue;
      }
      const [keep, drop] = inA.length >= inB.length ? [a, b] : [b, a];
      parent[drop] = keep;
      members.set(keep, keep === a ? inA.concat(inB) : inB.concat(inA));
      members.delete(drop);
    }
  }
  const sets = [...members.values()].map((nodes) => nodes.sort((a, b) => a - b)).sort((a, b) => a[0] - b[0]);
  const first = new Int32Array(sets.length + 1);
  sets.forEach((nodes, t) => {
    first[t + 1] = first[t] + nodes.length;
  });
  const cameraOf = new Int32Array(first[sets.length]);
  const featureOf = new Int32Array(first[sets.length]);
  const trackOf = features.map((f) => new Int32Array(f.count).fill(-1));
  sets.forEach((nodes, t) => {
    nodes.forEach((node, k) => {
      const c = camera[node];
      cameraOf[first[t] + k] = c;
      featureOf[first[t] + k] = node - offsets[c];
      trackOf[c][node - offsets[c]] = t;
    });
  });
  return { count: sets.length, first, cameraOf, featureOf, trackOf, conflicts };
}
