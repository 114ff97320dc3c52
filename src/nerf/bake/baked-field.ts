// A field baked for display: colour without direction, and density, at the nodes of sparse bricks in one 3D texture that
// the hardware filters (sparse voxel form after SNeRG, Hedman et al. 2021, without its view-dependent part). Made in
// slices beside other work; its views have the shape and meaning of Renderer.render's.

import { throwIfAborted } from '../../errors.ts';
import type { Gpu } from '../../gpu/device.ts';
import { workgroups } from '../../gpu/kernel.ts';
import { Recorder } from '../../gpu/recorder.ts';
import { Tensor } from '../../gpu/tensor.ts';
import type { Camera } from '../../scene/types.ts';
import type { Blend } from '../blend.ts';
import { CAMERA_STRIDE, cameraAtSize, packCameras } from '../camera-buffer.ts';
import type { FieldConfig } from '../config.ts';
import { COUNTERS, fixedCounters } from '../counters.ts';
import type { Field } from '../field.ts';
import type { NerfKernels } from '../kernels.ts';
import { makeIfRoom } from '../memory.ts';
import { Pipeline } from '../pipeline.ts';
import type { SampleBuffers } from '../sample-buffers.ts';
import { marchSteps } from '../space.ts';
import type { Backdrop, RenderTarget } from '../types.ts';
import { atlasSize, type BakeLimits, type BrickLayout, layOutBricks } from './bricks.ts';
import type { BakeKernels } from './kernels.ts';

/** A march step of the least length is opaque at the highest density that is told apart: e^-8. */
const OPAQUE = 8;
/** Highest density : floor of the logarithmic code. */
const DENSITY_SPAN = Math.exp(10);
/** Time of a slice of baking, so that the view between slices stays live... */
const SLICE_MS = 24;
/** ... but so many times what the browser takes to tell that nothing is left to do: some look only every 100 ms. */
const LATENCIES = 2;
/** Slices of fewer nodes would do little but wait, even in software. */
const LEAST_NODES = 8192;

export interface BakeOptions {
  limits: BakeLimits;
  signal?: AbortSignal;
  /** 0..1 */
  onProgress?: (fraction: number) => void;
}

/** What is asked for a field to be baked: it and what evaluates it. */
export interface BakeSource {
  field: Field;
  blend: Blend;
  kernels: NerfKernels;
  /** Work buffers; may be shared, since every slice is one submit that fills what it reads. */
  buffers: SampleBuffers;
}

export class BakedField {
  private readonly index: Tensor; // [resolution^3] u32
  private readonly atlas: GPUTexture;
  private readonly camera: Tensor;
  private readonly viewGroup: GPUBindGroup;
  private readonly code: { density_floor: number; density_range: number };

  private constructor(
    private readonly gpu: Gpu,
    private readonly kernels: BakeKernels,
    private readonly config: FieldConfig,
    private readonly unbounded: boolean,
    readonly layout: BrickLayout,
  ) {
    const { device } = gpu;
    this.code = densityCode(config);
    this.index = Tensor.from(device, 'BakedField.index', [layout.index.length], layout.index);
    this.camera = Tensor.zeros(device, 'BakedField.camera', [1, CAMERA_STRIDE]);
    this.atlas = device.createTexture({
      label: 'BakedField.atlas',
      dimension: '3d',
      size: atlasSize(layout),
      format: 'rgba8unorm',
      usage: GPUTextureUsage.TEXTURE_BINDING | GPUTextureUsage.STORAGE_BINDING,
    });
    this.viewGroup = device.createBindGroup({
      label: 'BakedField.viewGroup',
      layout: kernels.view.pipeline.getBindGroupLayout(2),
      entries: [
        { binding: 0, resource: this.atlas.createView() },
        { binding: 1, resource: kernels.sampler },
      ],
    });
  }

  /**
   * Bakes the field as it is now. Gives way between slices.
   * @returns null where the field is too full for the limits, or the adapter has no room
   * @throws Cancelled when the signal says so, with nothing left allocated
   */
  static async bake(
    gpu: Gpu,
    kernels: BakeKernels,
    source: BakeSource,
    options: BakeOptions,
  ): Promise<BakedField | null> {
    const { field } = source;
    const bits = (await field.occupancyBits.read()) as Uint32Array;
    throwIfAborted(options.signal);
    const layout = layOutBricks(bits, field.config.occupancyResolution, options.limits);
    if (!layout) return null;
    const baked = await makeIfRoom(
      gpu.device,
      () => new BakedField(gpu, kernels, field.config, field.unbounded, layout),
      (made) => made.destroy(),
    );
    if (!baked) return null;
    try {
      await baked.fill(source, options);
      return baked;
    } catch (error) {
      baked.destroy();
      throw error;
    }
  }

  private async fill(source: BakeSource, { signal, onProgress }: BakeOptions): Promise<void> {
    const { device } = this.gpu;
    const { cells, voxels } = this.layout;
    const pipeline = new Pipeline(source.kernels, source.field, source.buffers);
    const brickCell = Tensor.from(device, 'BakedField.brickCell', [cells.length], cells);
    const counters = Tensor.zeros(device, 'BakedField.counters', [COUNTERS], 'u32', GPUBufferUsage.INDIRECT);
    const storeGroup = device.createBindGroup({
      label: 'BakedField.storeGroup',
      layout: this.kernels.store.pipeline.getBindGroupLayout(2),
      entries: [{ binding: 0, resource: this.atlas.createView() }],
    });
    const nodes = (voxels + 1) ** 3;
    const mostBricks = Math.floor(source.buffers.capacity / nodes);
    const leastBricks = Math.min(mostBricks, Math.ceil(LEAST_NODES / nodes));
    let bricks = leastBricks;
    let latency = await this.waitMs();
    try {
      for (let first = 0; first < cells.length; ) {
        throwIfAborted(signal);
        const count = Math.min(bricks, cells.length - first);
        const started = performance.now();
        this.fillBricks(source, pipeline, brickCell, counters, storeGroup, first, count);
        await this.gpu.idle();
        const took = performance.now() - started;
        latency = Math.min(latency, took);
        const pace = Math.max(took - latency, 0.1) / count;
        const wanted = Math.floor(Math.max(SLICE_MS, LATENCIES * latency) / pace);
        bricks = Math.max(leastBricks, Math.min(mostBricks, 2 * bricks, wanted));
        first += count;
        onProgress?.(first / cells.length);
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
    } finally {
      brickCell.destroy();
      counters.destroy();
    }
  }

  /** How long the adapter takes to tell that it is idle when it is. */
  private async waitMs(): Promise<number> {
    await this.gpu.idle();
    const started = performance.now();
    await this.gpu.idle();
    return performance.now() - started;
  }

  /** One submit, so that nothing comes between what it writes to the shared buffers and what it reads. */
  private fillBricks(
    { blend, buffers }: BakeSource,
    pipeline: Pipeline,
    brickCell: Tensor,
    counters: Tensor,
    storeGroup: GPUBindGroup,
    first: number,
    count: number,
  ): void {
    const { layout, config } = this;
    const nodes = layout.voxels + 1;
    const samples = count * nodes ** 3;
    const counts = fixedCounters(samples, config.levels);
    counters.write(counts);
    buffers.survivorCounters.write(counts);
    const run = { sample_count: samples, first_brick: first, nodes, stride: buffers.capacity };
    const rec = new Recorder(this.gpu, 'BakedField.fill');
    rec.run(
      this.kernels.positions,
      {
        brick_cell: brickCell,
        sample_position: buffers.samplePosition,
        survivor_position: buffers.survivorPosition,
        survivor_index: buffers.survivorIndex,
      },
      { ...run, resolution: layout.resolution },
      workgroups(samples, 64),
    );
    pipeline.density.forward(rec, counters);
    const { rgb, map } = pipeline.coloured(rec, blend, false);
    rec.run(
      this.kernels.store,
      { raw_density: buffers.rawDensity, rgb },
      {
        ...run,
        places: layout.places.slice(0, 2),
        ...this.code,
        colour_map: { rows: map },
      },
      workgroups(samples, 64),
      this.kernels.store.name,
      storeGroup,
    );
    rec.submit();
  }

  /** As Renderer.render, without direction; one dispatch. */
  render(camera: Camera, target: RenderTarget, { background, opaque = false }: Backdrop): void {
    const { width, height, rows = { first: 0, count: height } } = target;
    const { layout, config } = this;
    this.camera.write(packCameras([cameraAtSize(camera, width, height)]));
    const rec = new Recorder(this.gpu, 'BakedField.render');
    rec.run(
      this.kernels.view,
      {
        cameras: this.camera,
        brick_index: this.index,
        pixel_rgb: target.rgb,
        pixel_depth: target.depth,
        pixel_opacity: target.opacity,
      },
      {
        width,
        first_row: rows.first,
        row_count: rows.count,
        resolution: layout.resolution,
        voxels: layout.voxels,
        unbounded: this.unbounded ? 1 : 0,
        near: config.near,
        far: config.far,
        step_limit: marchSteps(config),
        cone: config.cone,
        step_min: config.stepMin,
        ...this.code,
        opaque: opaque ? 1 : 0,
        texel: atlasSize(layout).map((n) => 1 / n),
        background,
      },
      [Math.ceil(width / 8), Math.ceil(rows.count / 8)],
      this.kernels.view.name,
      this.viewGroup,
    );
    rec.submit();
  }

  /** Bytes on the GPU. */
  get bytes(): number {
    const [x, y, z] = atlasSize(this.layout);
    return 4 * (x * y * z + this.layout.index.length);
  }

  destroy(): void {
    this.index.destroy();
    this.camera.destroy();
    this.atlas.destroy();
  }
}

/** Constants of density_code.wgsl for a march of this step. */
export function densityCode({ stepMin }: Pick<FieldConfig, 'stepMin'>) {
  const density_floor = OPAQUE / stepMin / DENSITY_SPAN;
  return { density_floor, density_range: Math.log(1 + DENSITY_SPAN) };
}
