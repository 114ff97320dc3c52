// The page's parts that need neither a browser nor a GPU: resolution by budget, the store, the address's options, poses,
// what dropped files are meant as.

import { PerspectiveCamera, Vector3 } from 'three/webgpu';
import { describe, expect, it } from 'vitest';
import type { FileSource } from '../../../src/scene/types.ts';
import { cameraFromThree } from '../../../src/three/field-camera.ts';
import { FrameBudget } from '../../../src/three/frame-budget.ts';
import { kindOf } from '../../../src/viewer/dropped-files.ts';
import { Store } from '../../../src/viewer/store.ts';
import { readUrlOptions } from '../../../src/viewer/url-options.ts';
import { direction, fittingFov, position, startingCamera } from '../../../src/viewer/viewport/pose.ts';

const FULL = { width: 1280, height: 800 };
const MILLISECOND_A_KILOPIXEL = { width: 1000, height: 1 };

describe('FrameBudget', () => {
  it('begins at the floor and never goes below it', () => {
    const budget = new FrameBudget(33);
    expect(budget.size(FULL, 0)).toEqual({ width: 96, height: 60 });
    budget.measured(MILLISECOND_A_KILOPIXEL, 1e5, false);
    expect(budget.size(FULL, 0)).toEqual({ width: 96, height: 60 });
  });

  it('renders as many pixels as the budget buys while the view moves', () => {
    const budget = new FrameBudget(100);
    budget.measured(MILLISECOND_A_KILOPIXEL, 1, false);
    const { width, height } = budget.size(FULL, 0);
    expect(width * height).toBeLessThanOrEqual(100_000);
    expect(width * height).toBeGreaterThan(80_000);
    expect(width / height).toBeCloseTo(1.6, 1);
  });

  it('refines a still view fourfold, up to the screen and no further', () => {
    const budget = new FrameBudget(100);
    budget.measured(MILLISECOND_A_KILOPIXEL, 0.5, false);
    const sizes = [0, 1, 2, 3].map((refinement) => budget.size(FULL, refinement));
    expect(sizes[1].width).toBeGreaterThan(1.8 * sizes[0].width);
    expect(sizes[3]).toEqual(FULL);
    expect(budget.nextRefinement(FULL, sizes[0], 0)).toBe(1);
    expect(budget.nextRefinement(FULL, FULL, 3)).toBeNull();
  });

  it('refines from the floor too, without drawing the floor again', () => {
    const budget = new FrameBudget(16);
    // 16 ms buy 1333 pixels, four times as many are still below the floor of 96 x 60.
    budget.measured(MILLISECOND_A_KILOPIXEL, 12, false);
    const floor = budget.size(FULL, 0);
    expect(floor.width).toBe(96);
    expect(budget.size(FULL, 1)).toEqual(floor);
    expect(budget.nextRefinement(FULL, floor, 0)).toBe(2);
    const refined = budget.size(FULL, 2);
    expect(refined.width).toBeGreaterThan(96);
    expect(budget.nextRefinement(FULL, refined, 2)).toBe(3);
    expect(budget.nextRefinement(FULL, budget.size(FULL, 9), 9)).toBeNull();
  });

  it('does not refine into frames that would block the view', () => {
    const budget = new FrameBudget(100);
    budget.measured(MILLISECOND_A_KILOPIXEL, 20, false);
    const { width, height } = budget.size(FULL, 9);
    expect((width * height * 20) / 1000).toBeLessThanOrEqual(900);
  });

  it('is not left at the floor by one disturbed frame', () => {
    const budget = new FrameBudget(16);
    budget.measured(MILLISECOND_A_KILOPIXEL, 12, false);
    budget.measured({ width: 96, height: 60 }, 3000, false);
    const floor = budget.size(FULL, 0);
    const next = budget.nextRefinement(FULL, floor, 0);
    expect(next).not.toBeNull();
    const size = budget.size(FULL, next!);
    expect(size.width).toBe(128);
    // The frame that follows is an ordinary one: its cost is believed at once, and the view is refined further.
    budget.measured(size, (size.width * size.height * 12) / 1000, false);
    expect(budget.size(FULL, budget.nextRefinement(FULL, size, next!)!).width).toBeGreaterThan(200);
  });

  it('keeps to a fixed size', () => {
    const budget = new FrameBudget(33, 64);
    expect(budget.size(FULL, 0)).toEqual({ width: 64, height: 40 });
    expect(budget.nextRefinement(FULL, { width: 64, height: 40 }, 0)).toBeNull();
  });

  it('barely believes frames that shared the adapter with other work', () => {
    const budget = new FrameBudget(100);
    budget.measured(MILLISECOND_A_KILOPIXEL, 1, false);
    const alone = budget.size(FULL, 0).width;
    budget.measured(MILLISECOND_A_KILOPIXEL, 5, true);
    expect(budget.size(FULL, 0).width).toBeGreaterThan(0.9 * alone);
    budget.measured(MILLISECOND_A_KILOPIXEL, 5, false);
    expect(budget.size(FULL, 0).width).toBeLessThan(0.8 * alone);
  });
});

describe('Store', () => {
  it('tells watchers at once, then only of changes to what they watch', () => {
    const store = new Store({ a: { x: 1, y: 1 }, b: 2 });
    const heard: number[] = [];
    const stop = store.watch(
      (state) => state.a.x,
      (x) => heard.push(x),
    );
    store.patch({ b: 3 });
    store.update('a', { y: 5 });
    store.update('a', { x: 7 });
    stop();
    store.update('a', { x: 8 });
    expect(heard).toEqual([1, 7]);
    expect(store.state).toEqual({ a: { x: 8, y: 5 }, b: 3 });
  });
});

describe('readUrlOptions', () => {
  it('takes what can be used and ignores the rest', () => {
    expect(readUrlOptions('?scene=still-life&preset=quick&downscale=4&maxTrain=-2&steps=1.5&present=huh')).toEqual({
      scene: 'still-life',
      preset: 'quick',
      downscale: 4,
      train: true,
      shipped: true,
    });
    expect(readUrlOptions('?train=0').train).toBe(false);
    expect(readUrlOptions('?shipped=0').shipped).toBe(false);
  });
});

describe('poses', () => {
  it('turns a camera of three into ours: same place, same direction, centred', () => {
    const three = new PerspectiveCamera(60, 2);
    three.position.set(1, 2, 3);
    three.lookAt(0, 0, 0);
    three.updateMatrixWorld();
    const camera = cameraFromThree(three, 400, 200);
    expect(position(camera).toArray()).toBeAllclose([1, 2, 3]);
    expect(direction(camera).toArray()).toBeAllclose([-1, -2, -3].map((x) => x / Math.sqrt(14)));
    expect(camera.fy).toBeCloseTo(100 / Math.tan(Math.PI / 6), 6);
    expect([camera.cx, camera.cy]).toEqual([200, 100]);
    expect(fittingFov(camera, 2)).toBeCloseTo(60, 6);
    // A narrower window must open the angle to show the whole width.
    expect(fittingFov(camera, 1)).toBeGreaterThan(90);
  });
});

describe('startingCamera', () => {
  const at = (azimuthRad: number, height: number) => {
    const three = new PerspectiveCamera(50, 1);
    three.position.set(2 * Math.sin(azimuthRad), height, 2 * Math.cos(azimuthRad));
    three.lookAt(0, 0, 0);
    three.updateMatrixWorld();
    return cameraFromThree(three, 100, 100);
  };

  it('stands in the middle of an arc', () => {
    const cameras = [-1, -0.5, 0, 0.5, 1].map((azimuth) => at(azimuth, 0.5));
    expect(startingCamera(cameras, new Vector3())).toBe(cameras[2]);
  });

  it('stands rather low where cameras are all round', () => {
    const cameras = [3, 2, 1, 0.6, 0.4, 0.2].flatMap((height) =>
      [0, 1.5, 3, 4.5].map((azimuth) => at(azimuth, height)),
    );
    const [, y] = position(startingCamera(cameras, new Vector3())).toArray();
    expect(y).toBeLessThanOrEqual(1);
    expect(y).toBeGreaterThanOrEqual(0.4);
  });
});

describe('kindOf', () => {
  const source = (name: string, paths: string[]): FileSource => ({
    name,
    list: async () => paths,
    read: async () => new Uint8Array(),
  });
  it.each([
    ['scene', 'fox', ['transforms.json', 'images/1.jpg']],
    ['scene', 'fox.zip', ['transforms.json']],
    ['scene', 'files', ['transforms.json']],
    ['checkpoint', 'files', ['fox.IMPASTO']],
    ['network', 'files', ['vgg19.safetensors']],
    ['style', 'files', ['wave.jpg']],
    ['style', 'files', ['painting']],
    ['scene', 'fox', ['transforms.json', 'points.ply']],
  ] as const)('says %s for %s with %j', async (kind, name, paths) => {
    expect(await kindOf(source(name, [...paths]))).toBe(kind);
  });

  it.each([
    ['scene.ply', /^files in scene.ply: expected .*, found a cloud of points or splats: drop the photographs/],
    ['statue.glb', /found a mesh/],
    ['walk.MOV', /found a film: take pictures out of it/],
    ['IMG_1.HEIC', /found a HEIC picture: save it as JPEG or PNG/],
    ['logo.svg', /found a drawing without pixels/],
    ['layers.psd', /found a picture of a kind that browsers do not show/],
    ['notes.txt', /found a text/],
  ])('says what %s is and what can be done', async (path, sentence) => {
    await expect(kindOf(source('files', [path]))).rejects.toThrow(sentence);
  });

  it('does not guess which of a picture and an archive was meant', async () => {
    await expect(kindOf(source('files', ['wave.jpg', 'fox.zip']))).rejects.toThrow(/drop one at a time/);
  });
});
