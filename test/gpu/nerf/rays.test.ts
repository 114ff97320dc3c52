// Rays of cameras, for rendering and for training, against src/scene/rays.ts: with and without lenses, in bounded and
// contracted scenes, rays that miss the box among them.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import { packCameras } from '../../../src/nerf/camera-buffer.ts';
import { NerfKernels } from '../../../src/nerf/kernels.ts';
import { MASKED_PIXEL } from '../../../src/scene/masks.ts';
import { rayOfPixel } from '../../../src/scene/rays.ts';
import type { Camera, Distortion } from '../../../src/scene/types.ts';
import { cameraAround, SMALL_FIELD } from '../../reference/nerf/cases.ts';
import { runKernel } from '../../reference/nerf/kernel-harness.ts';
import { randomF32, randomU32 } from '../../reference/nerf/space.ts';
import { pattern } from '../../reference/pattern.ts';

let gpu: Gpu;
let kernels: NerfKernels;
beforeAll(async () => {
  gpu = await openNodeGpu({ defaultsOnly: true });
  kernels = await NerfKernels.create(gpu, SMALL_FIELD);
});
afterAll(() => closeNodeGpu(gpu));

const lens = (model: Distortion['model'], k1: number, k2: number, p1 = 0, p2 = 0): Distortion => ({
  model,
  k1,
  k2,
  k3: 0,
  k4: 0,
  p1,
  p2,
});
const CAMERAS: [string, Camera][] = [
  ['pinhole', cameraAround(0.4, 33, 17)],
  ['phone', { ...cameraAround(1.4, 33, 17), distortion: lens('perspective', 0.08, -0.05, 0.002, -0.003) }],
  ['barrel', { ...cameraAround(2.1, 33, 17), distortion: lens('perspective', -0.25, 0.06) }],
  [
    'wide barrel',
    { ...cameraAround(2.4, 33, 17), fx: 17, fy: 17, distortion: lens('perspective', -0.24, 0.08, 0.001) },
  ],
  ['wide pincushion', { ...cameraAround(2.5, 33, 17), fx: 17, fy: 17, distortion: lens('perspective', 0.6, 0.2) }],
  ['fisheye', { ...cameraAround(2.9, 33, 17), distortion: lens('fisheye', 0.05, -0.01) }],
];
const { near, far, cone, stepMin } = SMALL_FIELD;
const close = { absolute: 5e-6, relative: 1e-5 };

/** Where a ray is inside [-1, 1]^3, by its six faces; near >= far: never. */
function boxRange({ origin, direction }: { origin: readonly number[]; direction: readonly number[] }) {
  const range = [near, far];
  for (let a = 0; a < 3; a++) {
    const faces = [-1, 1].map((side) => (side - origin[a]) / direction[a]).sort((x, y) => x - y);
    range[0] = Math.max(range[0], faces[0]);
    range[1] = Math.min(range[1], faces[1]);
  }
  return range;
}

describe.each(CAMERAS)('camera_rays, %s', (_, camera) => {
  it.each([0, 1])('agrees with the scene rays (unbounded: %i)', async (unbounded) => {
    const count = 100;
    const first_pixel = 250;
    const make = () => new Float32Array(4 * count);
    const found = await runKernel(
      gpu,
      kernels.get('camera_rays'),
      {
        cameras: packCameras([camera]),
        rays: new Float32Array(8 * count),
        ray_shading: make(),
        ray_background: make(),
      },
      {
        ray_count: count,
        first_pixel,
        width: camera.width,
        unbounded,
        near,
        far,
        background: [0.1, 0.2, 0.3],
      },
      [2],
      ['rays', 'ray_shading', 'ray_background'],
    );
    const m = camera.cameraToWorld;
    for (let r = 0; r < count; r++) {
      const index = first_pixel + r;
      const ray = rayOfPixel(camera, (index % camera.width) + 0.5, Math.floor(index / camera.width) + 0.5);
      const [from, to] = unbounded ? [near, far] : boxRange(ray);
      const at = (data: ArrayLike<number>) => Array.from(data).slice(4 * r, 4 * r + 4);
      // A struct Ray: origin, t_near, direction, t_far.
      const drawn = Array.from(found.rays).slice(8 * r, 8 * r + 8);
      expect(drawn.slice(4, 7)).toBeAllclose(ray.direction, close);
      expect(drawn.slice(0, 3)).toBeAllclose(ray.origin, close);
      if (from < to) expect([drawn[3], drawn[7]]).toBeAllclose([from, to], { absolute: 1e-4 });
      else expect(drawn[3]).toBeGreaterThanOrEqual(drawn[7]);
      const cosine = -(ray.direction[0] * m[2] + ray.direction[1] * m[6] + ray.direction[2] * m[10]);
      expect(at(found.ray_shading)).toBeAllclose([...ray.direction, 1], close);
      expect(at(found.ray_background)).toBeAllclose([0.1, 0.2, 0.3, cosine], close);
    }
  });
});

describe('training_rays', () => {
  it.each([1, 200])('draws pixels, colours and backgrounds as the counter says, %i rays', async (count) => {
    const cameras = CAMERAS.map(([, camera]) => camera);
    const size = 33 * 17;
    const bytes = Uint8Array.from(pattern(4 * size * cameras.length, 3), (v) => Math.round(255 * v));
    // Every third pixel is masked: its ray has no length, and is to show what stands behind it.
    const pixels = new Uint32Array(bytes.buffer);
    for (let i = 1; i < pixels.length; i += 3) pixels[i] = MASKED_PIXEL;
    const make = () => new Float32Array(4 * count);
    const [seed, step, dropout] = [5, 12, 0.25];
    const found = await runKernel(
      gpu,
      kernels.get('training_rays'),
      {
        cameras: packCameras(
          cameras,
          cameras.map((__, i) => i * size),
        ),
        pixels,
        rays: new Float32Array(8 * count),
        ray_shading: make(),
        ray_background: make(),
        ray_target: make(),
      },
      {
        ray_count: count,
        view_count: cameras.length,
        seed,
        step,
        unbounded: 1,
        near,
        far,
        cone,
        step_min: stepMin,
        direction_dropout: dropout,
      },
      [Math.ceil(count / 64)],
      ['rays', 'ray_shading', 'ray_background', 'ray_target'],
    );
    const hidden = new Set<number>();
    for (let r = 0; r < count; r++) {
      const view = randomU32(seed, step, r, 0) % cameras.length;
      const pixel = randomU32(seed, step, r, 1) % size;
      const ray = rayOfPixel(cameras[view], (pixel % 33) + 0.5, Math.floor(pixel / 33) + 0.5);
      const at = (data: ArrayLike<number>) => Array.from(data).slice(4 * r, 4 * r + 4);
      // A struct Ray: origin, t_near, direction, t_far.
      const drawn = Array.from(found.rays).slice(8 * r, 8 * r + 8);
      const uses = randomF32(seed, step, r, 6) >= dropout ? 1 : 0;
      hidden.add(1 - uses);
      const jitter = randomF32(seed, step, r, 2) * Math.max(near * cone, stepMin);
      const masked = (view * size + pixel) % 3 === 1;
      expect(drawn).toBeAllclose([...ray.origin, near + jitter, ...ray.direction, masked ? -1 : far], close);
      expect(at(found.ray_shading)).toBeAllclose([...ray.direction, uses], close);
      const background = [3, 4, 5].map((stream) => randomF32(seed, step, r, stream));
      expect(at(found.ray_background)).toBeAllclose([...background, 1], close);
      const [red, green, blue, alpha] = bytes.subarray(4 * (view * size + pixel)).map(Number);
      const over = [red, green, blue].map((v, c) => (v * alpha) / 255 ** 2 + background[c] * (1 - alpha / 255));
      expect(at(found.ray_target).slice(0, 3)).toBeAllclose(over, close);
      if (masked) expect(at(found.ray_target).slice(0, 3)).toEqual(at(found.ray_background).slice(0, 3));
    }
    expect(hidden.size).toBe(count > 1 ? 2 : 1);
  });
});
