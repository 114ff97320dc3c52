// region_tint against its CPU reading: points by depth, trilinear weights, stripes; pixels without a surface stay.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PackedView, ViewPacker } from '../../../../src/export/packed-view.ts';
import type { Gpu } from '../../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../../src/gpu/node.ts';
import { Recorder } from '../../../../src/gpu/recorder.ts';
import { Tensor } from '../../../../src/gpu/tensor.ts';
import { fieldFromScene } from '../../../../src/nerf/space.ts';
import { pointAt } from '../../../../src/session/regions/lift.ts';
import { RegionTint, type Tints } from '../../../../src/viewer/viewport/region-tint.ts';
import { weightsAt } from '../../../reference/nerf/blend.ts';
import { cameraAt } from '../../../reference/solids.ts';

describe('region_tint', () => {
  let gpu: Gpu;
  let packer: ViewPacker;
  let tint: RegionTint;
  beforeAll(async () => {
    gpu = await openNodeGpu();
    [packer, tint] = await Promise.all([ViewPacker.create(gpu), RegionTint.create(gpu)]);
  });
  afterAll(() => {
    packer.destroy();
    tint.destroy();
    closeNodeGpu(gpu);
  });

  it.each([false, true])(
    'tints by the weights where the depth says the pixel lies, unbounded: %s',
    async (unbounded) => {
      const [width, height, resolution] = [37, 37, 6];
      const camera = cameraAt([1.1, 0.9, 2.2], 37);
      const pixels = width * height;
      const rgb = Float32Array.from({ length: 3 * pixels }, (_, i) => ((i * 37) % 256) / 255);
      const depth = Float32Array.from({ length: pixels }, (_, i) => 1.6 + ((i * 13) % 50) / 25);
      const opacity = Float32Array.from({ length: pixels }, (_, i) => (i % 11 === 0 ? 0.3 : 0.9));
      // Four weights a cell that never sum to more than one.
      const cells = Uint32Array.from({ length: resolution ** 3 }, (_, i) =>
        [0, 1, 2, 3].reduce((word, r) => word + ((i * (r + 3)) % 60) * 256 ** r, 0),
      );
      const tensors = {
        rgb: Tensor.from(gpu.device, 'test.rgb', [height, width, 3], rgb),
        depth: Tensor.from(gpu.device, 'test.depth', [height, width], depth),
        opacity: Tensor.from(gpu.device, 'test.opacity', [height, width], opacity),
      };
      const weights = Tensor.from(gpu.device, 'test.weights', [cells.length], cells);
      const tints: Tints = [
        [1, 0, 0.5, 0.9],
        [0, 1, 0, 0.5],
        [0, 0, 1, 0],
        [1, 1, 0, 0.3],
      ];
      const view = { width, height, ...tensors };
      const packed = new PackedView(gpu.device, width, height);
      const rec = new Recorder(gpu, 'test');
      packer.encode(rec, view, packed);
      tint.encode(rec, { camera, view, packed }, { resolution, weights }, unbounded, tints);
      rec.submit();

      const hatch = 1.5;
      const expected: number[] = [];
      for (let i = 0; i < pixels; i++) {
        const [x, y] = [i % width, Math.floor(i / width)];
        const q = fieldFromScene(pointAt(camera, x + 0.5, y + 0.5, depth[i]), unbounded);
        const shares = weightsAt(cells, resolution, q).map((w, r) => w * tints[r][3]);
        const total = opacity[i] < 0.5 ? 0 : shares.reduce((sum, v) => sum + v, 0);
        const striped = ((x + y) / (2 * hatch)) % 1 < 0.5 ? 1 : 0.55;
        for (let c = 0; c < 3; c++) {
          const colour = total ? shares.reduce((sum, v, r) => sum + v * tints[r][c], 0) / total : 0;
          expected.push(255 * (rgb[3 * i + c] * (1 - total * striped) + colour * total * striped));
        }
        expected.push(255);
      }
      const { data } = await packed.read();
      // Rounded to 8 bits twice.
      expect(data).toBeAllclose(expected, { absolute: 1.1, relative: 0 });
      expect(data.some((v, i) => i % 4 < 3 && Math.abs(v - 255 * rgb[3 * Math.floor(i / 4) + (i % 4)]) > 8)).toBe(true);
      for (const tensor of [...Object.values(tensors), weights]) tensor.destroy();
      packed.destroy();
    },
  );
});
