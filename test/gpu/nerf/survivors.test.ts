// While geometry stands still, survivors of a view are kept: pictures and gradients must be, bit for bit, those of
// survivors worked out anew, whatever colours the field by then, and whether or not there is room to keep them.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import { Recorder } from '../../../src/gpu/recorder.ts';
import { Tensor } from '../../../src/gpu/tensor.ts';
import { AppearanceOptimiser } from '../../../src/nerf/appearance-optimiser.ts';
import { Field } from '../../../src/nerf/field.ts';
import { NerfKernels } from '../../../src/nerf/kernels.ts';
import { createRenderTarget, Renderer } from '../../../src/nerf/renderer.ts';
import { SampleBuffers } from '../../../src/nerf/sample-buffers.ts';
import { SurvivorCache } from '../../../src/nerf/survivor-cache.ts';
import { cameraAround, SMALL_FIELD } from '../../reference/nerf/cases.ts';
import { limitMemory } from '../../reference/nerf/memory-limit.ts';
import { pattern } from '../../reference/pattern.ts';

const [WIDTH, HEIGHT] = [12, 8];
const options = { background: [0.2, 0.5, 0.9] as const, viewDependent: false };
const camera = cameraAround(0.7, WIDTH, HEIGHT);

let gpu: Gpu;
let kernels: NerfKernels;
let buffers: SampleBuffers;
let field: Field;
beforeAll(async () => {
  gpu = await openNodeGpu({ defaultsOnly: true });
  kernels = await NerfKernels.create(gpu, SMALL_FIELD);
  buffers = new SampleBuffers(gpu, 64, 1024, SMALL_FIELD.levels);
  field = Field.create(gpu, SMALL_FIELD, false, 1);
  for (const [n, network] of [field.density, field.appearance.network].entries()) {
    network.startOptimiser(Float32Array.from(pattern(2 * network.entryCount, 5 + n), (v) => 4 * v - 2));
  }
});
afterAll(() => closeNodeGpu(gpu));

const repaint = (seed: number) => {
  const { network } = field.appearance;
  network.startOptimiser(Float32Array.from(pattern(2 * network.entryCount, seed), (v) => 4 * v - 2));
};

async function picture(renderer: Renderer | AppearanceOptimiser): Promise<Float32Array> {
  const target = createRenderTarget(gpu, WIDTH, HEIGHT);
  await renderer.render(camera, target, options);
  return target.rgb.readF32();
}

describe('survivors of a view whose geometry stands still', () => {
  it('give the picture that survivors worked out anew give, after the colours changed', async () => {
    const renderer = new Renderer(gpu, kernels, field, buffers);
    const frozen = new AppearanceOptimiser(gpu, renderer, field.appearance);
    repaint(6);
    const first = await picture(frozen);
    repaint(9);
    const kept = await picture(frozen);
    const frozenAnew = new AppearanceOptimiser(gpu, renderer, field.appearance);
    const anew = await picture(frozenAnew);
    expect(kept).toEqual(anew);
    expect(kept).not.toEqual(first);
    // A picture, not the background: and close to the one in which every sample is coloured by itself.
    const live = await picture(renderer);
    expect(Math.max(...kept) - Math.min(...kept)).toBeGreaterThan(0.1);
    const rmse = Math.sqrt(kept.reduce((sum, v, i) => sum + (v - live[i]) ** 2, 0) / kept.length);
    expect(rmse).toBeLessThan(0.03);
    for (const made of [frozen, frozenAnew, renderer]) made.destroy();
  });

  it('give the gradient that survivors worked out anew give', async () => {
    const dImage = Tensor.from(gpu.device, 'dImage', [HEIGHT, WIDTH, 3], Float32Array.from(pattern(288, 3)));
    const gradients: (readonly number[])[] = [];
    const renderer = new Renderer(gpu, kernels, field, buffers);
    const frozen = new AppearanceOptimiser(gpu, renderer, field.appearance);
    for (const warm of [false, true]) {
      if (warm) await picture(frozen);
      repaint(9);
      await frozen.backward(camera, dImage, options);
      gradients.push([...(await field.appearance.network.optimiser!.dTable.read())]);
    }
    expect(gradients[1]).toEqual(gradients[0]);
    expect(gradients[0].filter((v) => v !== 0).length).toBeGreaterThan(100);
    frozen.destroy();
    renderer.destroy();
  });

  it('are left to be worked out again where there is no room', async () => {
    const rays = 3;
    const cache = new SurvivorCache(gpu, buffers, 200);
    const rec = new Recorder(gpu, 'test');
    cache.snapshot(rec, rays);
    rec.submit();
    await cache.keep('view', rays);
    expect(cache.restore(new Recorder(gpu, 'test'), 'view')).toBe(false);
    expect(cache.snapshot(new Recorder(gpu, 'test'), rays)).toBe(false);
    const roomy = new SurvivorCache(gpu, buffers, 2 ** 20);
    const again = new Recorder(gpu, 'test');
    roomy.snapshot(again, rays);
    again.submit();
    await roomy.keep('view', rays);
    expect(roomy.restore(new Recorder(gpu, 'test'), 'view')).toBe(true);
    cache.destroy();
    roomy.destroy();
  });

  it('are left to be worked out again where the adapter has no more memory', async () => {
    const cache = new SurvivorCache(gpu, buffers, 2 ** 20);
    const rec = new Recorder(gpu, 'test');
    cache.snapshot(rec, 3);
    rec.submit();
    const lift = limitMemory(gpu.device, 0);
    await cache.keep('view', 3);
    lift();
    expect(cache.restore(new Recorder(gpu, 'test'), 'view')).toBe(false);
    expect(cache.snapshot(new Recorder(gpu, 'test'), 3)).toBe(false);
    cache.destroy();
  });
});
