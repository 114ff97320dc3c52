// What a field is worth, in figures: held-out PSNR, SSIM and LPIPS, and consistency between views. Who asks gets the
// pictures that the figures are of, one by one.

import { throwIfAborted } from '../errors.ts';
import { turntableFor } from '../export/camera-path.ts';
import type { Gpu } from '../gpu/device.ts';
import {
  type ConsistencyFrame,
  consistencyOverPath,
  type MaskedDistance,
  type PairFigures,
} from '../metrics/consistency.ts';
import { LPIPS_LAYERS, type Lpips } from '../metrics/lpips.ts';
import { psnr } from '../metrics/psnr.ts';
import { ssim } from '../metrics/ssim.ts';
import { readView } from '../nerf/bands.ts';
import { createRenderTarget, destroyRenderTarget } from '../nerf/renderer.ts';
import type { RenderTarget } from '../nerf/types.ts';
import { keptPixels } from '../scene/masks.ts';
import { rgbOver } from '../scene/picture.ts';
import type { Camera, Scene, View } from '../scene/types.ts';
import { type StyleJudge, styleDistances } from './style-distances.ts';
import type { ConsistencyPair, ConsistencyScore, Evaluation, ScoredView, ViewScore } from './types.ts';

export type RenderView = (camera: Camera, target: RenderTarget) => Promise<void>;

/** As a picture would hold it: clamped to 0..1 and rounded to 8 bits, so that figures are those of the saved file. */
export function quantised(rgb: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  return rgb.map((v) => Math.round(255 * Math.min(1, Math.max(0, v))) / 255) as Float32Array<ArrayBuffer>;
}

export interface ScoreViewsOptions {
  lpips?: Lpips;
  onView?: (view: ScoredView) => void | Promise<void>;
  signal?: AbortSignal;
  onProgress?: (done: number) => void;
}

/**
 * PSNR and SSIM (and LPIPS) of views against their photographs, rendered through the lens that took them, in bands where
 * they are larger than what the adapter takes at once.
 */
export async function scoreViews(
  gpu: Gpu,
  views: View[],
  background: readonly [number, number, number],
  render: RenderView,
  options: ScoreViewsOptions = {},
): Promise<ViewScore[]> {
  const { lpips, onView, signal, onProgress } = options;
  const scores: ViewScore[] = [];
  for (const { name, camera, picture } of views) {
    throwIfAborted(signal);
    const { width, height } = picture;
    const rgb = quantised(await readView(gpu, width, height, (target) => render(camera, target)));
    const kept = keptPixels(picture);
    const truth = rgbOver(picture, background);
    if (kept) showRender(truth, rgb, kept);
    const score: ViewScore = {
      name,
      psnr: Math.min(99, psnr(rgb, truth, kept)),
      // SSIM's window is 11 x 11.
      ssim: width >= 11 && height >= 11 ? ssim(rgb, truth, width, height, 3, kept) : 0,
      ...(lpips && { lpips: await lpips.distance(rgb, truth, width, height) }),
    };
    scores.push(score);
    await onView?.({ ...score, width, height, photograph: truth, render: rgb });
    onProgress?.(scores.length);
  }
  return scores;
}

/** Puts the render in the place of what a mask leaves out, so that nothing is made of the difference there. */
function showRender(truth: Float32Array, rgb: Float32Array, kept: Uint8Array): void {
  for (let i = 0; i < truth.length; i++) if (kept[Math.floor(i / 3)] === 0) truth[i] = rgb[i];
}

/** Means, and how they came about. @param network name of LPIPS's feature network, where there is LPIPS */
export function evaluationOf(
  views: ViewScore[],
  scene: Scene,
  background: Evaluation['background'],
  network?: string,
): Evaluation {
  const mean = (value: (view: ViewScore) => number) => views.reduce((sum, v) => sum + value(v), 0) / views.length;
  const behind = background === 'none' ? 'opaque' : `over ${background}`;
  return {
    mean: {
      psnr: mean((v) => v.psnr),
      ssim: mean((v) => v.ssim),
      ...(network !== undefined && { lpips: mean((v) => v.lpips ?? Number.NaN) }),
    },
    views,
    background,
    protocol: {
      views: `${views.length} held-out views; ${scene.train.length} were trained on`,
      pictures: `sRGB of 8 bits, photographs ${behind} at 1/${scene.downscale} of their size, renders through the lens that took them`,
      psnr: 'dB, peak 1, from the mean squared error of each view; mean over views',
      ssim: 'Gaussian window 11x11 of sigma 1.5, K1 .01, K2 .03, each channel alone, valid region; mean over views',
      ...(network !== undefined && {
        lpips: `heads v0.1 on ${network} ${LPIPS_LAYERS.join(', ')}: compare with one another, not with published figures`,
      }),
    },
  };
}

type Figures = Pick<PairFigures, 'rmse' | 'maskShare' | 'distance'>;

/** Distance in frames of the two ranges, as published. */
const GAPS = { short: 1, long: 7 } as const;

export interface ScoreConsistencyOptions {
  lpips?: Lpips;
  style?: StyleJudge;
  onPair?: (pair: ConsistencyPair) => void | Promise<void>;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

/**
 * Short range: frames t, t+1; long range: t, t+7, along the scene's turntable.
 * @param render.sameGeometry the baseline has the same depth, so both are judged on the very same pixels
 */
export async function scoreConsistency(
  gpu: Gpu,
  scene: Scene,
  frameCount: number,
  size: readonly [number, number],
  render: { shown: RenderView; plain: RenderView; sameGeometry: boolean },
  options: ScoreConsistencyOptions = {},
): Promise<ConsistencyScore> {
  const { signal, onProgress } = options;
  const cameras = turntableFor(scene, frameCount, size[0], size[1]);
  const pairs = Object.values(GAPS).reduce((sum, gap) => sum + Math.max(0, cameras.length - gap), 0);
  let done = 0;
  // Each pair is judged twice: of the field and of the baseline.
  const advance = () => onProgress?.(++done, cameras.length + 2 * pairs);
  const target = createRenderTarget(gpu, size[0], size[1]);
  const frame = async (camera: Camera): Promise<ConsistencyFrame> => {
    const [rgb, depth, opacity] = await Promise.all([
      target.rgb.readF32(),
      target.depth.readF32(),
      target.opacity.readF32(),
    ]);
    return { rgb: quantised(rgb), depth, opacity, camera };
  };
  const shown: ConsistencyFrame[] = [];
  const plain: ConsistencyFrame[] = [];
  try {
    for (const camera of cameras) {
      throwIfAborted(signal);
      await render.shown(camera, target);
      const painted = await frame(camera);
      shown.push(painted);
      await render.plain(camera, target);
      plain.push(
        render.sameGeometry ? { ...painted, rgb: quantised(await target.rgb.readF32()) } : await frame(camera),
      );
      advance();
    }
  } finally {
    destroyRenderTarget(target);
  }
  const { lpips, style, onPair } = options;
  const distance = lpips && ((...pair: Parameters<MaskedDistance>) => lpips.distance(...pair));
  const measured = async (range: keyof typeof GAPS) => {
    const path = (frames: ConsistencyFrame[], report?: ScoreConsistencyOptions['onPair']) =>
      consistencyOverPath(frames, GAPS[range], {
        distance,
        async onPair(pair) {
          throwIfAborted(signal);
          await report?.({ ...pair, range });
          advance();
        },
      });
    const [of, baseline] = [await path(shown, onPair), await path(plain)];
    const figures = (a: Figures, b: Figures) => ({
      rmse: a.rmse,
      baseline: b.rmse,
      share: a.maskShare,
      ...(lpips && { lpips: a.distance, baselineLpips: b.distance }),
    });
    const each = of.each.map((pair, i) => ({ frames: pair.frames, ...figures(pair, baseline.each[i]) }));
    return { ...figures(of, baseline), pairs: of.pairs, each };
  };
  const [short, long] = [await measured('short'), await measured('long')];
  return { short, long, ...(style && { style: await styleDistances(gpu, shown, plain, style, signal) }) };
}
