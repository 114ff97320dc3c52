// Scene units to field coordinates and back on the CPU, as shaders/common/space.wgsl has it: bounded scenes fill the
// cube by their box [-1, 1]^3; unbounded ones have the box in its middle half and all beyond contracted round it.

import type { Vec3 } from '../scene/matrix.ts';

/** Contracted units from the cube's side at which scene_from_field stops: norm 50. */
const OUTERMOST = 0.02;

const maxNorm = (p: readonly number[]) => Math.max(Math.abs(p[0]), Math.abs(p[1]), Math.abs(p[2]));

export function fieldFromScene([x, y, z]: Readonly<Vec3>, unbounded: boolean): Vec3 {
  if (!unbounded) return [x / 2 + 0.5, y / 2 + 0.5, z / 2 + 0.5];
  const norm = maxNorm([x, y, z]);
  const factor = norm > 1 ? (2 - 1 / norm) / norm / 4 : 1 / 4;
  return [x * factor + 0.5, y * factor + 0.5, z * factor + 0.5];
}

export function sceneFromField([x, y, z]: Readonly<Vec3>, unbounded: boolean): Vec3 {
  if (!unbounded) return [2 * x - 1, 2 * y - 1, 2 * z - 1];
  const contracted: Vec3 = [4 * x - 2, 4 * y - 2, 4 * z - 2];
  const norm = maxNorm(contracted);
  const factor = norm > 1 ? 1 / (Math.max(2 - norm, OUTERMOST) * norm) : 1;
  return [contracted[0] * factor, contracted[1] * factor, contracted[2] * factor];
}

/** Scene units along the longest side of a cell of so many a side that holds the point. */
export function cellSize(p: Readonly<Vec3>, resolution: number, unbounded: boolean): number {
  if (!unbounded) return 2 / resolution;
  return (4 / resolution) * Math.max(1, maxNorm(p)) ** 2;
}
