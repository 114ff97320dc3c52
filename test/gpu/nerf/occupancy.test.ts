// The occupancy grid's kernels against plain loops: which cells light has reached, the points that probe them, their
// running thickness, its mean, and the bits that the march reads. Odd counts, cells that are off for ever among them.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import { NerfKernels } from '../../../src/nerf/kernels.ts';
import { SMALL_FIELD } from '../../reference/nerf/cases.ts';
import { densityOf } from '../../reference/nerf/composite.ts';
import { columns, counted, rowOf, runKernel } from '../../reference/nerf/kernel-harness.ts';
import { occupancyCell, type Point, randomF32, sceneFromField } from '../../reference/nerf/space.ts';
import { pattern } from '../../reference/pattern.ts';

let gpu: Gpu;
let kernels: NerfKernels;
beforeAll(async () => {
  gpu = await openNodeGpu({ defaultsOnly: true });
  kernels = await NerfKernels.create(gpu, SMALL_FIELD);
});
afterAll(() => closeNodeGpu(gpu));

const STRIDE = 64;
/** Middle of a cell of an n^3 grid, field coordinates. */
const middle = (cell: number, n: number) =>
  [cell % n, Math.floor(cell / n) % n, Math.floor(cell / (n * n))].map((v) => (v + 0.5) / n) as Point;

describe('mark_seen', () => {
  it.each([0, 1, 33])('notes the step in the cells that light reaches, %i survivors', async (count) => {
    const values = pattern(4 * STRIDE, 1);
    // The last point lies outside the cube; every third gets too little light.
    const points = Array.from({ length: STRIDE }, (_, i) =>
      i === 32 ? ([1.5, 0.5, 0.5] as Point) : (Array.from(values.subarray(4 * i, 4 * i + 3), Math.fround) as Point),
    );
    const lights = points.map((_, i) => (i % 3 === 2 ? 0.01 : 0.03 + values[4 * i + 3]));
    const before = Uint32Array.from({ length: 8 ** 3 }, (_, cell) => (cell % 2 ? 90 : 3));
    const { last_seen } = await runKernel(
      gpu,
      kernels.get('mark_seen'),
      {
        counters: counted(count),
        survivor_position: columns(points, STRIDE),
        survivor_sample: Float32Array.from(lights.flatMap((light) => [1, 1, 1, light])),
        last_seen: before,
      },
      { stride: STRIDE, resolution: 8, step: 40 },
      [1],
      ['last_seen'],
    );
    const expected = before.slice();
    points.slice(0, count).forEach((q, i) => {
      const cell = occupancyCell(q, 8);
      if (cell >= 0 && lights[i] >= 0.02) expected[cell] = Math.max(expected[cell], 40);
    });
    expect(last_seen).toEqual(expected);
  });
});

describe('occupancy_sample and occupancy_update', () => {
  const resolution = 8;
  const parts = 8;
  const phase = 3;
  const count = resolution ** 3 / parts;
  const cells = Array.from({ length: count }, (_, i) => i * parts + phase);

  it('probe a random point in each cell of the part', async () => {
    const { sample_position } = await runKernel(
      gpu,
      kernels.get('occupancy_sample'),
      { sample_position: new Float32Array(3 * STRIDE) },
      { sample_count: count, resolution, parts, phase, seed: 7, step: 16, stride: STRIDE },
      [1],
      ['sample_position'],
    );
    cells.forEach((cell, i) => {
      const corner = middle(cell, resolution).map((v) => v - 0.5 / resolution);
      const expected = corner.map((v, a) => v + randomF32(7, 16, i, 10 + a) / resolution);
      expect(rowOf(sample_position, i, STRIDE, 3)).toBeAllclose(expected);
    });
  });

  it.each([0, 1])('keep the larger of what decays and what is found, unbounded: %i', async (unbounded) => {
    const raw = Float32Array.from(pattern(STRIDE, 2), (v) => 6 * v - 4);
    const before = Float32Array.from(pattern(resolution ** 3, 3), (v, cell) => (cell % 5 ? 0.3 * v : -1));
    const { occupancy } = await runKernel(
      gpu,
      kernels.get('occupancy_update'),
      { raw_density: raw, occupancy: before },
      { sample_count: count, resolution, parts, phase, unbounded, cone: 0.1, step_min: 0.05, decay: 0.7 },
      [1],
      ['occupancy'],
    );
    const expected = Float64Array.from(before);
    let kept = 0;
    cells.forEach((cell, i) => {
      if (before[cell] < 0) return;
      const step = Math.max(0.1 * Math.hypot(...sceneFromField(middle(cell, resolution), unbounded === 1)), 0.05);
      const found = densityOf(raw[i]) * step;
      if (found < 0.7 * before[cell]) kept++;
      expected[cell] = Math.max(0.7 * before[cell], found);
    });
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(count);
    expect(occupancy).toBeAllclose(expected);
  });
});

describe('occupancy_mean and occupancy_bits_from_grid', () => {
  it.each([
    ['thin', 0.004, 1],
    ['dense', 2, 1],
    ['thin, of late', 0.004, 0],
  ] as const)('%s: cells above min(0.01, mean), and seen where it matters', async (_, scale, everything) => {
    const count = 32 * 33;
    const occupancy = Float32Array.from(pattern(count, 4), (v, cell) => (cell % 6 ? scale * v : -1));
    const { mean_thickness } = await runKernel(
      gpu,
      kernels.get('occupancy_mean'),
      { occupancy, mean_thickness: new Float32Array(1) },
      { cell_count: count },
      [1],
      ['mean_thickness'],
    );
    const used = occupancy.filter((v) => v >= 0);
    const mean = used.reduce((a, b) => a + b, 0) / used.length;
    expect(mean_thickness).toBeAllclose([mean]);
    const last_seen = Uint32Array.from({ length: count }, (__, cell) => cell % 100);
    const { occupancy_bits } = await runKernel(
      gpu,
      kernels.get('occupancy_bits_from_grid'),
      { occupancy, mean_thickness, last_seen, occupancy_bits: new Uint32Array(count / 32) },
      { word_count: count / 32, seen_since: 60, everything },
      [1],
      ['occupancy_bits'],
    );
    const threshold = Math.min(0.01, mean_thickness[0]);
    const found = Array.from(occupancy, (__, cell) => (occupancy_bits[cell >> 5] >>> (cell & 31)) & 1);
    const expected = Array.from(occupancy, (v, cell) =>
      v > threshold && (everything || last_seen[cell] >= 60) ? 1 : 0,
    );
    expect(found).toEqual(expected);
    expect(new Set(found).size).toBe(2);
  });
});
