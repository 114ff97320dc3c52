// Pictures of captures as people bring them: which way they are turned, what of them is transparent, how large the scene is.

import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { loadScene } from '../../../src/scene/load.ts';
import { keptPixels } from '../../../src/scene/masks.ts';
import { nodeDecoder } from '../../../src/scene/node-decoder.ts';
import type { LoadSceneOptions, Scene } from '../../../src/scene/types.ts';
import {
  type Bytes,
  captureOf,
  colmapPose,
  encoded,
  memorySource,
  onCircle,
  plain,
  RED,
  refusal,
} from '../../scene-fixtures.ts';

type Files = Record<string, Bytes | string | object>;
const load = (files: Files, options: Partial<LoadSceneOptions> = {}) =>
  loadScene(memorySource(files), { decoder: nodeDecoder, holdout: 0, ...options });
const said = (scene: Scene) => scene.notes.join('\n');

describe('orientation by EXIF', async () => {
  const corner = { input: await plain(3, 2, { r: 0, g: 255, b: 0 }).png().toBuffer(), left: 0, top: 0 };
  const stored = async (width: number, height: number, orientation: number) =>
    encoded(
      sharp(await plain(width, height, RED).composite([corner]).png().toBuffer())
        .withMetadata({ orientation })
        .png(),
    );
  const colmap = (width: number, height: number) => {
    const { q, t } = colmapPose(onCircle(1));
    return {
      'sparse/0/cameras.txt': `1 PINHOLE ${width} ${height} 10 10 ${width / 2} ${height / 2}\n`,
      'sparse/0/images.txt': `1 ${[...q, ...t].join(' ')} 1 a.png\n\n`,
    };
  };
  const isGreen = ({ train: [{ picture }] }: Scene, x: number, y: number) =>
    picture.data[4 * (y * picture.width + x) + 1] > 200;

  it('is undone where nothing says which way poses are, as pose estimators do', async () => {
    for (const [width, height, orientations] of [
      [12, 8, [2, 3, 4]],
      [8, 8, [2, 3, 4, 5, 6, 7, 8]],
    ] as const) {
      for (const orientation of orientations) {
        const scene = await load({ 'a.png': await stored(width, height, orientation), ...colmap(width, height) });
        expect(isGreen(scene, 1, 1), `${orientation} of ${width}x${height}`).toBe(true);
        expect(said(scene)).toContain('taken as they are stored, not as their EXIF turns them');
      }
    }
    // No size is named, and no principal point.
    const json = { camera_angle_x: 1, frames: [{ file_path: 'a', transform_matrix: onCircle(1) }] };
    const scene = await load({ 'a.png': await stored(12, 8, 6), 'transforms.json': json });
    expect([scene.train[0].picture.width, isGreen(scene, 1, 1)]).toEqual([12, true]);
  });

  it('is kept where the named size is that of the upright picture', async () => {
    const scene = await load({ 'a.png': await stored(12, 8, 6), ...colmap(8, 12) });
    expect([scene.train[0].picture.width, isGreen(scene, 1, 1)]).toEqual([8, false]);
  });

  it('is asked for where the picture lies on its side against its camera', async () => {
    expect(await refusal(load({ 'a.png': await stored(8, 12, 1), ...colmap(12, 8) }))).toContain(
      'expected about 12x8, as its camera has it, found 8x12, lying on its side',
    );
  });
});

describe('transparency and scale', async () => {
  const set = await captureOf(8);

  it('of a few pixels makes no cut-out of a photograph', async () => {
    const files: Files = { ...set.pictures('images/'), 'transforms.json': set.transforms() };
    const hole = {
      input: { create: { width: 1, height: 1, channels: 4 as const, background: { r: 0, g: 0, b: 0, alpha: 1 } } },
      left: 0,
      top: 0,
      blend: 'dest-out' as const,
    };
    files['images/0002.png'] = await encoded(
      plain(12, 8, { ...RED, alpha: 1 })
        .composite([hole])
        .png(),
    );
    const scene = await load(files);
    expect([scene.hasAlpha, scene.unbounded]).toEqual([false, true]);
    // The corner is nothing to learn from; all else is opaque.
    scene.train.forEach(({ picture }, i) => {
      const kept = keptPixels(picture);
      expect(kept?.indexOf(0) ?? null).toBe(i === 2 ? 0 : null);
      expect(kept?.lastIndexOf(0) ?? null).toBe(i === 2 ? 0 : null);
      for (let p = 3; p < picture.data.length; p += 4) expect(picture.data[p]).toBe(i === 2 && p === 3 ? 0 : 255);
    });
    expect(said(scene)).toContain('1 of 8 pictures have transparent pixels');
  });

  it('is told by the cameras where the box is not said, or cannot be meant', async () => {
    const moved = (factor: number, shift: number[], extra: object) => {
      const json = set.transforms(undefined, extra);
      for (const frame of json.frames) {
        const rows = frame.transform_matrix as number[][];
        frame.transform_matrix = rows.map((row, r) => (r < 3 ? [...row.slice(0, 3), factor * row[3] + shift[r]] : row));
      }
      return json;
    };
    const radius = (scene: Scene) => {
      const m = scene.train[0].camera.cameraToWorld;
      return Math.hypot(m[3], m[7], m[11]);
    };
    const pictures = set.pictures('images/');
    const plainScene = await load({ ...pictures, 'transforms.json': moved(1, [0, 0, 0], { aabb_scale: 4 }) });
    expect(radius(plainScene)).toBeCloseTo(2.64, 6);
    expect(said(plainScene)).not.toContain('placed');
    for (const [factor, shift] of [
      [20, [100, 60, 10]],
      [20, [0, 0, 0]],
      [0.01, [0, 0, 0]],
      [1, [50, 0, 0]],
    ] as [number, number[]][]) {
      const scene = await load({ ...pictures, 'transforms.json': moved(factor, shift, { aabb_scale: 16 }) });
      expect(radius(scene)).toBeGreaterThan(1.5);
      expect(radius(scene)).toBeLessThan(4.1);
      expect(said(scene)).toContain('the scene was placed by where the cameras look');
    }
    const outdoors = moved(5, [0, 0, 0], { w: undefined, h: undefined });
    const blender = await load({ ...pictures, 'transforms_train.json': outdoors });
    expect([radius(blender) < 4.1, blender.unbounded]).toEqual([true, true]);
    for (const scale of [1e-13, 1e13]) {
      const scene = await load({ ...pictures, 'transforms.json': set.transforms(undefined, { scale }) });
      expect(radius(scene)).toBeLessThan(4.1);
    }
  });

  it('beyond what numbers can bear is left out or refused in a sentence', async () => {
    const json = set.transforms();
    (json.frames[1].transform_matrix as number[][])[0][3] = 1e308;
    json.frames[2].transform_matrix = [
      [{ toString: 0 }, 0, 0, 0],
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ];
    const scene = await load({ ...set.pictures('images/'), 'transforms.json': json });
    expect(scene.train).toHaveLength(6);
    expect(said(scene)).toContain('expected numbers of at most 1000000000000, found 1e+308');
  });
});
