// Scene units to field coordinates on the CPU, as shaders/common/space.wgsl has it: bounded scenes fill the
// cube by their box [-1, 1]^3; unbounded ones have the box in its middle half and all beyond contracted round it.

import type { Vec3 } from '../scene/matrix.ts';
import type { FieldConfig } from './config.ts';

const maxNorm = (p: readonly number[]) => Math.max(Math.abs(p[0]), Math.abs(p[1]), Math.abs(p[2]));

export function fieldFromScene([x, y, z]: Readonly<Vec3>, unbounded: boolean): Vec3 {
  if (!unbounded) return [x / 2 + 0.5, y / 2 + 0.5, z / 2 + 0.5];
  const norm = maxNorm([x, y, z]);
  const factor = norm > 1 ? (2 - 1 / norm) / norm / 4 : 1 / 4;
  return [x * factor + 0.5, y * factor + 0.5, z * factor + 0.5];
}

/** Scene units along the longest side of a cell of so many a side that holds the point. */
export function cellSize(p: Readonly<Vec3>, resolution: number, unbounded: boolean): number {
  if (!unbounded) return 2 / resolution;
  return (4 / resolution) * Math.max(1, maxNorm(p)) ** 2;
}

/** Steps of the longest march that a field may ask for; the presets' take 300 to 1500. */
export const MOST_MARCH_STEPS = 1 << 16;

/**
 * Steps that a ray takes from near to far at most, by march_step of space.wgsl: constant ones, then such as grow with
 * distance. A hundredth more, since the shaders add them up in f32. What bounds the shaders' walks, so that no field can
 * hold one up where a step no longer moves a distance in f32.
 */
export function marchSteps({
  near,
  far,
  stepMin,
  cone,
}: Pick<FieldConfig, 'near' | 'far' | 'stepMin' | 'cone'>): number {
  const change = Math.min(far, Math.max(near, cone > 0 ? stepMin / cone : far));
  const constant = Math.max(0, change - near) / stepMin;
  const growing = change < far ? Math.log(far / change) / Math.log1p(cone) : 0;
  return Math.ceil(1.01 * (constant + growing)) + 8;
}
