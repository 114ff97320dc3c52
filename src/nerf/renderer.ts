// Renders whole views of a field in chunks of rays, and pushes an image gradient back into an appearance, chunk by
// chunk (deferred back-propagation, Zhang et al. 2022, section 4.2). No ray is ever cut short: chunks are planned by a
// count of their samples before anything is rendered, so that each fits its buffers. Keeps no setting: what is drawn and
// how is said with each call.

import { inputError, throwIfAborted } from '../errors.ts';
import type { Gpu } from '../gpu/device.ts';
import { Recorder } from '../gpu/recorder.ts';
import { Tensor } from '../gpu/tensor.ts';
import type { Camera } from '../scene/types.ts';
import { type Blend, blendOf } from './blend.ts';
import { CAMERA_STRIDE, cameraAtSize, packCameras } from './camera-buffer.ts';
import { PLAN_CHUNKS } from './config.ts';
import { COUNTER } from './counters.ts';
import type { Appearance, Field } from './field.ts';
import { InFlight } from './in-flight.ts';
import type { NerfKernels } from './kernels.ts';
import { Pipeline } from './pipeline.ts';
import type { SampleBuffers } from './sample-buffers.ts';
import type { Coloured } from './stages/colour.ts';
import { SurvivorCache } from './survivor-cache.ts';
import type { RenderOptions, RenderTarget } from './types.ts';

/** A chunk is planned to fill this share of the sample buffers, going by the densest chunk of the last view. */
const FILL = 0.7;

/** Samples that weigh less in their pixel are not coloured by themselves: less than one level of 8 bits. */
const MIN_WEIGHT = 1 / 256;
/**
 * While painting, where a stroke's gradient counts and not a level, so many points of the surface stand for a ray's
 * samples (fishing boat, quick: 3.2 points a ray, 26.58 dB; samples of 1/256 and more 10.8 a ray, 26.79 dB).
 */
const PAINTED_POINTS = 4;
/** Bytes of survivors kept while painting: with them, quick stays within 300 MB. */
const SURVIVOR_BYTES = 176 * 2 ** 20;

type Rows = NonNullable<RenderTarget['rows']>;

interface Chunk {
  firstPixel: number;
  rays: number;
}

/** Pixels that a target may have on this adapter: what its largest tensor, the colours, may take. */
export function pixelsAtOnce({ device }: Gpu): number {
  return Math.floor(Tensor.mostBytes(device) / (3 * 4));
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

/** What is known of views whose geometry stands still: their plans, and which samples they see. */
export interface FrozenViews {
  readonly plans: Map<string, Chunk[]>;
  readonly survivors: SurvivorCache;
  destroy(): void;
}

export class Renderer {
  readonly pipeline: Pipeline;
  private readonly camera: Tensor;
  /** First counters of the chunks of a plan under way. [PLAN_CHUNKS, 4] */
  private readonly log: Tensor;
  /** Rays of a provisional chunk, by what the last view asked for. */
  private chunkRays: number;

  constructor(
    private readonly gpu: Gpu,
    readonly kernels: NerfKernels,
    readonly field: Field,
    private readonly buffers: SampleBuffers,
  ) {
    this.pipeline = new Pipeline(kernels, field, buffers);
    this.camera = Tensor.zeros(gpu.device, 'Renderer.camera', [1, CAMERA_STRIDE]);
    this.chunkRays = Math.min(buffers.rayCapacity, 2048);
    this.log = Tensor.zeros(gpu.device, 'Renderer.log', [PLAN_CHUNKS, 4], 'u32');
  }

  /** The plain field. */
  async render(camera: Camera, target: RenderTarget, options: RenderOptions): Promise<void> {
    await this.renderBlend(camera, target, blendOf(this.field.appearance), options);
  }

  /** Any appearances of it. @param frozen while geometry stands still */
  async renderBlend(
    camera: Camera,
    target: RenderTarget,
    blend: Blend,
    options: RenderOptions,
    frozen?: FrozenViews,
  ): Promise<void> {
    const pixels = { rgb: target.rgb, depth: target.depth, opacity: target.opacity };
    const before = (target.rows?.first ?? 0) * target.width;
    await this.overChunks(camera, target, blend, { ...options, frozen }, (rec, chunk, coloured) => {
      const out = { ...pixels, firstPixel: chunk.firstPixel - before };
      this.pipeline.composite.forward(rec, chunk.rays, coloured, out, options.opaque);
    });
  }

  /**
   * Adds the gradient of an image by an appearance, which must have an optimiser. Geometry gets none.
   * @param gradient.dImage [H, W, 3]
   * @param gradient.gain factor on the fixed-point scale that it is gathered with
   */
  async backward(
    camera: Camera,
    appearance: Appearance,
    { dImage, gain }: { dImage: Tensor; gain: number },
    options: RenderOptions,
    frozen?: FrozenViews,
  ): Promise<void> {
    const [height, width] = dImage.shape;
    const viewDependent = options.viewDependent && appearance.viewDependent;
    await this.overChunks(camera, { width, height }, blendOf(appearance), { ...options, frozen }, (rec, chunk) => {
      const gradient = { dImage, firstPixel: chunk.firstPixel, viewDependent, gain };
      this.pipeline.appearanceBackward(rec, chunk.rays, appearance, gradient);
    });
  }

  /**
   * From now on until it is destroyed geometry stands still for those who draw with it.
   * @param room factor on what may be kept of views
   */
  freeze(room = 1): FrozenViews {
    const survivors = new SurvivorCache(this.gpu, this.buffers, room * SURVIVOR_BYTES);
    return { plans: new Map(), survivors, destroy: () => survivors.destroy() };
  }

  /** March, density, compaction and colour, then `finish`, for each chunk of a view's plan. */
  private async overChunks(
    camera: Camera,
    size: Pick<RenderTarget, 'width' | 'height' | 'rows'>,
    blend: Blend,
    options: RenderOptions & { frozen?: FrozenViews },
    finish: (rec: Recorder, chunk: Chunk, coloured: Coloured) => void,
  ): Promise<void> {
    const { width, height, rows = { first: 0, count: height } } = size;
    const distortion = options.lens ? camera.distortion : null;
    this.camera.write(packCameras([{ ...cameraAtSize(camera, width, height), distortion }]));
    const { plans, survivors } = options.frozen ?? {};
    const view = `${width}x${height} ${rows.first} ${options.lens ?? false} ${camera.fx} ${camera.cx} ${camera.cy} ${camera.cameraToWorld.join(' ')}`;
    const plan = plans?.get(view) ?? (await this.plan(width, rows, options));
    plans?.set(view, plan);
    const inFlight = new InFlight(this.gpu);
    for (const chunk of plan) {
      throwIfAborted(options.signal);
      const key = `${view} ${chunk.firstPixel}`;
      const rec = new Recorder(this.gpu, 'Renderer.chunk');
      let toKeep = false;
      const restored = survivors?.restore(rec, key) ?? false;
      this.rays(rec, chunk, width, options);
      if (!restored) {
        const kept = survivors ? { points: PAINTED_POINTS } : { minWeight: MIN_WEIGHT };
        this.pipeline.visible(rec, chunk.rays, this.buffers.capacity, kept);
        toKeep = survivors?.snapshot(rec, chunk.rays) ?? false;
      }
      finish(rec, chunk, this.pipeline.coloured(rec, blend, options.viewDependent));
      rec.submit();
      if (toKeep) await survivors?.keep(key, chunk.rays);
      await inFlight.submitted();
    }
  }

  private rays(rec: Recorder, chunk: Chunk, width: number, { background }: RenderOptions): void {
    const { camera } = this;
    this.pipeline.rays.camera(rec, chunk.rays, { camera, firstPixel: chunk.firstPixel, width, background });
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
        const rec = new Recorder(this.gpu, 'Renderer.plan');
        this.rays(rec, chunk, width, options);
        this.pipeline.march.forward(rec, chunk.rays, this.buffers.capacity);
        rec.copy(this.buffers.counters, this.log, 16, 0, i * 16);
        rec.submit();
        await inFlight.submitted();
      }
      const log = await this.log.read(round.length * 4);
      const again: Chunk[] = [];
      round.forEach((chunk, i) => {
        densest = Math.max(densest, log[4 * i + COUNTER.samplesWanted] / chunk.rays);
        if (log[4 * i + COUNTER.raysKept] >= chunk.rays) {
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

  destroy(): void {
    this.camera.destroy();
    this.log.destroy();
  }
}
