// A scene made by analysis: one ball of radius 0.6 in the middle, coloured by its normal, on transparent pictures.

import { rayOfPixel } from '../../../src/scene/rays.ts';
import type { Picture, Scene, View } from '../../../src/scene/types.ts';
import { cameraAround } from './cases.ts';

const RADIUS = 0.6;

/** The ball seen from `angle`: a view with its picture. */
export function ballView(angle: number, side: number): View {
  const camera = cameraAround(angle, side, side);
  const picture: Picture = { width: side, height: side, data: new Uint8ClampedArray(4 * side * side) };
  for (let i = 0; i < side * side; i++) {
    const { origin, direction } = rayOfPixel(camera, (i % side) + 0.5, Math.floor(i / side) + 0.5);
    const along = origin.reduce((sum, v, a) => sum + v * direction[a], 0);
    const inside = along * along - origin.reduce((sum, v) => sum + v * v, 0) + RADIUS * RADIUS;
    if (inside < 0) continue;
    const t = -along - Math.sqrt(inside);
    picture.data.set([...origin.map((v, a) => 128 + (100 * (v + t * direction[a])) / RADIUS), 255], 4 * i);
  }
  return { name: `ball-${angle.toFixed(2)}.png`, camera, picture };
}

export function ballScene(views: number, side: number): Scene {
  const identity = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
  return {
    name: 'ball',
    source: 'ball',
    train: Array.from({ length: views }, (_, i) => ballView(0.1 + (2 * Math.PI * i) / views, side)),
    test: [ballView(0.5, side)],
    hasAlpha: true,
    unbounded: false,
    sceneFromWorld: identity,
    worldFromScene: identity,
    downscale: 1,
    notes: [],
  };
}

/** Decibels of a render [H, W, 3] against a picture over `background`. */
export function psnr(rgb: ArrayLike<number>, { data }: Picture, background: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < rgb.length; i++) {
    const [pixel, c] = [Math.floor(i / 3), i % 3];
    const alpha = data[4 * pixel + 3] / 255;
    sum += (rgb[i] - (alpha * data[4 * pixel + c]) / 255 - (1 - alpha) * background[c]) ** 2;
  }
  return -10 * Math.log10(sum / rgb.length);
}
