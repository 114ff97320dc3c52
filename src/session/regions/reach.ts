// From surface to volume: light comes from a fuzzy shell round a surface, so every cell that may hold something goes with
// the surface's cell nearest to it. Borders between regions so lie where they lie on the surface, through all depths.

import type { Occupancy, Surface } from './surface.ts';

/** Cells that are farther from any surface go with none. */
const REACH = 8;

/** Where samples may lie, and the cells beside, which are read between them. [resolution^3] 0 or 1 */
export function zoneOf({ resolution: coarse, bits }: Occupancy, resolution: number): Uint8Array {
  const occupied = new Uint8Array(resolution ** 3);
  const at = Int32Array.from({ length: resolution }, (_, i) => Math.floor(((i + 0.5) * coarse) / resolution));
  for (let z = 0, cell = 0; z < resolution; z++) {
    for (let y = 0; y < resolution; y++) {
      const row = coarse * (at[y] + coarse * at[z]);
      for (let x = 0; x < resolution; x++, cell++) {
        const from = row + at[x];
        occupied[cell] = (bits[from >> 5] >>> (from & 31)) & 1;
      }
    }
  }
  let zone: Uint8Array = occupied;
  for (const stride of [1, resolution, resolution * resolution]) zone = widened(zone, stride, resolution);
  return zone;
}

/** By a cell to both sides along an axis. */
function widened(zone: Uint8Array, stride: number, resolution: number): Uint8Array {
  const out = new Uint8Array(zone.length);
  for (let cell = 0; cell < zone.length; cell++) {
    const along = Math.floor(cell / stride) % resolution;
    out[cell] = zone[cell] | (along > 0 ? zone[cell - stride] : 0) | (along < resolution - 1 ? zone[cell + stride] : 0);
  }
  return out;
}

/** The surface's cell nearest to each cell of the zone, -1 for none. [resolution^3] */
export function nearestOf({ resolution, cellOf, count }: Surface, zone: Uint8Array): Int32Array {
  const nearest = new Int32Array(resolution ** 3).fill(-1);
  const squared = new Float32Array(resolution ** 3).fill(Number.POSITIVE_INFINITY);
  const plane = resolution * resolution;
  const column = (cell: number) => cell % resolution;
  const row = (cell: number) => Math.floor(cell / resolution) % resolution;
  const layer = (cell: number) => Math.floor(cell / plane);
  let front: number[] = [];
  for (let i = 0; i < count; i++) {
    nearest[cellOf[i]] = i;
    squared[cellOf[i]] = 0;
    front.push(cellOf[i]);
  }
  // Each cell hands its nearest on to its neighbours, as long as that brings them one that is nearer.
  while (front.length) {
    const next: number[] = [];
    for (const cell of front) {
      const source = nearest[cell];
      const [sx, sy, sz] = [column(cellOf[source]), row(cellOf[source]), layer(cellOf[source])];
      const [x, y, z] = [column(cell), row(cell), layer(cell)];
      for (let cz = Math.max(0, z - 1); cz <= Math.min(resolution - 1, z + 1); cz++) {
        for (let cy = Math.max(0, y - 1); cy <= Math.min(resolution - 1, y + 1); cy++) {
          for (let cx = Math.max(0, x - 1); cx <= Math.min(resolution - 1, x + 1); cx++) {
            const to = cx + resolution * cy + plane * cz;
            if (!zone[to]) continue;
            const far = (cx - sx) ** 2 + (cy - sy) ** 2 + (cz - sz) ** 2;
            if (far >= squared[to] || far > REACH * REACH) continue;
            squared[to] = far;
            nearest[to] = source;
            next.push(to);
          }
        }
      }
    }
    front = next;
  }
  return nearest;
}
