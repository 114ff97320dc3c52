// CPU reference of a baked field: what its atlas holds between nodes, and a view's ray through it, walked step by step
// without any leap. In float64.

import { densityCode } from '../../../src/nerf/bake/baked-field.ts';
import type { BrickLayout } from '../../../src/nerf/bake/bricks.ts';
import type { FieldConfig } from '../../../src/nerf/config.ts';
import { overResidual } from './composite.ts';
import { march, occupancyCell, type Point } from './space.ts';

/** Code of a density, log(1 + density / floor) / range, clamped to 0..1. */
export function codedDensity(density: number, config: Pick<FieldConfig, 'stepMin'>): number {
  const { density_floor, density_range } = densityCode(config);
  return Math.min(1, Math.max(0, Math.log(1 + density / density_floor) / density_range));
}

export function densityOfCode(code: number, config: Pick<FieldConfig, 'stepMin'>): number {
  const { density_floor, density_range } = densityCode(config);
  return density_floor * (Math.exp(code * density_range) - 1);
}

/** Value of a node as eight bits keep it: colour and coded density. */
export type NodeValue = (brick: number, node: number) => number[];

/** Trilinear between the nodes of the brick that q lies in, or null in an empty cell. */
export function sampleBricks(q: Point, { cells, resolution, voxels }: BrickLayout, value: NodeValue): number[] | null {
  const brick = cells.indexOf(occupancyCell(q, resolution));
  if (brick < 0) return null;
  const at = q.map((v) => (v * resolution - Math.floor(v * resolution)) * voxels);
  const base = at.map((v) => Math.min(voxels - 1, Math.floor(v)));
  const out = [0, 0, 0, 0];
  for (let k = 0; k < 8; k++) {
    const side = [k & 1, (k >> 1) & 1, k >> 2];
    const weight = side.reduce((w, s, a) => w * (s ? at[a] - base[a] : 1 - (at[a] - base[a])), 1);
    const [x, y, z] = base.map((v, a) => v + side[a]);
    value(brick, x + (voxels + 1) * (y + (voxels + 1) * z)).forEach((v, c) => {
      out[c] += weight * v;
    });
  }
  return out;
}

export function bakedRay(
  { origin, direction }: { origin: Point; direction: Point },
  range: [number, number],
  layout: BrickLayout,
  value: NodeValue,
  config: FieldConfig,
  {
    unbounded,
    background,
    cosine,
    opaque,
  }: { unbounded: boolean; background: readonly number[]; cosine: number; opaque: boolean },
) {
  const occupied = new Set(layout.cells);
  const walk = { ...config, resolution: layout.resolution, unbounded, sampleLimit: Number.POSITIVE_INFINITY };
  let transmittance = 1;
  let depth = 0;
  const rgb = [0, 0, 0];
  for (const { q, t, dt } of march(origin, direction, range, (cell) => occupied.has(cell), walk)) {
    const sample = sampleBricks(q, layout, value)!;
    const next = transmittance * Math.exp(-densityOfCode(sample[3], config) * dt);
    for (let c = 0; c < 3; c++) rgb[c] += (transmittance - next) * sample[c];
    depth += (transmittance - next) * t;
    transmittance = next;
    if (transmittance <= 1e-3) break;
  }
  const opacity = 1 - transmittance;
  return {
    rgb: overResidual(rgb, transmittance, background, opaque),
    depth: cosine * (opacity > 0.01 ? depth / opacity : config.far),
    opacity,
  };
}
