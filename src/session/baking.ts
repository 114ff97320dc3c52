// The painted field's baked form, beside the field: made in the background, held until the field or its style changes,
// measured against the marched field on one view. Which one is shown is the caller's choice.

import { Cancelled, throwIfAborted } from '../errors.ts';
import type { Gpu } from '../gpu/device.ts';
import { psnr } from '../metrics/psnr.ts';
import { BakedField, type BakeSource } from '../nerf/bake/baked-field.ts';
import type { BakeLimits } from '../nerf/bake/bricks.ts';
import { BakeKernels } from '../nerf/bake/kernels.ts';
import { type Blend, sameBlend } from '../nerf/blend.ts';
import type { HashNetwork } from '../nerf/field.ts';
import { BAKE_BYTES } from '../nerf/memory.ts';
import { createRenderTarget, destroyRenderTarget } from '../nerf/renderer.ts';
import type { Backdrop } from '../nerf/types.ts';
import type { Camera } from '../scene/types.ts';
import { quantised, type RenderView } from './measure.ts';
import type { BakeReport } from './types.ts';

/** Nodes that are evaluated at most: a fraction of a second on a graphics card, some seconds in software. */
const NODES = { fast: BAKE_BYTES / 4, slow: 4 << 20 };
/** Long side of the view on which the bake is held against the field. Pixels. */
const MEASURED_SIDE = 160;

export interface BakeTask {
  source: BakeSource;
  /** The view that is measured, and how the field draws it. */
  camera: Camera;
  marched: RenderView;
  backdrop: Backdrop;
  /** The adapter bakes slowly. */
  slow: boolean;
  signal?: AbortSignal;
  onProgress?: (fraction: number) => void;
}

export class Baking {
  private kernels: Promise<BakeKernels> | null = null;
  private made: { baked: BakedField; blend: Blend; report: BakeReport } | null = null;
  private running: { abort: AbortController; blend: Blend; done: Promise<unknown> } | null = null;

  constructor(private readonly gpu: Gpu) {}

  /**
   * Bakes and measures; cancels the bake that is under way. What was baked before stays until then.
   * @returns null where the field is too full for the memory that a bake may take
   */
  async bake(task: BakeTask): Promise<BakeReport | null> {
    const before = this.stop();
    const abort = new AbortController();
    const signal = task.signal ? AbortSignal.any([task.signal, abort.signal]) : abort.signal;
    // Under way from this moment: what is stopped before it began never touches the field.
    const work = before.then(() => {
      throwIfAborted(signal);
      return this.make({ ...task, signal });
    });
    const running = { abort, blend: task.source.blend, done: work.catch(() => undefined) };
    this.running = running;
    try {
      return await work;
    } finally {
      if (this.running === running) this.running = null;
    }
  }

  private async make(task: BakeTask & { signal: AbortSignal }): Promise<BakeReport | null> {
    const { source, backdrop, camera, slow, signal, onProgress } = task;
    const { gpu } = this;
    const started = performance.now();
    this.kernels ??= BakeKernels.create(gpu);
    const { maxResolution, occupancyResolution } = source.field.config;
    const limits: BakeLimits = {
      bytes: BAKE_BYTES,
      nodes: slow ? NODES.slow : NODES.fast,
      resolution: Math.max(maxResolution, 2 * occupancyResolution),
    };
    const baked = await BakedField.bake(gpu, await this.kernels, source, { limits, signal, onProgress });
    if (!baked) return null;
    const seconds = (performance.now() - started) / 1000;
    try {
      const difference = await compare(gpu, camera, task.marched, async (view, target) =>
        baked.render(view, target, backdrop),
      );
      if (signal.aborted) throw new Cancelled();
      const { voxels, cells, resolution } = baked.layout;
      const report = {
        resolution: resolution * voxels,
        bricks: cells.length,
        bytes: baked.bytes,
        seconds,
        psnr: difference,
      };
      this.drop();
      this.made = { baked, blend: source.blend, report };
      return report;
    } catch (error) {
      baked.destroy();
      throw error;
    }
  }

  /** The bake of this blend, or null. */
  of(blend: Blend): BakedField | null {
    return this.madeOf(blend)?.baked ?? null;
  }

  reportOf(blend: Blend): BakeReport | null {
    return this.madeOf(blend)?.report ?? null;
  }

  private madeOf(blend: Blend) {
    return this.made && sameBlend(this.made.blend, blend) ? this.made : null;
  }

  /** Whether the bake that is under way reads this network. */
  uses(network: HashNetwork): boolean {
    return this.running?.blend.parts.some(({ appearance }) => appearance.network === network) ?? false;
  }

  /** Ends the bake that is under way, if any; resolves when it uses nothing any more. */
  async stop(): Promise<void> {
    const { running } = this;
    running?.abort.abort();
    await running?.done;
  }

  /** Forgets what was baked. */
  drop(): void {
    this.made?.baked.destroy();
    this.made = null;
  }

  destroy(): void {
    this.drop();
    void this.kernels?.then((kernels) => kernels.destroy());
  }
}

/** Decibels between the marched and the baked view of a small camera. */
async function compare(gpu: Gpu, camera: Camera, marched: RenderView, baked: RenderView): Promise<number> {
  const scale = Math.min(1, MEASURED_SIDE / Math.max(camera.width, camera.height));
  const side = (length: number) => Math.max(1, Math.round(length * scale));
  const target = createRenderTarget(gpu, side(camera.width), side(camera.height));
  try {
    await marched(camera, target);
    const truth = quantised(await target.rgb.readF32());
    await baked(camera, target);
    return Math.min(99, psnr(quantised(await target.rgb.readF32()), truth));
  } finally {
    destroyRenderTarget(target);
  }
}
