// Marching, packing and the contraction against the CPU: bounded and contracted scenes, rays that never enter, chunks too
// small for their rays. Which side of a cell's face a sample falls may differ in the last bits of f32: rays whose samples
// change under a shift of 1e-5 are left out of the comparison, and only few may be.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../../src/gpu/device.ts';
import { Kernel } from '../../../src/gpu/kernel.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import { NerfKernels } from '../../../src/nerf/kernels.ts';
import { marchSteps } from '../../../src/nerf/space.ts';
import { rayOfPixel } from '../../../src/scene/rays.ts';
import spaceWgsl from '../../../src/shaders/common/space.wgsl?raw';
import { cameraAround, SMALL_FIELD } from '../../reference/nerf/cases.ts';
import { rowOf, runKernel } from '../../reference/nerf/kernel-harness.ts';
import {
  fieldFromScene,
  march,
  occupancyCell,
  type Point,
  scanCounts,
  sceneFromField,
} from '../../reference/nerf/space.ts';
import { pattern } from '../../reference/pattern.ts';

let gpu: Gpu;
let kernels: NerfKernels;
beforeAll(async () => {
  gpu = await openNodeGpu({ defaultsOnly: true });
  kernels = await NerfKernels.create(gpu, SMALL_FIELD);
});
afterAll(() => closeNodeGpu(gpu));

const { near, cone, stepMin } = SMALL_FIELD;
const close = { absolute: 5e-6, relative: 1e-5 };

describe.each([
  [1, 4096, 0],
  [33, 4096, 0],
  [33, 4096, 1],
  [300, 700, 1],
])('march_count, scan_counts and march_write: %i rays in room for %i (unbounded: %i)', (count, capacity, unbounded) => {
  const resolution = SMALL_FIELD.occupancyResolution;
  // Whole rows of cells on or off; a third of the rays start inside a wall of empty rows or miss the box.
  const bits = Uint32Array.from(pattern(resolution ** 2, 9), (v) => (v > 0.6 ? 0xffffffff : 0));
  const occupied = (cell: number) => ((bits[cell >> 5] >>> (cell & 31)) & 1) === 1;
  const rays = Array.from({ length: count }, (_, r) => {
    const camera = cameraAround(r, 8, 8);
    const { origin, direction } = rayOfPixel(camera, r % 8, (r * 3) % 8);
    const range = r % 5 === 4 ? [2, 1] : [near + 0.01 * (r % 7), r % 2 ? 3 : 5];
    return {
      origin: [...origin].map(Math.fround) as Point,
      direction: [...direction].map(Math.fround) as Point,
      range,
    };
  });
  const walk = { resolution, unbounded: unbounded === 1, cone, stepMin, sampleLimit: 40 };
  const samplesOf = (r: number, shift = 0) => {
    const { origin, direction, range } = rays[r];
    const moved = origin.map((v) => v + shift) as Point;
    return march(moved, direction, [range[0], range[1] - shift], occupied, walk);
  };

  it('agree with the reference; rays that do not fit are dropped whole', async () => {
    const packed = rays.flatMap(({ origin, direction, range }) => [...origin, range[0], ...direction, range[1]]);
    const uniforms = {
      ray_count: count,
      resolution,
      unbounded,
      sample_limit: 40,
      step_limit: marchSteps(SMALL_FIELD),
      cone,
      step_min: stepMin,
    };
    const groups = [Math.ceil(count / 64)] as const;
    const common = { rays: Float32Array.from(packed), occupancy_bits: bits };
    const counts = (
      await runKernel(
        gpu,
        kernels.get('march_count'),
        { ...common, ray_sample_count: new Uint32Array(count) },
        uniforms,
        groups,
        ['ray_sample_count'],
      )
    ).ray_sample_count;
    const firm = rays.map((_, r) => {
      const n = samplesOf(r).length;
      return [1e-5, -1e-5].every((shift) => samplesOf(r, shift).length === n);
    });
    expect(firm.filter(Boolean).length).toBeGreaterThan(0.8 * count);
    rays.forEach((_, r) => {
      if (firm[r]) expect(counts[r]).toBe(samplesOf(r).length);
    });

    const scanned = await runKernel(
      gpu,
      kernels.get('scan_counts'),
      { counts, ray_span: new Uint32Array(2 * count), counters: new Uint32Array(20) },
      { ray_count: count, capacity, levels: 4, chunk: 128, density_neurons: 5, colour_neurons: 6 },
      [1],
      ['ray_span', 'counters'],
    );
    const expected = scanCounts([...counts], capacity);
    expect([...scanned.ray_span]).toEqual(expected.spans.flat());
    const { samples, wanted } = expected;
    const [groupsOf64, chunks] = [Math.ceil(samples / 64), Math.ceil(samples / 128)];
    expect([...scanned.counters]).toEqual([
      samples,
      expected.rays,
      wanted,
      0,
      groupsOf64,
      4,
      1,
      groupsOf64,
      1,
      1,
      chunks,
      6,
      1,
      chunks,
      5,
      1,
      Math.ceil(samples / 256),
      1,
      1,
      0,
    ]);
    if (count === 300) expect(expected.rays).toBeLessThan(count);

    const stride = capacity;
    const written = await runKernel(
      gpu,
      kernels.get('march_write'),
      {
        ...common,
        ray_span: scanned.ray_span,
        sample_position: new Float32Array(3 * stride),
        sample_t: new Float32Array(2 * stride),
      },
      { ...uniforms, stride },
      groups,
      ['sample_position', 'sample_t'],
    );
    for (let r = 0; r < expected.rays; r++) {
      if (!firm[r]) continue;
      samplesOf(r).forEach(({ q, t, dt }, k) => {
        const s = expected.spans[r][0] + k;
        expect(rowOf(written.sample_position, s, stride, 3)).toBeAllclose(q, { absolute: 1e-5 });
        expect(written.sample_t.slice(2 * s, 2 * s + 2)).toBeAllclose([t, dt], { absolute: 1e-5 });
      });
    }
    expect(written.sample_t.slice(2 * samples).every((v) => v === 0)).toBe(true);
  });
});

describe('scan_counts', () => {
  it.each([
    ['exactly full', [3, 0, 4, 0], 7],
    ['one too many', [3, 0, 5, 0], 7],
    ['the first ray too long', [9, 1], 7],
    ['nothing to see', [0, 0, 0], 7],
    ['more rays than lanes', Array.from({ length: 777 }, (_, r) => r % 4), 1000],
  ])('%s', async (_, counts, capacity) => {
    const { ray_span, counters } = await runKernel(
      gpu,
      kernels.get('scan_counts'),
      {
        counts: Uint32Array.from(counts),
        ray_span: new Uint32Array(2 * counts.length),
        counters: new Uint32Array(20).fill(99),
      },
      { ray_count: counts.length, capacity, levels: 4, chunk: 128, density_neurons: 5, colour_neurons: 6 },
      [1],
      ['ray_span', 'counters'],
    );
    const expected = scanCounts(counts, capacity);
    expect([...ray_span]).toEqual(expected.spans.flat());
    expect([...counters.slice(0, 3)]).toEqual([expected.samples, expected.rays, expected.wanted]);
  });
});

describe('space.wgsl', () => {
  const probe = `
@group(0) @binding(0) var<storage, read> points: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> field: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> scene: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> cells: array<u32>;
@compute @workgroup_size(64) fn probe(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= arrayLength(&points)) { return; }
  let p = points[id.x];
  let q = field_from_scene(p.xyz, u32(p.w));
  field[id.x] = vec4f(q, 0.0);
  scene[id.x] = vec4f(scene_from_field(q, u32(p.w)), 0.0);
  cells[id.x] = occupancy_cell(q, 32u);
}`;
  it('contracts, undoes it and finds cells as the reference does', async () => {
    const count = 50;
    const values = pattern(3 * count, 1);
    const points = Array.from({ length: count }, (_, i) => {
      const size = [0.8, 1.3, 5, 40, 400][i % 5];
      return Array.from(values.subarray(3 * i, 3 * i + 3), (v) => Math.fround(size * (2 * v - 1))) as Point;
    });
    const kernel = await Kernel.create(gpu, { name: 'probe', code: probe, shared: [spaceWgsl] });
    const found = await runKernel(
      gpu,
      kernel,
      {
        points: Float32Array.from(points.flatMap((p, i) => [...p, i % 2])),
        field: new Float32Array(4 * count),
        scene: new Float32Array(4 * count),
        cells: new Uint32Array(count),
      },
      {},
      [1],
      ['field', 'scene', 'cells'],
    );
    points.forEach((p, i) => {
      const q = fieldFromScene(p, i % 2 === 1);
      expect(found.field.slice(4 * i, 4 * i + 3)).toBeAllclose(q, close);
      // 2 - norm loses digits far out: its f32 error of 2e-7 against 1 / norm.
      const scene = sceneFromField(q, i % 2 === 1);
      const digits = 1e-6 * (1 + Math.max(...scene.map(Math.abs)));
      expect(found.scene.slice(4 * i, 4 * i + 3)).toBeAllclose(scene, { absolute: 5e-6, relative: 10 * digits });
      const cell = occupancyCell(q, 32);
      expect(found.cells[i]).toBe(cell < 0 ? 0xffffffff : cell);
    });
    expect(found.cells.some((cell) => cell === 0xffffffff)).toBe(true);
  });
});

it('a walk whose steps move nothing ends all the same', async () => {
  const { occupancyResolution: resolution } = SMALL_FIELD;
  const walk = { ray_count: 1, resolution, unbounded: 0, sample_limit: 40, step_limit: 100, cone: 0, step_min: 1e-30 };
  const { ray_sample_count } = await runKernel(
    gpu,
    kernels.get('march_count'),
    {
      rays: Float32Array.from([0, 0, 0, 0.1, 0, 0, 1, 1e30]),
      occupancy_bits: new Uint32Array(resolution ** 3 / 32),
      ray_sample_count: Uint32Array.from([7]),
    },
    walk,
    [1],
    ['ray_sample_count'],
  );
  expect([...ray_sample_count]).toEqual([0]);
});
