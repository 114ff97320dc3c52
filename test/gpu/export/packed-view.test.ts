// pack_view against the obvious loop, at sizes that pad rows and do not, with and without a wipe.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PackedView, ViewPacker } from '../../../src/export/packed-view.ts';
import type { Gpu } from '../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import { Recorder } from '../../../src/gpu/recorder.ts';
import { Tensor } from '../../../src/gpu/tensor.ts';
import type { RenderTarget } from '../../../src/nerf/types.ts';

describe('pack_view', () => {
  let gpu: Gpu;
  let packer: ViewPacker;
  beforeAll(async () => {
    gpu = await openNodeGpu();
    packer = await ViewPacker.create(gpu);
  });
  afterAll(() => {
    packer.destroy();
    closeNodeGpu(gpu);
  });

  /** A view whose values say where they are; some lie outside 0..1. */
  function view(width: number, height: number, phase: number): RenderTarget & { values: Float32Array } {
    const values = Float32Array.from({ length: width * height * 3 }, (_, i) => ((i * 37 + phase) % 301) / 250 - 0.1);
    const depths = Float32Array.from({ length: width * height }, (_, i) => i + 0.25);
    return {
      width,
      height,
      values,
      rgb: Tensor.from(gpu.device, 'test.rgb', [height, width, 3], values),
      depth: Tensor.from(gpu.device, 'test.depth', [height, width], depths),
      opacity: Tensor.zeros(gpu.device, 'test.opacity', [height, width]),
    };
  }

  it.each([
    [33, 17, undefined],
    [64, 8, undefined],
    [1, 1, undefined],
    [33, 17, 0],
    [33, 17, 20],
    [33, 17, 33],
  ])('packs %i x %i with the wipe at %s', async (width, height, column) => {
    const styled = view(width, height, 0);
    const original = view(width, height, 111);
    const packed = new PackedView(gpu.device, width, height);
    const rec = new Recorder(gpu, 'test');
    packer.encode(rec, styled, packed, column === undefined ? {} : { wipe: { original, column } });
    rec.submit();

    const expected = new Uint8ClampedArray(width * height * 4);
    for (let i = 0; i < width * height; i++) {
      const { values } = i % width < (column ?? 0) ? original : styled;
      for (let c = 0; c < 3; c++) expected[4 * i + c] = Math.round(255 * Math.min(1, Math.max(0, values[3 * i + c])));
      expected[4 * i + 3] = 255;
    }
    const picture = await packed.read();
    expect([picture.width, picture.height]).toEqual([width, height]);
    // Halves may be rounded either way.
    expect(picture.data).toBeAllclose(expected, { absolute: 1, relative: 0 });

    const depths = await packed.depth.readF32();
    for (const [x, y] of [
      [0, 0],
      [width - 1, height - 1],
    ]) {
      expect(depths[y * packed.pitch + x]).toBe(y * width + x + 0.25);
    }
    expect(packed.pitch % 64).toBe(0);
    packed.destroy();
  });

  it('keeps the opacity where it is asked to', async () => {
    const seen = view(33, 17, 0);
    seen.opacity.write(Float32Array.from({ length: 33 * 17 }, (_, i) => (i % 256) / 255));
    const packed = new PackedView(gpu.device, 33, 17);
    const rec = new Recorder(gpu, 'test');
    packer.encode(rec, seen, packed, { alpha: true });
    rec.submit();
    const { data } = await packed.read();
    for (let i = 0; i < 33 * 17; i++) expect(data[4 * i + 3]).toBe(i % 256);
    packed.destroy();
  });
});
