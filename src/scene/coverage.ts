// Fewer pictures than there are, from all sides alike: each next one is the farthest from those taken already, in place
// and in direction of view (farthest point sampling; Gonzalez 1985). Videos give thousands of views of which neighbours
// are all but the same; every n-th would keep the places where somebody stood still.

import { column, type Mat4, norm, subtract, unit, type Vec3 } from './matrix.ts';

/**
 * @param items in any order; the first is always taken
 * @returns `count` of them, in their order
 */
export function coveringSubset<T extends { cameraToWorld: Mat4 }>(items: readonly T[], count: number): T[] {
  if (count >= items.length) return [...items];
  const positions = items.map(({ cameraToWorld }) => column(cameraToWorld, 3));
  const forwards = items.map(({ cameraToWorld }) => unit(column(cameraToWorld, 2)) ?? ([0, 0, 1] as Vec3));
  const spread = medianDistance(positions) || 1;
  const taken = new Set<number>();
  const nearest = new Float64Array(items.length).fill(Number.POSITIVE_INFINITY);
  for (let next = 0; taken.size < count; ) {
    taken.add(next);
    nearest[next] = -1;
    let farthest = -1;
    for (let i = 0; i < items.length; i++) {
      if (nearest[i] < 0) continue;
      const away = norm(subtract(positions[i], positions[next])) / spread;
      const turned = norm(subtract(forwards[i], forwards[next]));
      nearest[i] = Math.min(nearest[i], away * away + turned * turned);
      if (farthest < 0 || nearest[i] > nearest[farthest]) farthest = i;
    }
    next = farthest;
  }
  return items.filter((_, i) => taken.has(i));
}

/** Of the positions to their mean. */
function medianDistance(positions: readonly Vec3[]): number {
  const mean = [0, 1, 2].map((c) => positions.reduce((sum, p) => sum + p[c], 0) / positions.length) as Vec3;
  const distances = positions.map((p) => norm(subtract(p, mean))).sort((a, b) => a - b);
  return distances[Math.floor(distances.length / 2)];
}
