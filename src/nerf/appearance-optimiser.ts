// Paints one appearance of a field whose geometry stands still: what style/ knows of the field. Which samples each view
// sees is worked out once and kept, and only those that matter are coloured; the gradient goes to the appearance alone.

import type { Gpu } from '../gpu/device.ts';
import type { Profiler } from '../gpu/profiler.ts';
import { Recorder } from '../gpu/recorder.ts';
import type { Tensor } from '../gpu/tensor.ts';
import type { Camera } from '../scene/types.ts';
import { blendOf } from './blend.ts';
import { type KeptState, RATE_AFTER } from './divergence-guard.ts';
import type { Appearance } from './field.ts';
import type { FrozenViews, Renderer } from './renderer.ts';
import { snapshotOf } from './snapshot.ts';
import { TABLE_BETAS } from './stages/adam.ts';
import { FiniteStage } from './stages/finite.ts';
import type { DifferentiableRenderer, RenderOptions, RenderTarget } from './types.ts';

export interface AppearanceOptimiserOptions {
  /** Adam's of the table. */
  betas?: readonly [number, number];
  /** Step size of the MLP's weights as a share of the table's; 0 leaves them alone. Default 1. */
  weightShare?: number;
  /** Levels finer than this, in cells a side, stand still; the coarsest always moves. */
  finestCells?: number;
  /** Factor on what is kept of views that are visited over and over: more for large ones. Default 1. */
  room?: number;
  profiler?: Profiler;
}

export class AppearanceOptimiser implements DifferentiableRenderer {
  private readonly frozen: FrozenViews;
  private readonly finite: FiniteStage;
  /** Of the gradients gathered so far. */
  private gain = 1;
  /** On learning rates: less than 1 once painting had to go back. */
  private rateFactor = 1;

  /**
   * Freezes the geometry: it must not change until `destroy`.
   * @param appearance has an optimiser
   */
  constructor(
    private readonly gpu: Gpu,
    private readonly renderer: Renderer,
    readonly appearance: Appearance,
    private readonly options: AppearanceOptimiserOptions = {},
  ) {
    this.frozen = renderer.freeze(options.room);
    this.finite = new FiniteStage(gpu, renderer.kernels);
  }

  async render(camera: Camera, target: RenderTarget, options: RenderOptions): Promise<void> {
    await this.renderer.renderBlend(camera, target, blendOf(this.appearance), options, this.frozen);
  }

  async backward(camera: Camera, dImage: Tensor, options: RenderOptions): Promise<void> {
    const [height, width] = dImage.shape;
    this.gain = gradientGain(width, height);
    await this.renderer.backward(camera, this.appearance, { dImage, gain: this.gain }, options, this.frozen);
  }

  stepAppearance(learningRate: number): void {
    const { betas = TABLE_BETAS, weightShare = 1, profiler } = this.options;
    const rec = new Recorder(this.gpu, 'AppearanceOptimiser.step', profiler);
    const entries = this.movingEntries();
    const adam = { gain: this.gain, entries, weightShare, betas };
    this.renderer.pipeline.adam.step(rec, this.appearance.network, this.rateFactor * learningRate, adam);
    rec.submit();
  }

  /** Whether the appearance's parameters are numbers. Waits for the GPU. */
  async isFinite(): Promise<boolean> {
    return await this.finite.holds([this.appearance.network]);
  }

  /** The present appearance, to go back to; one that is gone back to is gone on from at a smaller rate. */
  async keep(step: number): Promise<KeptState> {
    const { fault, restore } = await snapshotOf(this.appearance.network);
    return {
      step,
      fault,
      restore: () => {
        restore();
        this.rateFactor *= RATE_AFTER;
      },
    };
  }

  private movingEntries(): number {
    const { finestCells = Number.POSITIVE_INFINITY } = this.options;
    const levels = this.appearance.network.hashLevels.filter((level, i) => i === 0 || level.resolution <= finestCells);
    const last = levels[levels.length - 1];
    return last.firstEntry + last.entries;
  }

  /** Thaws the geometry; the appearance and its optimiser stay the caller's. */
  destroy(): void {
    this.frozen.destroy();
    this.finite.destroy();
  }
}

/**
 * Style losses are means over the image, so their gradients are smaller than the photometric sum's by about the number
 * of pixels; the fixed-point scale is raised by as much, with a reserve for bright overlaps.
 */
export function gradientGain(width: number, height: number): number {
  return (width * height) / 32;
}
