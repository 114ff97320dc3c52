// Compositing on the GPU, forward and backward, against the CPU reference and PyTorch's values; and the two kernels that
// pack what light reaches. Rays of 0, 1 and many samples lie packed in one buffer.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import { NerfKernels } from '../../../src/nerf/kernels.ts';
import fixture from '../../fixtures/nerf/composite.json' with { type: 'json' };
import { rayOfCase, SMALL_FIELD } from '../../reference/nerf/cases.ts';
import { composite, compositeBackward, densityOf, IDENTITY, type RaySamples } from '../../reference/nerf/composite.ts';
import { columns, rowOf, runKernel } from '../../reference/nerf/kernel-harness.ts';
import { surfacePoints } from '../../reference/nerf/surface-points.ts';
import { pattern } from '../../reference/pattern.ts';

let gpu: Gpu;
let kernels: NerfKernels;
beforeAll(async () => {
  gpu = await openNodeGpu({ defaultsOnly: true });
  kernels = await NerfKernels.create(gpu, SMALL_FIELD);
});
afterAll(() => closeNodeGpu(gpu));

interface TestRay extends RaySamples {
  background: number[];
  dPixel: number[];
}

const { far, cosine, distortion } = fixture.settings;

/** Forward, then backward from what it gave, for rays packed one after another from pixel `first` on. */
async function run(rays: TestRay[], map: number[], weight: number, { first = 3, opaque = false } = {}) {
  const counts = rays.map((ray) => ray.t.length);
  const starts = counts.map((_, r) => counts.slice(0, r).reduce((a, b) => a + b, 0));
  const total = counts.reduce((a, b) => a + b, 0);
  const stride = total + 5;
  const samples = new Float32Array(4 * stride);
  const colours: number[][] = [];
  rays.forEach((ray, r) => {
    for (let i = 0; i < counts[r]; i++) {
      samples.set([ray.t[i], ray.dt[i], ray.raw[i], 1], 4 * (starts[r] + i));
      colours.push([ray.rgb[3 * i], ray.rgb[3 * i + 1], ray.rgb[3 * i + 2]]);
    }
  });
  const pixels = rays.length + first;
  const common = {
    survivor_span: Uint32Array.from(counts.flatMap((count, r) => [starts[r], count])),
    survivor_sample: samples,
    rgb: columns([...colours, [0, 0, 0]], stride),
  };
  const uniforms = { ray_count: rays.length, stride, first_pixel: first, colour_map: { rows: map } };
  const groups = [Math.ceil(rays.length / 64)] as const;
  const forward = await runKernel(
    gpu,
    kernels.get('composite'),
    {
      ...common,
      ray_background: Float32Array.from(rays.flatMap((ray) => [...ray.background, cosine])),
      pixel_rgb: new Float32Array(3 * pixels),
      pixel_depth: new Float32Array(pixels),
      pixel_opacity: new Float32Array(pixels),
    },
    { ...uniforms, far, opaque: opaque ? 1 : 0 },
    groups,
    ['pixel_rgb', 'pixel_depth', 'pixel_opacity'],
  );
  const d_pixel_rgb = new Float32Array(3 * pixels);
  rays.forEach((ray, r) => {
    d_pixel_rgb.set(ray.dPixel, 3 * (first + r));
  });
  const backward = await runKernel(
    gpu,
    kernels.get('composite_backward'),
    {
      ...common,
      pixel_rgb: forward.pixel_rgb,
      d_pixel_rgb,
      d_rgb: new Float32Array(3 * stride),
      d_raw_density: new Float32Array(stride),
    },
    { ...uniforms, distortion: weight },
    groups,
    ['d_rgb', 'd_raw_density'],
  );
  return rays.map((_, r) => ({
    rgb: forward.pixel_rgb.slice(3 * (first + r), 3 * (first + r) + 3),
    depth: forward.pixel_depth[first + r],
    opacity: forward.pixel_opacity[first + r],
    dRgb: Array.from({ length: counts[r] }, (_, i) => rowOf(backward.d_rgb, starts[r] + i, stride, 3)).flat(),
    dRaw: backward.d_raw_density.slice(starts[r], starts[r] + counts[r]),
  }));
}

// Opacity is 1 - light in f32, so that depth of a nearly empty ray has few digits: 1e-4.
const close = { absolute: 2e-6, relative: 1e-4 };

describe('composite and composite_backward', () => {
  it.each(fixture.cases)('agree with PyTorch, $count samples', async (c) => {
    const [found] = await run([rayOfCase(c)], fixture.maps[c.map as 'mixed'], distortion);
    expect(found.rgb).toBeAllclose(c.rgb, close);
    expect([found.opacity, found.depth]).toBeAllclose([c.opacity, c.depth], close);
    expect(found.dRgb).toBeAllclose(c.dRgb, close);
    expect(found.dRaw).toBeAllclose(c.dRaw, close);
  });

  it('agree with the reference for 33 rays, empty ones and clamped colours among them, with and without distortion', async () => {
    const rays = Array.from({ length: 33 }, (_, r) => rayOfCase({ count: (r * 7) % 17, seed: 10 * r, offset: 1 }));
    const pushing = [1.5, -0.4, 0.2, 0.1, 0, 1.8, 0, -0.3, -0.5, 0, 1, 0];
    for (const [map, weight] of [
      [IDENTITY, 0],
      [pushing, 0],
      [pushing, 0.5],
    ] as const) {
      const found = await run(rays, [...map], weight);
      rays.forEach((ray, r) => {
        const expected = composite(ray, ray.background, { far, cosine, map });
        expect(found[r].rgb).toBeAllclose(expected.rgb, close);
        expect([found[r].opacity, found[r].depth]).toBeAllclose([expected.opacity, expected.depth], close);
        const gradient = compositeBackward(ray, ray.background, ray.dPixel, { map, distortion: weight });
        expect(found[r].dRgb).toBeAllclose(gradient.dRgb, close);
        expect(found[r].dRaw).toBeAllclose(gradient.dRaw, { absolute: 1e-5, relative: 1e-4 });
      });
    }
    expect(rays.some((ray) => ray.t.length === 0)).toBe(true);
  });
});

describe('composite of an opaque scene', () => {
  it('shows behind what is met in part the same colour, and the background where next to nothing is met', async () => {
    const rays = [0.001, 0.05, 0.15, 0.6, 3].map((thickness, r) => {
      const ray = rayOfCase({ count: 3, seed: r, offset: 0 });
      const raw = Array.from(ray.dt, (dt) => 1 + Math.log(thickness / 3 / dt));
      return { ...ray, raw };
    });
    const found = await run(rays, IDENTITY, 0, { opaque: true });
    rays.forEach((ray, r) => {
      const expected = composite(ray, ray.background, { far, cosine, opaque: true });
      expect(found[r].rgb).toBeAllclose(expected.rgb, close);
      expect(found[r].opacity).toBeCloseTo(expected.opacity, 5);
    });
    expect([...found[0].rgb]).toBeAllclose(rays[0].background, { absolute: 2e-3 });
    // Of the fourth, 45 % is opaque, and all of its colour is that of its samples.
    const bare = composite(rays[3], [0, 0, 0]);
    expect(found[3].rgb).toBeAllclose(
      bare.rgb.map((v) => v / bare.opacity),
      { absolute: 1e-4 },
    );
  });
});

describe('count_visible and compact', () => {
  const stride = 1024;
  /** Packs rays of these lengths, one after another; says which samples stayed. */
  async function pack(
    lengths: number[],
    raw: Float32Array<ArrayBuffer>,
    dt: Float64Array,
    min_weight: number,
    points = 0,
  ) {
    const count = lengths.length;
    const starts = lengths.map((_, r) => lengths.slice(0, r).reduce((a, b) => a + b, 0));
    const sample_t = Float32Array.from({ length: 2 * stride }, (_, k) => (k % 2 ? dt[k >> 1] : k / 100));
    const ray_span = Uint32Array.from(lengths.flatMap((length, r) => [starts[r], length]));
    const { survivor_count } = await runKernel(
      gpu,
      kernels.get('count_visible'),
      { ray_span, sample_t, raw_density: raw, survivor_count: new Uint32Array(count) },
      { ray_count: count, min_weight, points },
      [1],
      ['survivor_count'],
    );
    const kept = [...survivor_count];
    const firsts = kept.map((_, r) => kept.slice(0, r).reduce((a, b) => a + b, 0));
    const packed = await runKernel(
      gpu,
      kernels.get('compact'),
      {
        ray_span,
        survivor_span: Uint32Array.from(kept.flatMap((n, r) => [firsts[r], n])),
        sample_position: Float32Array.from({ length: 3 * stride }, (_, k) => k),
        sample_t,
        raw_density: raw,
        survivor_position: new Float32Array(3 * stride),
        survivor_sample: new Float32Array(4 * stride),
        survivor_index: new Uint32Array(2 * stride),
      },
      { ray_count: count, stride, min_weight, points },
      [1],
      ['survivor_position', 'survivor_sample', 'survivor_index'],
    );
    return { starts, firsts, kept, packed, t: (s: number) => sample_t[2 * s] };
  }

  it.each([
    [1, 0],
    [33, 0],
    [33, 1 / 256],
    [33, 0.1],
  ])('keep what light reaches and weighs, %i rays, at least %f', async (count, minWeight) => {
    const lengths = Array.from({ length: count }, (_, r) => (count === 1 ? 20 : (r * 11) % 30));
    const raw = Float32Array.from(pattern(stride, 1), (v) => 8 * v - 2);
    const dt = pattern(stride, 2).map((v) => Math.fround(0.02 + 0.1 * v));
    const { starts, firsts, kept, packed, t } = await pack(lengths, raw, dt, minWeight);
    expect(kept.some((n, r) => n < lengths[r])).toBe(true);
    lengths.forEach((length, r) => {
      // A sample stays when it and those left out before it weigh enough together; their matter is then its own.
      const expected: { s: number; thickness: number; light: number }[] = [];
      let light = 1;
      let thickness = 0;
      for (let s = starts[r]; s < starts[r] + length && light > 1e-4; s++) {
        const before = light * Math.exp(thickness);
        thickness += densityOf(raw[s]) * dt[s];
        light *= Math.exp(-densityOf(raw[s]) * dt[s]);
        if (before - light < minWeight) continue;
        expected.push({ s, thickness, light: before });
        thickness = 0;
      }
      expect(kept[r]).toBe(expected.length);
      expected.forEach(({ s, thickness, light }, k) => {
        const i = firsts[r] + k;
        expect([...packed.survivor_index.slice(2 * i, 2 * i + 2)]).toEqual([s, r]);
        expect(rowOf(packed.survivor_position, i, stride, 3)).toEqual([s, stride + s, 2 * stride + s]);
        const sample = [t(s), thickness / densityOf(raw[s]), raw[s], light];
        expect(packed.survivor_sample.slice(4 * i, 4 * i + 4)).toBeAllclose(sample, close);
      });
    });
  });

  it.each([1, 2, 4])('or keep the surface in at most %i points, which weigh as much as the ray', async (points) => {
    const lengths = Array.from({ length: 33 }, (_, r) => (r * 11) % 30);
    // Thick, thin and empty: of every fourth ray too little is left to be a surface.
    const raw = Float32Array.from(pattern(stride, 1), (v, k) => 6 * v - 2 - (k % 4 === 0 ? 3 : 0));
    const dt = pattern(stride, 2).map((v) => Math.fround(0.02 + 0.1 * v));
    raw.fill(-12, 0, 40);
    const { starts, firsts, kept, packed } = await pack(lengths, raw, dt, 0, points);
    expect(Math.max(...kept)).toBe(points);
    lengths.forEach((length, r) => {
      const [from, to] = [starts[r], starts[r] + length];
      const expected = surfacePoints({ dt: dt.slice(from, to), raw: raw.slice(from, to) }, points);
      expect(kept[r]).toBe(expected.length);
      let reached = 1;
      expected.forEach(({ sample, weight }, k) => {
        const i = firsts[r] + k;
        expect([...packed.survivor_index.slice(2 * i, 2 * i + 2)]).toEqual([from + sample, r]);
        const [, length, own, transmittance] = packed.survivor_sample.slice(4 * i, 4 * i + 4);
        expect(transmittance).toBeCloseTo(reached, 5);
        const next = reached * Math.exp(-densityOf(own) * length);
        expect(reached - next).toBeCloseTo(weight, 3);
        reached -= weight;
      });
    });
  });

  it('fog whose every sample weighs too little keeps its opacity', async () => {
    const minWeight = 1 / 256;
    // 200 samples of optical depth 0.003: 45 % of the light is lost, none of it by a sample of weight 1/256.
    const raw = new Float32Array(stride).fill(1 + Math.log(0.3));
    const { kept, packed } = await pack([200, 1], raw, new Float64Array(stride).fill(0.01), minWeight);
    const depth = Array.from({ length: kept[0] }, (_, i) => 0.3 * packed.survivor_sample[4 * i + 1]);
    const opacity = 1 - Math.exp(-depth.reduce((a, b) => a + b, 0));
    expect(Math.abs(opacity - (1 - Math.exp(-0.6)))).toBeLessThan(minWeight);
    expect(kept[0]).toBeLessThan(150);
    expect(kept[1]).toBe(0);
  });
});
