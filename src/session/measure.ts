// What a field is worth, in figures: held-out PSNR and SSIM, and consistency between views.

import { throwIfAborted } from '../errors.ts';
import { turntableFor } from '../export/camera-path.ts';
import type { Gpu } from '../gpu/device.ts';
import { type ConsistencyFrame, consistencyOverPath } from '../metrics/consistency.ts';
import { psnr } from '../metrics/psnr.ts';
import { ssim } from '../metrics/ssim.ts';
import { createRenderTarget, destroyRenderTarget } from '../nerf/renderer.ts';
import type { RenderTarget } from '../nerf/types.ts';
import type { Camera, Picture, Scene, View } from '../scene/types.ts';
import type { ConsistencyRange, ViewScore } from './types.ts';

export type RenderView = (camera: Camera, target: RenderTarget) => Promise<void>;

/** Photograph over the background, [H, W, 3] sRGB 0..1. */
export function photograph(picture: Picture, background: readonly number[]): Float32Array<ArrayBuffer> {
  const { data } = picture;
  const rgb = new Float32Array((data.length / 4) * 3);
  for (let p = 0; p < data.length / 4; p++) {
    const alpha = data[4 * p + 3] / 255;
    for (let c = 0; c < 3; c++) rgb[3 * p + c] = (data[4 * p + c] / 255) * alpha + background[c] * (1 - alpha);
  }
  return rgb;
}

/** As a picture would hold it: clamped to 0..1 and rounded to 8 bits, so that figures are those of the saved file. */
export function quantised(rgb: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  return rgb.map((v) => Math.round(255 * Math.min(1, Math.max(0, v))) / 255) as Float32Array<ArrayBuffer>;
}

/** PSNR and SSIM of views against their photographs, undistorted cameras. Views of one size share a target. */
export async function scoreViews(
  gpu: Gpu,
  views: View[],
  background: readonly [number, number, number],
  render: RenderView,
  options: { signal?: AbortSignal; onProgress?: (done: number) => void } = {},
): Promise<ViewScore[]> {
  const targets = new Map<string, RenderTarget>();
  const scores: ViewScore[] = [];
  try {
    for (const { name, camera, picture } of views) {
      throwIfAborted(options.signal);
      const { width, height } = picture;
      const key = `${width}x${height}`;
      const target = targets.get(key) ?? createRenderTarget(gpu, width, height);
      targets.set(key, target);
      await render(camera, target);
      const rgb = quantised(await target.rgb.readF32());
      const truth = photograph(picture, background);
      scores.push({
        name,
        psnr: Math.min(99, psnr(rgb, truth)),
        // SSIM's window is 11 x 11.
        ssim: width >= 11 && height >= 11 ? ssim(rgb, truth, width, height) : 0,
      });
      options.onProgress?.(scores.length);
    }
  } finally {
    for (const target of targets.values()) destroyRenderTarget(target);
  }
  return scores;
}

/** Short range: frames t, t+1; long range: t, t+7, along the scene's turntable. */
export async function scoreConsistency(
  gpu: Gpu,
  scene: Scene,
  frameCount: number,
  size: readonly [number, number],
  render: { shown: RenderView; plain: RenderView },
  options: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void } = {},
): Promise<{ short: ConsistencyRange; long: ConsistencyRange }> {
  const cameras = turntableFor(scene, frameCount, size[0], size[1]);
  const target = createRenderTarget(gpu, size[0], size[1]);
  const shown: ConsistencyFrame[] = [];
  const plain: ConsistencyFrame[] = [];
  try {
    for (const camera of cameras) {
      throwIfAborted(options.signal);
      await render.shown(camera, target);
      const [rgb, depth, opacity] = await Promise.all([
        target.rgb.readF32(),
        target.depth.readF32(),
        target.opacity.readF32(),
      ]);
      shown.push({ rgb: quantised(rgb), depth, opacity, camera });
      await render.plain(camera, target);
      // The same geometry, so the same depth: both are judged on the very same pixels.
      plain.push({ rgb: quantised(await target.rgb.readF32()), depth, opacity, camera });
      options.onProgress?.(shown.length, cameras.length);
    }
  } finally {
    destroyRenderTarget(target);
  }
  const [a, b] = [consistencyOverPath(shown), consistencyOverPath(plain)];
  const range = (i: number): ConsistencyRange => ({ rmse: a[i].rmse, baseline: b[i].rmse, pairs: a[i].pairs });
  return { short: range(0), long: range(1) };
}
