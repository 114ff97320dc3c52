// Renders through a lens: only where asked for, and as the photograph of that camera would be. (What the lens does to
// each ray is held against the scene's own rays in nerf-rays.test.ts.)

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import { AppearanceOptimiser } from '../../../src/nerf/appearance-optimiser.ts';
import { Field } from '../../../src/nerf/field.ts';
import { NerfKernels } from '../../../src/nerf/kernels.ts';
import { createRenderTarget, Renderer } from '../../../src/nerf/renderer.ts';
import { SampleBuffers } from '../../../src/nerf/sample-buffers.ts';
import type { DifferentiableRenderer } from '../../../src/nerf/types.ts';
import type { Camera, Distortion } from '../../../src/scene/types.ts';
import { cameraAround, SMALL_FIELD } from '../../reference/nerf/cases.ts';
import { pattern } from '../../reference/pattern.ts';

const SIDE = 9;
const pinhole = cameraAround(0.7, SIDE, SIDE);
const bent = (k1: number): Camera => {
  const distortion: Distortion = { model: 'perspective', k1, k2: 0, k3: 0, k4: 0, p1: 0, p2: 0 };
  return { ...pinhole, cx: SIDE / 2, cy: SIDE / 2, distortion };
};
const straight = { ...bent(0), distortion: null };

let gpu: Gpu;
let field: Field;
let renderer: Renderer;
beforeAll(async () => {
  gpu = await openNodeGpu({ defaultsOnly: true });
  const kernels = await NerfKernels.create(gpu, SMALL_FIELD);
  field = Field.create(gpu, SMALL_FIELD, false, 1);
  for (const [n, network] of [field.density, field.appearance.network].entries()) {
    network.startOptimiser(Float32Array.from(pattern(2 * network.entryCount, 5 + n), (v) => 4 * v - 2));
  }
  renderer = new Renderer(gpu, kernels, field, new SampleBuffers(gpu, 64, 1024, SMALL_FIELD.levels));
});
afterAll(() => closeNodeGpu(gpu));

async function picture(
  camera: Camera,
  lens?: boolean,
  by: DifferentiableRenderer | Renderer = renderer,
): Promise<Float32Array> {
  const target = createRenderTarget(gpu, SIDE, SIDE);
  await by.render(camera, target, { background: [1, 0, 1], viewDependent: false, lens });
  return target.rgb.readF32();
}
const middle = (rgb: Float32Array) => [...rgb.slice(3 * 40, 3 * 41)];
const furthest = (a: Float32Array, b: Float32Array) => Math.max(...a.map((v, i) => Math.abs(v - b[i])));

describe('a view through its lens', () => {
  it('is bent, but for its middle', async () => {
    const [plain, seen] = [await picture(straight), await picture(bent(-0.4), true)];
    expect(furthest(seen, plain)).toBeGreaterThan(0.02);
    expect(middle(seen)).toBeAllclose(middle(plain), { absolute: 1e-4, relative: 1e-4 });
  });

  it('is a pinhole view unless asked for, and where the lens does not bend', async () => {
    const plain = await picture(straight);
    expect(await picture(bent(-0.4))).toEqual(plain);
    expect(furthest(await picture(bent(0), true), plain)).toBeLessThan(1e-3);
  });

  it('is kept apart from the pinhole view while geometry stands still', async () => {
    const frozen = new AppearanceOptimiser(gpu, renderer, field.appearance);
    const [plain, seen] = [await picture(bent(-0.4), false, frozen), await picture(bent(-0.4), true, frozen)];
    expect(furthest(seen, plain)).toBeGreaterThan(0.02);
    expect(await picture(bent(-0.4), false, frozen)).toEqual(plain);
    expect(await picture(bent(-0.4), true, frozen)).toEqual(seen);
    frozen.destroy();
  });
});
