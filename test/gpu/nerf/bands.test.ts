// Views larger than an adapter's buffers, and views of very many chunks: drawn in bands that fit, to the bit what the
// whole view is; never more work handed over than a bounded number of submits; one sentence where a size cannot be had.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../../src/errors.ts';
import type { Gpu } from '../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import { readView, rowsAtOnce } from '../../../src/nerf/bands.ts';
import { Field } from '../../../src/nerf/field.ts';
import { NerfKernels } from '../../../src/nerf/kernels.ts';
import { createRenderTarget, Renderer } from '../../../src/nerf/renderer.ts';
import { SampleBuffers } from '../../../src/nerf/sample-buffers.ts';
import type { RenderTarget } from '../../../src/nerf/types.ts';
import { scoreViews } from '../../../src/session/measure.ts';
import { limitBindings } from '../../reference/nerf/binding-limit.ts';
import { cameraAround, SMALL_FIELD } from '../../reference/nerf/cases.ts';
import { pattern } from '../../reference/pattern.ts';

const [WIDTH, HEIGHT] = [36, 23];
const camera = cameraAround(0.7, WIDTH, HEIGHT);
const options = { background: [0.2, 0.5, 0.9] as const, viewDependent: true };

let gpu: Gpu;
let renderer: Renderer;
beforeAll(async () => {
  gpu = await openNodeGpu({ defaultsOnly: true });
  const kernels = await NerfKernels.create(gpu, SMALL_FIELD);
  const buffers = new SampleBuffers(gpu, 64, 1024, SMALL_FIELD.levels);
  const field = Field.create(gpu, SMALL_FIELD, false, 1);
  for (const [n, network] of [field.density, field.appearance.network].entries()) {
    network.startOptimiser(Float32Array.from(pattern(2 * network.entryCount, 5 + n), (v) => 4 * v - 2));
  }
  renderer = new Renderer(gpu, kernels, field, buffers);
});
afterAll(() => closeNodeGpu(gpu));

const draw = (target: RenderTarget) => renderer.render(camera, target, options);

/** Runs with buffers of so many rows of the view at most. */
async function withRows<T>(rows: number, work: () => Promise<T>): Promise<T> {
  const free = limitBindings(gpu.device, rows * WIDTH * 3 * 4 + 8);
  try {
    return await work();
  } finally {
    free();
  }
}

describe('a view larger than the buffers', () => {
  it('is drawn in bands, to the bit what it is whole', async () => {
    const target = createRenderTarget(gpu, WIDTH, HEIGHT);
    await draw(target);
    const whole = await target.rgb.readF32();
    expect(new Set(whole).size).toBeGreaterThan(WIDTH);
    const banded = await withRows(5, async () => {
      expect(rowsAtOnce(gpu, WIDTH, HEIGHT)).toBe(5);
      return readView(gpu, WIDTH, HEIGHT, draw);
    });
    expect(banded).toEqual(whole);
  });

  it('is measured against its photograph', async () => {
    const picture = { width: WIDTH, height: HEIGHT, data: new Uint8ClampedArray(4 * WIDTH * HEIGHT).fill(255) };
    const score = () => scoreViews(gpu, [{ name: 'large', camera, picture }], [1, 1, 1], (_, target) => draw(target));
    const [whole] = await score();
    const [banded] = await withRows(4, score);
    expect(banded).toEqual(whole);
  });

  it('is refused in one sentence as one target, before anything is made', async () => {
    await withRows(5, async () => {
      const make = () => createRenderTarget(gpu, WIDTH, HEIGHT);
      expect(make).toThrow(InputError);
      expect(make).toThrow('a view of 36x23: expected at most 180 pixels at once on this adapter, found 828');
    });
  });
});

describe('a view of many chunks', () => {
  it('never has more than a bounded number of submits under way', async () => {
    // Chunks of at least 64 rays: 256 of them.
    const [width, height] = [128, 128];
    const { queue } = gpu.device;
    const { submit, onSubmittedWorkDone } = queue;
    let [submitted, done, most] = [0, 0, 0];
    queue.submit = (buffers) => {
      most = Math.max(most, ++submitted - done);
      return submit.call(queue, buffers);
    };
    queue.onSubmittedWorkDone = async () => {
      const upTo = submitted;
      await onSubmittedWorkDone.call(queue);
      done = Math.max(done, upTo);
    };
    try {
      await renderer.render(cameraAround(0.7, width, height), createRenderTarget(gpu, width, height), options);
      expect(submitted).toBeGreaterThan(256);
      expect(most).toBeLessThanOrEqual(64);
    } finally {
      Object.assign(queue, { submit, onSubmittedWorkDone });
    }
  });
});
