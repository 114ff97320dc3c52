// What a window of a view shows is that part of the whole view, and two windows of one view are two views.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import { AppearanceOptimiser } from '../../../src/nerf/appearance-optimiser.ts';
import { Field } from '../../../src/nerf/field.ts';
import { NerfKernels } from '../../../src/nerf/kernels.ts';
import { createRenderTarget, Renderer } from '../../../src/nerf/renderer.ts';
import { SampleBuffers } from '../../../src/nerf/sample-buffers.ts';
import type { Camera, View } from '../../../src/scene/types.ts';
import { subjectWindows } from '../../../src/session/subject-window.ts';
import { cameraAround, SMALL_FIELD } from '../../reference/nerf/cases.ts';
import { pattern } from '../../reference/pattern.ts';

const [WIDTH, HEIGHT] = [24, 16];
const options = { background: [0.2, 0.5, 0.9] as const, viewDependent: false };
const camera = cameraAround(0.7, WIDTH, HEIGHT);

let gpu: Gpu;
let renderer: AppearanceOptimiser;
beforeAll(async () => {
  gpu = await openNodeGpu({ defaultsOnly: true });
  const kernels = await NerfKernels.create(gpu, SMALL_FIELD);
  const buffers = new SampleBuffers(gpu, 64, 1024, SMALL_FIELD.levels);
  const field = Field.create(gpu, SMALL_FIELD, false, 1);
  for (const [n, network] of [field.density, field.appearance.network].entries()) {
    network.startOptimiser(Float32Array.from(pattern(2 * network.entryCount, 5 + n), (v) => 4 * v - 2));
  }
  renderer = new AppearanceOptimiser(gpu, new Renderer(gpu, kernels, field, buffers), field.appearance);
});
afterAll(() => closeNodeGpu(gpu));

/** A view that shows something in eight pixels a side, from `left` and `top` on. */
function viewOf(left: number, top: number): View {
  const data = new Uint8ClampedArray(4 * WIDTH * HEIGHT);
  for (let y = top; y < top + 7; y++) data.fill(255, 4 * (y * WIDTH + left), 4 * (y * WIDTH + left + 7));
  return { name: 'a', camera, picture: { width: WIDTH, height: HEIGHT, data } };
}

async function rendered(camera: Camera): Promise<Float32Array> {
  const target = createRenderTarget(gpu, camera.width, camera.height);
  await renderer.render(camera, target, options);
  return target.rgb.readF32();
}

const part = (whole: Float32Array, left: number, top: number, side: number) =>
  Float32Array.from({ length: 3 * side * side }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % side, Math.floor(i / 3 / side)];
    return whole[3 * ((top + y) * WIDTH + left + x) + (i % 3)];
  });

describe('a window of a view', () => {
  it.each([
    [4, 2],
    [12, 7],
  ])('shows what the whole view shows there, from %i, %i on', async (left, top) => {
    const whole = await rendered(camera);
    const [window] = subjectWindows([viewOf(left, top)]);
    expect([window.camera.width, window.camera.height]).toEqual([8, 8]);
    const expected = part(whole, left, top, 8);
    expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(0.1);
    expect(await rendered(window.camera)).toBeAllclose(expected, { absolute: 0.01 });
  });
});
