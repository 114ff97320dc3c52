// Masks beside photographs, in each way that captures have them: what they ignore is marked, and counts for nothing.

import { describe, expect, it } from 'vitest';
import { psnr } from '../../../src/metrics/psnr.ts';
import { ssim } from '../../../src/metrics/ssim.ts';
import { loadScene } from '../../../src/scene/load.ts';
import { keptPixels, MASKED_PIXEL } from '../../../src/scene/masks.ts';
import { nodeDecoder } from '../../../src/scene/node-decoder.ts';
import trainingRays from '../../../src/shaders/nerf/training_rays.wgsl?raw';
import { colourStatistics } from '../../../src/style/colour-transfer.ts';
import { type Bytes, captureOf, encoded, memorySource, plain } from '../../scene-fixtures.ts';

type Files = Record<string, Bytes | string | object>;
const load = (files: Files, downscale = 1) =>
  loadScene(memorySource(files), { decoder: nodeDecoder, holdout: 0, downscale });

/** Left half of a mask of 12x8 in one colour, the right half in the other. */
async function halves(left: number, right: number, width = 12, height = 8): Promise<Bytes> {
  const grey = (value: number) => ({ r: value, g: value, b: value });
  const half = await plain(width / 2, height, grey(left))
    .png()
    .toBuffer();
  return encoded(
    plain(width, height, grey(right))
      .composite([{ input: half, left: 0, top: 0 }])
      .png(),
  );
}

describe('masks', async () => {
  const set = await captureOf(4);
  const blackLeft = await halves(0, 255);
  const pictures = set.pictures('images/');
  const json = (extra: (i: number) => object = () => ({})) => {
    const file = set.transforms();
    file.frames.forEach((frame, i) => {
      Object.assign(frame, extra(i));
    });
    return file;
  };
  const masks = (pathOf: (name: string) => string, mask: Bytes) =>
    Object.fromEntries(set.names.map((name) => [pathOf(name), mask]));
  const leftIsMasked = { left: true, right: false };
  const masked = async (files: Files) => {
    const scene = await load(files);
    expect(scene.train).toHaveLength(4);
    const kept = keptPixels(scene.train[0].picture);
    return { left: kept?.[12] === 0, right: kept?.[12 + 11] === 0 };
  };

  it("are found as COLMAP's, nerfstudio's and instant-ngp's, each in its own sense of black", async () => {
    const stem = (name: string) => name.replace('.png', '');
    const colmap = { 'sparse/0/cameras.txt': set.cameras, 'sparse/0/images.txt': set.images() };
    const ways: [string, Files][] = [
      ['masks/NAME.png', { ...colmap, ...masks((name) => `masks/${name}`, blackLeft) }],
      ['masks/NAME.jpg.png', { ...colmap, ...masks((name) => `masks/${name}.png`, blackLeft) }],
      ['masks/NAME_mask.png', { ...colmap, ...masks((name) => `masks/${stem(name)}_mask.png`, blackLeft) }],
      [
        'mask_path',
        {
          'transforms.json': json((i) => ({ mask_path: `other/m${i}.png` })),
          ...Object.fromEntries(set.names.map((_, i) => [`other/m${i}.png`, blackLeft])),
        },
      ],
      [
        'dynamic_mask_',
        {
          'transforms.json': json(),
          ...masks((name) => `images/dynamic_mask_${stem(name)}.png`, await halves(255, 0)),
        },
      ],
    ];
    for (const [way, files] of ways) expect(await masked({ ...pictures, ...files }), way).toEqual(leftIsMasked);
    expect(await masked({ ...pictures, ...colmap })).toEqual({ left: false, right: false });
  });

  it('are reduced with their pictures, may be smaller files of the same shape no more than these, and are said', async () => {
    const large = await encoded(plain(24, 16, { r: 9, g: 9, b: 9 }).png());
    const files: Files = { 'transforms.json': set.transforms() };
    for (const name of set.names) Object.assign(files, { [`images/${name}`]: large, [`masks/${name}`]: blackLeft });
    const scene = await load(files, 2);
    expect(keptPixels(scene.train[0].picture)!.reduce((sum, value) => sum + value, 0)).toBe(48);
    expect(scene.notes.join()).toContain('4 pictures have masks, which leave out 50 % of them');
    expect([scene.hasAlpha, scene.unbounded]).toEqual([false, true]);
    const odd = await load({
      ...pictures,
      'transforms.json': json(),
      ...masks((name) => `masks/${name}`, large.slice(0, 60)),
    });
    expect(odd.notes.join()).toContain('masks that cannot be used were left out: picture in mask masks/0000.png');
    const tall = await load({
      ...pictures,
      'transforms.json': json(),
      ...masks((name) => `masks/${name}`, await halves(0, 255, 8, 12)),
    });
    expect(tall.notes.join()).toContain('expected the shape of its picture, 12x8, found 8x12');
    const all = { ...pictures, 'transforms.json': json(), 'masks/0001.png': await halves(0, 0) };
    expect((await load(all)).train).toHaveLength(3);
  });

  it('leave pixels out of colour statistics and figures', async () => {
    const files = { ...pictures, 'transforms.json': json(), ...masks((name) => `masks/${name}`, blackLeft) };
    const [{ picture }] = (await load(files)).train;
    expect(colourStatistics([picture]).mean).toBeAllclose([200 / 255, 30 / 255, 10 / 255], { absolute: 1e-6 });
    const kept = keptPixels(picture)!;
    const size = 12 * 8 * 3;
    const [a, b] = [new Float32Array(size).fill(0.5), new Float32Array(size)];
    for (let i = 0; i < size; i++) b[i] = kept[Math.floor(i / 3)] ? 0.4 : 0.9;
    expect(psnr(a, b, kept)).toBeCloseTo(20, 4);
    expect(psnr(a, b)).toBeLessThan(15);
  });

  it('leave windows round masked pixels out of SSIM', () => {
    const [width, height] = [24, 16];
    const wave = Float32Array.from({ length: width * height * 3 }, (_, i) => 0.5 + 0.4 * Math.sin(i * 0.7));
    const other = wave.map((value, i) => (Math.floor(i / 3) % width < 12 ? value : 1 - value));
    const left = Uint8Array.from({ length: width * height }, (_, i) => (i % width < 7 ? 1 : 0));
    expect(ssim(wave, other, width, height, 3, left)).toBeCloseTo(1, 6);
    expect(ssim(wave, other, width, height)).toBeLessThan(0.6);
    expect(ssim(wave, other, width, height, 3, new Uint8Array(width * height).fill(1))).toBe(
      ssim(wave, other, width, height),
    );
  });

  it('are one number here and in the shader', () => {
    expect(trainingRays).toContain(`const MASKED_PIXEL = 0x00${MASKED_PIXEL.toString(16)}u;`);
  });
});
