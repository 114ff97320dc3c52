// Blends against the CPU reference, and what they promise: a blend that is one appearance is that appearance's picture
// to the bit, a blend without regions is the mix of composited pictures, and regions show what is asked in them.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import { Tensor } from '../../../src/gpu/tensor.ts';
import { type Blend, blendOf } from '../../../src/nerf/blend.ts';
import { fixedCounters } from '../../../src/nerf/counters.ts';
import { type Appearance, Field } from '../../../src/nerf/field.ts';
import { NerfKernels } from '../../../src/nerf/kernels.ts';
import { createRenderTarget, destroyRenderTarget, Renderer } from '../../../src/nerf/renderer.ts';
import { SampleBuffers } from '../../../src/nerf/sample-buffers.ts';
import { blended, shareOf, weightsAt } from '../../reference/nerf/blend.ts';
import { cameraAround, SMALL_FIELD } from '../../reference/nerf/cases.ts';
import { columns, rowOf, runKernel } from '../../reference/nerf/kernel-harness.ts';
import { pattern } from '../../reference/pattern.ts';

let gpu: Gpu;
let kernels: NerfKernels;
beforeAll(async () => {
  gpu = await openNodeGpu({ defaultsOnly: true });
  kernels = await NerfKernels.create(gpu, SMALL_FIELD);
});
afterAll(() => closeNodeGpu(gpu));

const MAPS = [
  [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0],
  // Pushes some colours out of 0..1 on both sides.
  [1.5, -0.4, 0.2, 0.1, 0, 1.8, 0, -0.3, -0.5, 0, 1, 0],
  [0.3, 0.5, 0, 0.1, 0, 0.4, 0.2, 0.2, 0.1, 0, 0.8, 0],
];

/** Weights of four regions that sum to 1 at most in every cell. [resolution^3] u32 */
function someWeights(resolution: number): Uint32Array<ArrayBuffer> {
  const values = pattern(5 * resolution ** 3, 8);
  return Uint32Array.from({ length: resolution ** 3 }, (_, cell) => {
    const five = values.subarray(5 * cell, 5 * cell + 5);
    const sum = five.reduce((a, b) => a + b, 0);
    return five.slice(1).reduce((word, v, r) => word | (Math.floor((255 * v) / sum) << (8 * r)), 0) >>> 0;
  });
}

describe('blend_colour', () => {
  it.each([
    [0, 1],
    [0, 65],
    [1, 65],
    [5, 129],
    [8, 33],
  ])('adds parts as the reference does, %i cells a side, %i samples', async (resolution, count) => {
    const stride = count + 7;
    const cells = someWeights(Math.max(1, resolution));
    // Some beyond the outermost centres, some on faces.
    const q = Array.from({ length: count }, (_, i) =>
      Array.from(pattern(3, i), (v) => Math.fround(i % 5 ? v : Math.round(4 * v) / 4)),
    );
    const parts = MAPS.map((map, n) => ({
      map,
      rgb: Float32Array.from(pattern(3 * count, 20 + n)),
      // In every region the shares sum to 1.
      shares: [0, 1, 2, 3, 4].map((r) => Math.fround(((n + r) % 3) / 3)),
    }));
    let sum = new Float32Array(3 * stride).fill(9);
    for (const [n, { map, rgb, shares }] of parts.entries()) {
      const found = await runKernel(
        gpu,
        kernels.get('blend_colour'),
        {
          counters: fixedCounters(count, 1),
          survivor_position: columns(q, stride),
          region_weights: cells,
          rgb: columns(
            q.map((_, i) => rgb.subarray(3 * i, 3 * i + 3)),
            stride,
          ),
          blended: sum,
        },
        {
          stride,
          resolution,
          first: n === 0 ? 1 : 0,
          share_outside: shares[0],
          share_inside: shares.slice(1),
          colour_map: { rows: map },
        },
        [Math.ceil(count / 64)],
        ['blended'],
      );
      sum = found.blended as Float32Array<ArrayBuffer>;
    }
    for (let i = 0; i < count; i++) {
      const weights = resolution ? weightsAt(cells, resolution, q[i]) : [0, 0, 0, 0];
      expect(parts.reduce((all, { shares }) => all + shareOf(shares, weights), 0)).toBeCloseTo(1, 6);
      expect(rowOf(sum, i, stride, 3)).toBeAllclose(blended(parts, weights, i), { absolute: 5e-6 });
    }
    // What lies behind the last sample is left alone.
    expect(rowOf(sum, count, stride, 3)).toEqual([9, 9, 9]);
  });
});

describe('a blend of a field', () => {
  const [WIDTH, HEIGHT] = [13, 9];
  const camera = cameraAround(0.7, WIDTH, HEIGHT);
  const options = { background: [0.2, 0.5, 0.9], viewDependent: true } as const;
  const everywhere = (share: number) => [share, share, share, share, share];
  let buffers: SampleBuffers;
  let field: Field;
  let renderer: Renderer;
  let plain: Appearance;
  let styled: Appearance[];
  beforeAll(() => {
    buffers = new SampleBuffers(gpu, 64, 1024, SMALL_FIELD.levels);
    field = Field.create(gpu, SMALL_FIELD, false, 1);
    const values = (n: number, seed: number) => Float32Array.from(pattern(2 * n, seed), (v) => 4 * v - 2);
    const { density, appearance } = field;
    density.load(
      values(density.entryCount, 5),
      Float32Array.from(pattern(density.weightCount, 2), (v) => v - 0.3),
    );
    plain = appearance;
    plain.network.load(
      values(plain.network.entryCount, 6),
      Float32Array.from(pattern(plain.network.weightCount, 3), (v) => 2 * v - 1),
    );
    styled = [1, 2].map((n) => {
      const network = plain.network.clone(`Style${n}`);
      network.load(
        values(network.entryCount, 8 + n),
        Float32Array.from(pattern(network.weightCount, 12 + n), (v) => v - 0.5),
      );
      return { network, colourMap: MAPS[n], viewDependent: false };
    });
    renderer = new Renderer(gpu, kernels, field, buffers);
  });
  afterAll(() => {
    renderer.destroy();
    for (const { network } of styled) network.destroy();
    field.destroy();
    buffers.destroy();
  });

  async function shown(blend: Blend) {
    const target = createRenderTarget(gpu, WIDTH, HEIGHT);
    await renderer.renderBlend(camera, target, blend, options);
    const [rgb, depth] = [await target.rgb.readF32(), await target.depth.readF32()];
    destroyRenderTarget(target);
    return { rgb, depth };
  }
  const volume = (resolution: number, weights: Uint32Array<ArrayBuffer>) => ({
    resolution,
    weights: Tensor.from(gpu.device, 'regions', [weights.length], weights),
  });

  it('is an appearance to the bit where all shares are its own', async () => {
    for (const appearance of [plain, ...styled]) {
      const target = createRenderTarget(gpu, WIDTH, HEIGHT);
      await renderer.renderBlend(camera, target, blendOf(appearance), options);
      const alone = await target.rgb.readF32();
      expect(Math.max(...alone) - Math.min(...alone)).toBeGreaterThan(0.1);
      const others = [plain, ...styled].filter((other) => other !== appearance);
      const parts = [
        { appearance: others[0], shares: everywhere(0) },
        { appearance, shares: everywhere(1) },
        { appearance: others[1], shares: everywhere(0) },
      ];
      expect((await shown({ parts, regions: null })).rgb).toEqual(alone);
      expect((await shown({ parts, regions: volume(2, someWeights(2)) })).rgb).toEqual(alone);
      destroyRenderTarget(target);
    }
  });

  it('is the mix of the pictures where there are no regions, each with its own look at the direction', async () => {
    const all = [plain, ...styled];
    const alone: Float32Array[] = [];
    for (const appearance of all) alone.push((await shown(blendOf(appearance))).rgb);
    const shares = [0.5, 0.3, 0.2];
    const expected = Float32Array.from(alone[0], (_, i) =>
      shares.reduce((sum, share, n) => sum + share * alone[n][i], 0),
    );
    for (const order of [
      [0, 1, 2],
      [2, 0, 1],
    ]) {
      const parts = order.map((n) => ({ appearance: all[n], shares: everywhere(shares[n]) }));
      const mix = await shown({ parts, regions: null });
      expect(mix.rgb).toBeAllclose(expected, { absolute: 1e-5 });
      expect(mix.depth).toEqual((await shown(blendOf(plain))).depth);
    }
    // The direction does show: without it the plain part would differ by more than that.
    const flat = (await shown(blendOf({ ...plain, viewDependent: false }))).rgb;
    expect(Math.max(...flat.map((v, i) => Math.abs(v - alone[0][i])))).toBeGreaterThan(0.01);
  });

  it('shows in each region what its shares say', async () => {
    const parts = [
      { appearance: plain, shares: [1, 0, 0.5, 1, 0] },
      { appearance: styled[0], shares: [0, 1, 0.5, 0, 0] },
      { appearance: styled[1], shares: [0, 0, 0, 0, 1] },
    ];
    for (let region = 0; region <= 4; region++) {
      const word = region ? (255 << (8 * (region - 1))) >>> 0 : 0;
      const regions = volume(3, new Uint32Array(27).fill(word));
      const there = parts.map(({ appearance, shares }) => ({ appearance, shares: everywhere(shares[region]) }));
      const expected = await shown({ parts: there, regions: null });
      expect((await shown({ parts, regions })).rgb).toBeAllclose(expected.rgb, { absolute: 1e-5 });
    }
    // Half of the box is region 1, with a soft border: some pixels are as outside, some as inside, some between.
    const half = Uint32Array.from({ length: 512 }, (_, cell) => (cell % 8 < 4 ? 255 : 0));
    const soft = (await shown({ parts, regions: volume(8, half) })).rgb;
    const [outside, inside] = [(await shown(blendOf(plain))).rgb, (await shown(blendOf(styled[0]))).rgb];
    const counts = { outside: 0, inside: 0, between: 0 };
    soft.forEach((v, i) => {
      if (Math.abs(outside[i] - inside[i]) < 0.05) return;
      const share = (v - outside[i]) / (inside[i] - outside[i]);
      counts[share < 1e-3 ? 'outside' : share > 1 - 1e-3 ? 'inside' : 'between']++;
    });
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(3);
  });
});
