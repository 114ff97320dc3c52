// Renders whole views of a field in chunks of rays, and pushes an image gradient back into an appearance, chunk by
// chunk (deferred back-propagation, Zhang et al. 2022, section 4.2). No ray is ever cut short: chunks are planned by a
// count of their samples before anything is rendered, so that each fits its buffers.

import { inputError, throwIfAborted } from '../errors.ts';
import type { Gpu } from '../gpu/device.ts';
import type { Profiler } from '../gpu/profiler.ts';
import { Recorder } from '../gpu/recorder.ts';
import { Tensor } from '../gpu/tensor.ts';
import type { Camera } from '../scene/types.ts';
import { type Blend, blendOf, type Coloured, colourBlend } from './blend.ts';
import { cameraAtSize, packCameras } from './camera-buffer.ts';
import { PLAN_CHUNKS } from './config.ts';
import type { Appearance, Field } from './field.ts';
import { InFlight } from './in-flight.ts';
import { type NerfKernels, Passes, TABLE_BETAS } from './passes.ts';
import type { SampleBuffers } from './sample-buffers.ts';
import { SurvivorCache } from './survivor-cache.ts';
import type { DifferentiableRenderer, RenderOptions, RenderTarget } from './types.ts';

/** A chunk is planned to fill this share of the sample buffers, going by the densest chunk of the last view. */
const FILL = 0.7;

/** Samples that weigh less in their pixel are not coloured by themselves: less than one level of 8 bits. */
const MIN_WEIGHT = 1 / 256;
/** The same while painting, where a stroke's gradient counts and not a level: half the samples carry nearly all light. */
const MIN_WEIGHT_PAINTING = 1 / 32;
/** Samples from one whose cell counts for total variation to the next. */
const TV_EVERY = 8;
/** Bytes of survivors kept while painting: with them, quick stays within 300 MB. */
const SURVIVOR_BYTES = 176 * 2 ** 20;

type Rows = NonNullable<RenderTarget['rows']>;

interface Chunk {
  firstPixel: number;
  rays: number;
}

/** Pixels that a target may have on this adapter: what its largest tensor, the colours, may take. */
export function pixelsAtOnce({ device: { limits } }: Gpu): number {
  return Math.floor(Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize) / (3 * 4));
}

/** @throws InputError where the adapter has no buffers so large: bands.ts draws such views piece by piece */
export function createRenderTarget(gpu: Gpu, width: number, height: number): RenderTarget {
  const { device } = gpu;
  const most = pixelsAtOnce(gpu);
  if (width * height > most)
    throw inputError(
      `a view of ${width}x${height}`,
      null,
      `at most ${most} pixels at once on this adapter`,
      `${width * height}`,
    );
  return {
    width,
    height,
    rgb: Tensor.zeros(device, 'RenderTarget.rgb', [height, width, 3]),
    depth: Tensor.zeros(device, 'RenderTarget.depth', [height, width]),
    opacity: Tensor.zeros(device, 'RenderTarget.opacity', [height, width]),
  };
}

export function destroyRenderTarget(target: RenderTarget): void {
  for (const tensor of [target.rgb, target.depth, target.opacity]) tensor.destroy();
}

export class Renderer implements DifferentiableRenderer {
  profiler?: Profiler;
  /** Levels finer than this, in cells a side, stand still in stepAppearance. */
  finestStep = Number.POSITIVE_INFINITY;
  /** Weight of the features' total variation, by the pixel, in backward; 0: none. */
  tableTv = 0;
  /** Step size of the MLP's weights in stepAppearance as a share of the table's; 0 leaves them alone. */
  weightShare = 1;
  /** Adam's betas of the table in stepAppearance. */
  tableBetas = TABLE_BETAS;

  private readonly passes: Passes;
  private readonly camera: Tensor;
  /** Counters of the chunks of a plan under way. [PLAN_CHUNKS, 4] */
  private readonly log: Tensor;
  /** Rays of a provisional chunk, by what the last view asked for. */
  private chunkRays: number;
  /** By view, while geometry stands still. */
  private plans: Map<string, Chunk[]> | null = null;
  private survivors: SurvivorCache | null = null;
  /** Of the gradients gathered so far. */
  private lastGain = 1;

  constructor(
    private readonly gpu: Gpu,
    kernels: NerfKernels,
    readonly field: Field,
    private readonly buffers: SampleBuffers,
    /** What colours the field in this renderer; may be replaced at any time. */
    public appearance: Appearance,
  ) {
    this.passes = new Passes(kernels, field, buffers);
    this.camera = Tensor.zeros(gpu.device, 'Renderer.camera', [1, 32]);
    this.chunkRays = Math.min(buffers.rayCapacity, 2048);
    this.log = Tensor.zeros(gpu.device, 'Renderer.log', [PLAN_CHUNKS, 4], 'u32');
  }

  async render(camera: Camera, target: RenderTarget, options: RenderOptions): Promise<void> {
    await this.renderBlend(camera, target, blendOf(this.appearance), options);
  }

  /** As render, of a blend in the place of this renderer's appearance. */
  async renderBlend(camera: Camera, target: RenderTarget, blend: Blend, options: RenderOptions): Promise<void> {
    const pixels = { rgb: target.rgb, depth: target.depth, opacity: target.opacity };
    const before = (target.rows?.first ?? 0) * target.width;
    await this.overChunks(camera, target, blend, options, (rec, chunk, { rgb, map }) => {
      const out = { ...pixels, firstPixel: chunk.firstPixel - before };
      this.passes.composite(rec, chunk.rays, map, out, rgb, options.filled);
    });
  }

  /** The appearance must have an optimiser. `dImage`: [H, W, 3]. */
  async backward(camera: Camera, dImage: Tensor, options: RenderOptions): Promise<void> {
    const [height, width] = dImage.shape;
    const gain = gradientGain(width, height);
    await this.overChunks(camera, { width, height }, blendOf(this.appearance), options, (rec, chunk) => {
      // The pixels themselves matter to density only, which is not trained here: any [P, 3] tensor will do.
      this.passes.compositeBackward(rec, chunk.rays, this.appearance.colourMap, dImage, dImage, chunk.firstPixel);
      this.passes.colourBackward(rec, this.appearance.network, gain);
      if (this.tableTv > 0) {
        const weight = (this.tableTv * TV_EVERY) / (width * height);
        this.passes.tableTv(rec, this.appearance.network, weight, TV_EVERY, gain);
      }
    });
    this.lastGain = gain;
  }

  stepAppearance(learningRate: number): void {
    const rec = new Recorder(this.gpu, 'Renderer.stepAppearance', this.profiler);
    this.passes.adam(rec, this.appearance.network, learningRate, 0, {
      gain: this.lastGain,
      entries: this.movingEntries(),
      weightShare: this.weightShare,
      betas: this.tableBetas,
    });
    rec.submit();
  }

  private movingEntries(): number {
    const levels = this.appearance.network.hashLevels.filter(
      (level, i) => i === 0 || level.resolution <= this.finestStep,
    );
    const last = levels[levels.length - 1];
    return last.firstEntry + last.entries;
  }

  /** March, density, compaction and colour, then `finish`, for each chunk of a view's plan. */
  private async overChunks(
    camera: Camera,
    size: Pick<RenderTarget, 'width' | 'height' | 'rows'>,
    blend: Blend,
    options: RenderOptions,
    finish: (rec: Recorder, chunk: Chunk, coloured: Coloured) => void,
  ): Promise<void> {
    const { width, height, rows = { first: 0, count: height } } = size;
    const distortion = options.lens ? camera.distortion : null;
    this.camera.write(packCameras([{ ...cameraAtSize(camera, width, height), distortion }]));
    const { survivors } = this;
    const view = `${width}x${height} ${rows.first} ${options.lens ?? false} ${camera.fx} ${camera.cx} ${camera.cy} ${camera.cameraToWorld.join(' ')}`;
    const plan = await this.planned(view, width, rows, options);
    const inFlight = new InFlight(this.gpu);
    for (const chunk of plan) {
      throwIfAborted(options.signal);
      const key = `${view} ${chunk.firstPixel}`;
      const rec = new Recorder(this.gpu, 'Renderer.chunk', this.profiler);
      let toKeep = false;
      const sees = ({ viewDependent }: Appearance) => options.viewDependent && viewDependent;
      let shading = blend.parts.length > 0 && sees(blend.parts[0].appearance);
      if (survivors?.restore(rec, key)) {
        this.rays(rec, chunk, width, options, shading);
      } else {
        this.samples(rec, chunk, width, options, shading);
        this.passes.density(rec);
        this.passes.compact(rec, chunk.rays, survivors ? MIN_WEIGHT_PAINTING : MIN_WEIGHT);
        toKeep = survivors?.snapshot(rec, chunk.rays) ?? false;
      }
      const coloured = colourBlend(rec, this.passes, blend, (appearance) => {
        if (sees(appearance) === shading) return;
        shading = !shading;
        this.rays(rec, chunk, width, options, shading);
      });
      finish(rec, chunk, coloured);
      rec.submit();
      if (toKeep) await survivors?.keep(key, chunk.rays);
      await inFlight.submitted();
    }
  }

  private samples(rec: Recorder, chunk: Chunk, width: number, options: RenderOptions, viewDependent = false): void {
    this.rays(rec, chunk, width, options, viewDependent);
    this.passes.march(rec, chunk.rays, this.buffers.capacity);
  }

  private rays(rec: Recorder, chunk: Chunk, width: number, options: RenderOptions, viewDependent: boolean): void {
    this.passes.cameraRays(rec, chunk.rays, {
      camera: this.camera,
      firstPixel: chunk.firstPixel,
      width,
      background: options.background,
      viewDependent,
    });
  }

  /** The plan of a view; kept while geometry stands still. */
  private async planned(view: string, width: number, rows: Rows, options: RenderOptions): Promise<Chunk[]> {
    const plan = this.plans?.get(view) ?? (await this.plan(width, rows, options));
    this.plans?.set(view, plan);
    return plan;
  }

  /**
   * Cuts a view into chunks whose samples fit: counts samples of provisional chunks (march only: cheap beside the
   * networks), halves those that do not fit until they do. One read-back a round; usually there is one round.
   */
  private async plan(width: number, rows: Rows, options: RenderOptions): Promise<Chunk[]> {
    const end = width * (rows.first + rows.count);
    let open: Chunk[] = [];
    for (let first = width * rows.first; first < end; first += this.chunkRays) {
      open.push({ firstPixel: first, rays: Math.min(this.chunkRays, end - first) });
    }
    const done: Chunk[] = [];
    const inFlight = new InFlight(this.gpu);
    let densest = 0; // samples a ray in the densest chunk
    while (open.length) {
      const round = open.splice(0, this.log.shape[0]);
      for (const [i, chunk] of round.entries()) {
        throwIfAborted(options.signal);
        const rec = new Recorder(this.gpu, 'Renderer.plan', this.profiler);
        this.samples(rec, chunk, width, options);
        rec.copy(this.buffers.counters, this.log, 16, 0, i * 16);
        rec.submit();
        await inFlight.submitted();
      }
      const log = await this.log.read(round.length * 4);
      const again: Chunk[] = [];
      round.forEach((chunk, i) => {
        densest = Math.max(densest, log[4 * i + 2] / chunk.rays);
        if (log[4 * i + 1] >= chunk.rays) {
          done.push(chunk);
        } else {
          const half = Math.ceil(chunk.rays / 2);
          again.push(
            { firstPixel: chunk.firstPixel, rays: half },
            { firstPixel: chunk.firstPixel + half, rays: chunk.rays - half },
          );
        }
      });
      open = [...again.filter((c) => c.rays > 0), ...open];
    }
    const wanted = Math.floor((this.buffers.capacity * FILL) / Math.max(1, densest) / 64) * 64;
    this.chunkRays = Math.max(64, Math.min(this.buffers.rayCapacity, wanted));
    return done.sort((a, b) => a.firstPixel - b.firstPixel);
  }

  /**
   * While geometry stands still, what is seen in a view is worked out once, and only the samples that matter are
   * coloured. Call with false before geometry changes again.
   */
  freezeGeometry(frozen: boolean): void {
    this.plans = frozen ? new Map() : null;
    this.survivors?.destroy();
    this.survivors = frozen ? new SurvivorCache(this.gpu, this.buffers, SURVIVOR_BYTES) : null;
  }

  destroy(): void {
    this.camera.destroy();
    this.log.destroy();
    this.survivors?.destroy();
  }
}

/**
 * Style losses are means over the image, so their gradients are smaller than the photometric sum's by about the number
 * of pixels; the fixed-point scale is raised by as much, with a reserve for bright overlaps.
 */
export function gradientGain(width: number, height: number): number {
  return (width * height) / 32;
}
