// LPIPS against PyTorch: a small network of formula weights, and, where the shared weights are at hand, VGG-19 with
// the published heads; the kernel against a plain loop; masks, equal pictures, wrong widths.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../../src/errors.ts';
import type { Gpu } from '../../../src/gpu/device.ts';
import { Kernel } from '../../../src/gpu/kernel.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import { Recorder } from '../../../src/gpu/recorder.ts';
import { Tensor } from '../../../src/gpu/tensor.ts';
import { Lpips } from '../../../src/metrics/lpips.ts';
import { type LpipsHeads, readLpipsHeads } from '../../../src/metrics/lpips-heads.ts';
import lpipsDistanceWgsl from '../../../src/shaders/metrics/lpips_distance.wgsl?raw';
import { loadFeatureWeightsFile } from '../../../src/style/features/weights-node.ts';
import { createFeatureNetwork } from '../../../src/style/features/wgsl-network.ts';
import type { FeatureNetwork } from '../../../src/style/types.ts';
import fixture from '../../fixtures/metrics/lpips.json';
import { patternImage, patternNetwork } from '../../reference/conv.ts';
import { pattern } from '../../reference/pattern.ts';
import { SHARED } from '../../shared.ts';

const { width, height, widths } = fixture;
const first = patternImage(height, width);
const second = first.map((value, i) => {
  const [c, column, row] = [i % 3, Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
  return Math.min(1, Math.max(0, 0.8 * value + 0.1 + 0.1 * Math.sin(1.9 * column + 1.3 * row + c)));
}) as Float32Array<ArrayBuffer>;
const heads: LpipsHeads = widths.map((block, i) =>
  Float32Array.from({ length: block.at(-1)! }, (_, c) => 0.3 + 0.2 * Math.sin(c + i)),
);

let gpu: Gpu;
let network: FeatureNetwork;
let lpips: Lpips;
beforeAll(async () => {
  gpu = await openNodeGpu();
  network = await createFeatureNetwork(gpu, patternNetwork(widths, 'max'));
  lpips = await Lpips.create(gpu, network, heads);
});
afterAll(() => {
  lpips.destroy();
  network.destroy();
  closeNodeGpu(gpu);
});

describe('lpips_distance', () => {
  it('agrees with a plain loop at an odd size, and is 0 where there is no feature', async () => {
    const [channels, pixels] = [5, 77];
    const [a, b, head] = [pattern(channels * pixels, 1), pattern(channels * pixels, 2), pattern(channels, 3)];
    for (let c = 0; c < channels; c++) a[c * pixels + 7] = b[c * pixels + 7] = 0;
    const expected = Array.from({ length: pixels }, (_, p) => {
      const vector = (x: Float64Array) => Array.from({ length: channels }, (_, c) => x[c * pixels + p]);
      const unit = (x: number[]) => x.map((v) => v / (Math.hypot(...x) + 1e-10));
      const [ua, ub] = [unit(vector(a)), unit(vector(b))];
      return ua.reduce((sum, v, c) => sum + head[c] * (v - ub[c]) ** 2, 0);
    });
    expect(expected[7]).toBe(0);
    const kernel = await Kernel.create(gpu, { name: 'lpips_distance', code: lpipsDistanceWgsl });
    const tensor = (label: string, data: Float64Array) =>
      Tensor.from(gpu.device, label, [data.length], Float32Array.from(data));
    const map = Tensor.zeros(gpu.device, 'map', [pixels]);
    const rec = new Recorder(gpu, 'test');
    const tensors = { a: tensor('a', a), b: tensor('b', b), head: tensor('head', head), distance_map: map };
    rec.run(kernel, tensors, { channel_count: channels, pixel_count: pixels, row: 64 }, [1, 2]);
    rec.submit();
    expect(await map.readF32()).toBeAllclose(expected, { relative: 1e-4 });
    for (const t of Object.values(tensors)) t.destroy();
  });
});

describe('Lpips', () => {
  it('agrees with PyTorch on a small network', async () => {
    expect([await lpips.distance(first, second, width, height)]).toBeAllclose([fixture.pattern.lpips], {
      relative: 2e-3,
    });
  });

  it('is 0 for equal pictures, symmetric, and repeats itself', async () => {
    expect(await lpips.distance(first, first, width, height)).toBe(0);
    const there = await lpips.distance(first, second, width, height);
    expect(await lpips.distance(second, first, width, height)).toBeCloseTo(there, 6);
    // Another size and back.
    expect(await lpips.distance(patternImage(31, 17), patternImage(31, 17), 17, 31)).toBe(0);
    expect(await lpips.distance(first, second, width, height)).toBe(there);
  });

  it('counts only what the mask keeps', async () => {
    const all = new Float32Array(width * height).fill(1);
    const whole = await lpips.distance(first, second, width, height);
    // Rows and columns that pools drop are in no map, so a mask of ones changes nothing.
    expect(await lpips.distance(first, second, width, height, all)).toBeCloseTo(whole, 6);
    expect(await lpips.distance(first, second, width, height, new Float32Array(width * height))).toBeNaN();
    // Different on the right only: the left, beyond the receptive fields' reach at the lower layers, counts for less.
    const right = first.slice();
    for (let i = 0; i < right.length; i++) if (Math.floor(i / 3) % width >= 34) right[i] = second[i];
    const side = (keep: (x: number) => boolean) => all.map((_, i) => (keep(i % width) ? 1 : 0));
    const left = await lpips.distance(
      first,
      right,
      width,
      height,
      side((x) => x < 16),
    );
    const changed = await lpips.distance(
      first,
      right,
      width,
      height,
      side((x) => x >= 32),
    );
    expect(left).toBeLessThan(0.5 * changed);
  });

  it('tells of heads of another width, and of pictures too small', async () => {
    const narrow = heads.map((head, i) => (i === 2 ? head.slice(1) : head));
    await expect(Lpips.create(gpu, network, narrow)).rejects.toThrow(
      /^layer relu3_3 in feature network pattern: expected 7 channels, found 8 channels$/,
    );
    const shallow = await createFeatureNetwork(gpu, patternNetwork(widths.slice(0, 4), 'max'));
    await expect(Lpips.create(gpu, shallow, heads)).rejects.toThrow(/relu5_1 .* found no such layer/);
    shallow.destroy();
    await expect(lpips.distance(first, first, 15, 40)).rejects.toBeInstanceOf(InputError);
  });

  it.skipIf(!SHARED)('agrees with PyTorch on VGG-19 with the published heads', async () => {
    const weights = join(SHARED!, 'weights');
    const path = join(weights, 'lpips/v0.1_vgg.pth');
    const published = readLpipsHeads(new Uint8Array(readFileSync(path)), path);
    const manifest = join(weights, 'vgg19/vgg19_u8_block1_conv1-block5_conv1.json');
    const vgg = await createFeatureNetwork(gpu, await loadFeatureWeightsFile(manifest));
    const real = await Lpips.create(gpu, vgg, published);
    const found = await real.distance(first, second, width, height);
    real.destroy();
    vgg.destroy();
    expect([found]).toBeAllclose([fixture.vgg19.lpips], { relative: 2e-3 });
  });
});
