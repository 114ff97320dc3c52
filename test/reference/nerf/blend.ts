// CPU reference of blending: share of a part where the weights of four regions are given at cell centres, and the blended
// colour of one sample. Cells are looked up one by one, weights of corners multiplied out.

import { mapped } from './composite.ts';

/** Weights 0..1 of regions 1..4 at field coordinates `q`. @param cells [resolution^3] u32 */
export function weightsAt(cells: ArrayLike<number>, resolution: number, q: ArrayLike<number>): number[] {
  const p = [0, 1, 2].map((axis) => Math.min(resolution - 1, Math.max(0, q[axis] * resolution - 0.5)));
  const out = [0, 0, 0, 0];
  for (let corner = 0; corner < 8; corner++) {
    let weight = 1;
    let cell = 0;
    for (let axis = 2; axis >= 0; axis--) {
      const low = Math.floor(p[axis]);
      const upper = (corner >> axis) & 1;
      weight *= upper ? p[axis] - low : 1 - (p[axis] - low);
      cell = cell * resolution + Math.min(resolution - 1, low + upper);
    }
    for (let r = 0; r < 4; r++) out[r] += (weight * ((cells[cell] >>> (8 * r)) & 255)) / 255;
  }
  return out;
}

/** @param weights of regions 1..4 */
export function shareOf(shares: readonly number[], weights: readonly number[]): number {
  const inside = weights.reduce((sum, w) => sum + w, 0);
  return (1 - inside) * shares[0] + weights.reduce((sum, w, r) => sum + w * shares[r + 1], 0);
}

/** @param parts colours [n, 3] before the map, the map, shares @returns rgb of sample i */
export function blended(
  parts: readonly { rgb: ArrayLike<number>; map: readonly number[]; shares: readonly number[] }[],
  weights: readonly number[],
  i: number,
): number[] {
  const out = [0, 0, 0];
  for (const { rgb, map, shares } of parts) {
    mapped(rgb, i, map).forEach((v, c) => {
      out[c] += shareOf(shares, weights) * Math.min(1, Math.max(0, v));
    });
  }
  return out;
}
