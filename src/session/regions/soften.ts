// Weights of regions from their labels, borders softened: a separable blur of each region, divided by the same blur of
// all cells that may hold something, so that a thin shell stays whole across and is soft only where regions meet.

import { REGION_COUNT } from '../../nerf/blend.ts';

/** Cells of a box. */
interface Box {
  from: [number, number, number];
  to: [number, number, number];
}

/**
 * @param labels 0..4. [resolution^3]
 * @param zone where samples may lie. [resolution^3] 0 or 1
 * @param radii of the borders of regions 1..4, cells
 * @returns 4 x unorm8 a cell, regions 1..4 from the lowest byte up, in sum 255 at most. [resolution^3]
 */
export function softWeights(
  labels: Uint8Array,
  zone: Uint8Array,
  resolution: number,
  radii: readonly number[],
): Uint32Array<ArrayBuffer> {
  const weights = new Uint32Array(labels.length);
  const bytes = new Uint8Array(weights.buffer);
  const crowded = new Float32Array(labels.length);
  for (let region = 1; region <= REGION_COUNT; region++) {
    const radius = Math.round(radii[region - 1] ?? 0);
    const box = boxOf(labels, region, resolution, 2 * radius);
    if (!box) continue;
    const share = radius > 0 ? softShare(labels, zone, resolution, box, region, radius) : null;
    let k = 0;
    forBox(box, resolution, (cell) => {
      const weight = share ? share[k++] : labels[cell] === region ? 1 : 0;
      bytes[4 * cell + region - 1] = Math.round(255 * weight);
      crowded[cell] += weight;
    });
  }
  // Several soft borders may overlap.
  for (let cell = 0; cell < labels.length; cell++) {
    if (crowded[cell] <= 1) continue;
    for (let r = 0; r < REGION_COUNT; r++) bytes[4 * cell + r] = Math.floor(bytes[4 * cell + r] / crowded[cell]);
  }
  return weights;
}

/** Of one region in a box, after the blur. [cells of the box] 0..1 */
function softShare(
  labels: Uint8Array,
  zone: Uint8Array,
  resolution: number,
  box: Box,
  region: number,
  radius: number,
): Float32Array {
  const size = [0, 1, 2].map((a) => box.to[a] - box.from[a]);
  const inside = new Float32Array(size[0] * size[1] * size[2]);
  const all = new Float32Array(inside.length);
  let k = 0;
  forBox(box, resolution, (cell) => {
    inside[k] = labels[cell] === region ? 1 : 0;
    all[k++] = zone[cell] || labels[cell] ? 1 : 0;
  });
  // Two box blurs are a tent: nothing of the border shows an edge.
  for (let pass = 0; pass < 2; pass++) {
    for (let axis = 0; axis < 3; axis++) {
      blurAxis(inside, size, axis, radius);
      blurAxis(all, size, axis, radius);
    }
  }
  for (let i = 0; i < inside.length; i++) inside[i] = all[i] > 1e-6 ? Math.min(1, inside[i] / all[i]) : 0;
  return inside;
}

/** Running sums over 2 radius + 1 cells; beyond the box there is nothing. */
function blurAxis(values: Float32Array, size: number[], axis: number, radius: number): void {
  const stride = axis === 0 ? 1 : axis === 1 ? size[0] : size[0] * size[1];
  const length = size[axis];
  const line = new Float32Array(length);
  const lines = values.length / length;
  for (let i = 0; i < lines; i++) {
    const first = Math.floor(i / stride) * stride * length + (i % stride);
    for (let k = 0; k < length; k++) line[k] = values[first + k * stride];
    let sum = 0;
    for (let k = 0; k < Math.min(radius, length); k++) sum += line[k];
    for (let k = 0; k < length; k++) {
      if (k + radius < length) sum += line[k + radius];
      if (k - radius - 1 >= 0) sum -= line[k - radius - 1];
      values[first + k * stride] = sum / (2 * radius + 1);
    }
  }
}

/** The box that holds a region and so many cells round it; null for an empty region. */
function boxOf(labels: Uint8Array, region: number, resolution: number, margin: number): Box | null {
  const low = [resolution, resolution, resolution];
  const high = [-1, -1, -1];
  for (let z = 0, cell = 0; z < resolution; z++) {
    for (let y = 0; y < resolution; y++) {
      for (let x = 0; x < resolution; x++, cell++) {
        if (labels[cell] !== region) continue;
        if (x < low[0]) low[0] = x;
        if (x > high[0]) high[0] = x;
        if (y < low[1]) low[1] = y;
        if (y > high[1]) high[1] = y;
        if (z < low[2]) low[2] = z;
        high[2] = z;
      }
    }
  }
  if (high[2] < 0) return null;
  const from = low.map((v) => Math.max(0, v - margin)) as Box['from'];
  const to = high.map((v) => Math.min(resolution, v + 1 + margin)) as Box['to'];
  return { from, to };
}

function forBox({ from, to }: Box, resolution: number, visit: (cell: number) => void): void {
  for (let z = from[2]; z < to[2]; z++) {
    for (let y = from[1]; y < to[1]; y++) {
      const row = resolution * (y + resolution * z);
      for (let x = from[0]; x < to[0]; x++) visit(row + x);
    }
  }
}
