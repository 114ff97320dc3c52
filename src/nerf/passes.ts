// The stages of the field, forward and backward, as sequences of kernels over the packed sample buffers:
// march -> density -> compact -> colour -> composite, and the same chain back. The trainer and the renderer are
// written in these words.

import type { Gpu } from '../gpu/device.ts';
import { Kernel, workgroups } from '../gpu/kernel.ts';
import type { Recorder } from '../gpu/recorder.ts';
import type { Tensor } from '../gpu/tensor.ts';
import behindWgsl from '../shaders/common/behind.wgsl?raw';
import cameraWgsl from '../shaders/common/camera.wgsl?raw';
import colourMapWgsl from '../shaders/common/colour_map.wgsl?raw';
import densityWgsl from '../shaders/common/density.wgsl?raw';
import halvesWgsl from '../shaders/common/halves.wgsl?raw';
import hashGridWgsl from '../shaders/common/hash_grid.wgsl?raw';
import occupiedWgsl from '../shaders/common/occupied.wgsl?raw';
import randomWgsl from '../shaders/common/random.wgsl?raw';
import regionWeightsWgsl from '../shaders/common/region_weights.wgsl?raw';
import spaceWgsl from '../shaders/common/space.wgsl?raw';
import sphericalHarmonicsWgsl from '../shaders/common/spherical_harmonics.wgsl?raw';
import adamTableWgsl from '../shaders/nerf/adam_table.wgsl?raw';
import adamWeightsWgsl from '../shaders/nerf/adam_weights.wgsl?raw';
import blendColourWgsl from '../shaders/nerf/blend_colour.wgsl?raw';
import cameraRaysWgsl from '../shaders/nerf/camera_rays.wgsl?raw';
import colourBackwardWgsl from '../shaders/nerf/colour_backward.wgsl?raw';
import colourForwardWgsl from '../shaders/nerf/colour_forward.wgsl?raw';
import colourWeightsBackwardWgsl from '../shaders/nerf/colour_weights_backward.wgsl?raw';
import compactWgsl from '../shaders/nerf/compact.wgsl?raw';
import compositeWgsl from '../shaders/nerf/composite.wgsl?raw';
import compositeBackwardWgsl from '../shaders/nerf/composite_backward.wgsl?raw';
import densityBackwardWgsl from '../shaders/nerf/density_backward.wgsl?raw';
import densityForwardWgsl from '../shaders/nerf/density_forward.wgsl?raw';
import densityWeightsBackwardWgsl from '../shaders/nerf/density_weights_backward.wgsl?raw';
import encodeWgsl from '../shaders/nerf/encode.wgsl?raw';
import encodeBackwardWgsl from '../shaders/nerf/encode_backward.wgsl?raw';
import huberWgsl from '../shaders/nerf/huber.wgsl?raw';
import launchTouchedWgsl from '../shaders/nerf/launch_touched.wgsl?raw';
import listTouchedWgsl from '../shaders/nerf/list_touched.wgsl?raw';
import marchCountWgsl from '../shaders/nerf/march_count.wgsl?raw';
import marchWriteWgsl from '../shaders/nerf/march_write.wgsl?raw';
import markSeenWgsl from '../shaders/nerf/mark_seen.wgsl?raw';
import occupancyBitsWgsl from '../shaders/nerf/occupancy_bits_from_grid.wgsl?raw';
import occupancyMeanWgsl from '../shaders/nerf/occupancy_mean.wgsl?raw';
import occupancySampleWgsl from '../shaders/nerf/occupancy_sample.wgsl?raw';
import occupancyUpdateWgsl from '../shaders/nerf/occupancy_update.wgsl?raw';
import scanCountsWgsl from '../shaders/nerf/scan_counts.wgsl?raw';
import sumLossWgsl from '../shaders/nerf/sum_loss.wgsl?raw';
import tableTvWgsl from '../shaders/nerf/table_tv.wgsl?raw';
import trainingRaysWgsl from '../shaders/nerf/training_rays.wgsl?raw';
import transmittanceWgsl from '../shaders/nerf/transmittance.wgsl?raw';
import type { RegionVolume } from './blend.ts';
import { constantsWgsl, type FieldConfig, MLP_GROUP } from './config.ts';
import type { Appearance, ColourMap, Field, HashNetwork } from './field.ts';
import { hashLevels, levelPairWgsl } from './hash-levels.ts';
import { colourBackwardMlp, colourForwardMlp, densityBackwardMlp, densityForwardMlp } from './mlp-wgsl.ts';
import { COUNTERS, type SampleBuffers } from './sample-buffers.ts';
import { marchSteps } from './space.ts';

/** Fixed-point units to one, of table and of weight gradients. Headroom: 2^31 / scale. */
export const TABLE_GRADIENT_SCALE = 2 ** 22;
export const WEIGHT_GRADIENT_SCALE = 2 ** 18;
/** Adam's for training (Mueller et al. 2022, section 4), first and second. */
export const TABLE_BETAS: readonly [number, number] = [0.9, 0.99];
/** Samples that a workgroup of the weight gradients walks. */
export const WEIGHT_CHUNK = 4096;

/** Where in the counters the sizes of dispatches lie, bytes (scan_counts.wgsl). */
const OVER_LEVELS = 16;
const OVER_SAMPLES = 28;
const OVER_COLOUR_NEURONS = 40;
const OVER_DENSITY_NEURONS = 52;
const OVER_MLP_GROUPS = 64;

const SPACE = [spaceWgsl];
const SOURCES = {
  training_rays: [trainingRaysWgsl, cameraWgsl, randomWgsl, spaceWgsl],
  camera_rays: [cameraRaysWgsl, cameraWgsl],
  march_count: [marchCountWgsl, occupiedWgsl, ...SPACE],
  scan_counts: [scanCountsWgsl],
  march_write: [marchWriteWgsl, occupiedWgsl, ...SPACE],
  encode_backward: [encodeBackwardWgsl, hashGridWgsl],
  density_forward: [densityForwardWgsl, halvesWgsl],
  density_backward: [densityBackwardWgsl, halvesWgsl],
  density_weights_backward: [densityWeightsBackwardWgsl, halvesWgsl],
  transmittance: [transmittanceWgsl, densityWgsl],
  compact: [compactWgsl, densityWgsl],
  colour_forward: [colourForwardWgsl, halvesWgsl, sphericalHarmonicsWgsl],
  colour_backward: [colourBackwardWgsl, halvesWgsl, sphericalHarmonicsWgsl],
  colour_weights_backward: [colourWeightsBackwardWgsl, halvesWgsl, sphericalHarmonicsWgsl],
  blend_colour: [blendColourWgsl, colourMapWgsl, regionWeightsWgsl],
  composite: [compositeWgsl, behindWgsl, densityWgsl, colourMapWgsl],
  composite_backward: [compositeBackwardWgsl, densityWgsl, colourMapWgsl],
  huber: [huberWgsl],
  sum_loss: [sumLossWgsl],
  list_touched: [listTouchedWgsl],
  launch_touched: [launchTouchedWgsl],
  table_tv: [tableTvWgsl, hashGridWgsl],
  adam_table: [adamTableWgsl],
  adam_weights: [adamWeightsWgsl],
  mark_seen: [markSeenWgsl, spaceWgsl],
  occupancy_sample: [occupancySampleWgsl, randomWgsl],
  occupancy_update: [occupancyUpdateWgsl, densityWgsl, spaceWgsl],
  occupancy_mean: [occupancyMeanWgsl],
  occupancy_bits_from_grid: [occupancyBitsWgsl],
} as const;

/** Code that the configuration sizes: constants of array lengths, and the MLPs written out. */
const SIZED: Partial<Record<string, (config: FieldConfig) => string>> = {
  density_forward: densityForwardMlp,
  density_backward: densityBackwardMlp,
  density_weights_backward: () => '',
  colour_forward: colourForwardMlp,
  colour_backward: colourBackwardMlp,
  colour_weights_backward: () => '',
};

type KernelName = keyof typeof SOURCES;

/** All kernels of the field, compiled once for a configuration. */
export class NerfKernels {
  private constructor(
    private readonly kernels: Map<string, Kernel>,
    /** Of levels 2 k and 2 k + 1. [L / 2] */
    readonly encode: readonly Kernel[],
  ) {}

  static async create(gpu: Gpu, config: FieldConfig): Promise<NerfKernels> {
    const entries = await Promise.all(
      Object.entries(SOURCES).map(async ([name, [code, ...shared]]) => {
        const sized = SIZED[name];
        const all = sized ? [...shared, constantsWgsl(config), sized(config)] : shared;
        return [name, await Kernel.create(gpu, { name, code, shared: all })] as const;
      }),
    );
    const levels = hashLevels(config);
    const encode = await Promise.all(
      Array.from({ length: config.levels / 2 }, (_, pair) => {
        const shared = [hashGridWgsl, levelPairWgsl(levels, pair)];
        return Kernel.create(gpu, { name: 'encode', code: encodeWgsl, shared });
      }),
    );
    return new NerfKernels(new Map(entries), encode);
  }

  get(name: KernelName): Kernel {
    return this.kernels.get(name)!;
  }

  destroy(): void {
    for (const kernel of [...this.kernels.values(), ...this.encode]) kernel.destroy();
  }
}

export interface TrainingRays {
  cameras: Tensor;
  pixels: Tensor;
  viewCount: number;
  seed: number;
  step: number;
  directionDropout: number;
}

export interface CameraRays {
  camera: Tensor;
  firstPixel: number;
  width: number;
  background: readonly [number, number, number];
  viewDependent: boolean;
}

/** Where composited pixels go; `firstPixel` is where the batch's first ray lies in them. */
export interface PixelTensors {
  rgb: Tensor;
  depth: Tensor;
  opacity: Tensor;
  firstPixel: number;
}

const map0 = (m: ColourMap) => ({ map0: m.slice(0, 4), map1: m.slice(4, 8), map2: m.slice(8, 12) });

export class Passes {
  constructor(
    private readonly k: NerfKernels,
    private readonly field: Field,
    private readonly b: SampleBuffers,
  ) {}

  /** Factor on the march step: coarse first, since an untrained field gives every ray all its samples. */
  coarseness = 1;

  private get space() {
    const { config, unbounded } = this.field;
    return {
      unbounded: unbounded ? 1 : 0,
      cone: config.cone * this.coarseness,
      step_min: config.stepMin * this.coarseness,
    };
  }

  trainingRays(rec: Recorder, rays: number, t: TrainingRays): void {
    const { b } = this;
    rec.run(
      this.k.get('training_rays'),
      {
        cameras: t.cameras,
        pixels: t.pixels,
        ray_origin: b.rayOrigin,
        ray_direction: b.rayDirection,
        ray_shading: b.rayShading,
        ray_background: b.rayBackground,
        ray_target: b.rayTarget,
      },
      {
        ray_count: rays,
        view_count: t.viewCount,
        seed: t.seed,
        step: t.step,
        near: this.field.config.near,
        far: this.field.config.far,
        direction_dropout: t.directionDropout,
        ...this.space,
      },
      workgroups(rays, 64),
    );
  }

  cameraRays(rec: Recorder, rays: number, c: CameraRays): void {
    const { b } = this;
    rec.run(
      this.k.get('camera_rays'),
      {
        cameras: c.camera,
        ray_origin: b.rayOrigin,
        ray_direction: b.rayDirection,
        ray_shading: b.rayShading,
        ray_background: b.rayBackground,
      },
      {
        ray_count: rays,
        first_pixel: c.firstPixel,
        width: c.width,
        unbounded: this.space.unbounded,
        near: this.field.config.near,
        far: this.field.config.far,
        view_dependent: c.viewDependent ? 1 : 0,
        background: c.background,
      },
      workgroups(rays, 64),
    );
  }

  /** Rays -> packed samples in the occupied parts of the scene. `capacity`: samples of this batch, at most. */
  march(rec: Recorder, rays: number, capacity: number): void {
    const { b, field } = this;
    const walk = {
      ray_count: rays,
      resolution: field.config.occupancyResolution,
      sample_limit: field.config.samplesPerRay,
      step_limit: marchSteps(field.config),
      ...this.space,
    };
    const common = { ray_origin: b.rayOrigin, ray_direction: b.rayDirection, occupancy_bits: field.occupancyBits };
    rec.run(this.k.get('march_count'), { ...common, ray_sample_count: b.rayCount }, walk, workgroups(rays, 64));
    this.scan(rec, rays, capacity, b.raySpan, b.counters);
    rec.run(
      this.k.get('march_write'),
      { ...common, ray_span: b.raySpan, sample_position: b.samplePosition, sample_t: b.sampleT },
      { ...walk, stride: b.capacity },
      workgroups(rays, 64),
    );
  }

  private scan(rec: Recorder, rays: number, capacity: number, span: Tensor, counters: Tensor): void {
    rec.run(
      this.k.get('scan_counts'),
      { counts: this.b.rayCount, ray_span: span, counters },
      {
        ray_count: rays,
        capacity,
        levels: this.field.config.levels,
        chunk: WEIGHT_CHUNK,
        density_neurons: this.field.config.densityHidden / 2,
        colour_neurons: this.field.config.colourHidden / 2,
      },
      [1],
    );
  }

  private encode(
    rec: Recorder,
    network: HashNetwork,
    position: Tensor,
    encoded: Tensor,
    counters: Tensor,
    span: string,
  ): void {
    for (const kernel of this.k.encode) {
      rec.run(
        kernel,
        { counters, sample_position: position, table: network.table, encoded },
        { stride: this.b.capacity },
        { indirect: counters, byteOffset: OVER_SAMPLES },
        span,
      );
    }
  }

  /** Samples -> raw density. */
  density(rec: Recorder, counters = this.b.counters): void {
    const { b, field } = this;
    this.encode(rec, field.density, b.samplePosition, b.densityEncoded, counters, 'encode_density');
    rec.run(
      this.k.get('density_forward'),
      { counters, encoded: b.densityEncoded, weights: field.density.weights, raw_density: b.rawDensity },
      { stride: b.capacity },
      { indirect: counters, byteOffset: OVER_MLP_GROUPS },
    );
  }

  /** Drops the samples that no light reaches, or that weigh less than minWeight, and packs the rest. */
  compact(rec: Recorder, rays: number, minWeight = 0): void {
    const { b } = this;
    rec.run(
      this.k.get('transmittance'),
      { ray_span: b.raySpan, sample_t: b.sampleT, raw_density: b.rawDensity, survivor_count: b.rayCount },
      { ray_count: rays, min_weight: minWeight },
      workgroups(rays, 64),
    );
    this.scan(rec, rays, b.capacity, b.survivorSpan, b.survivorCounters);
    rec.run(
      this.k.get('compact'),
      {
        ray_span: b.raySpan,
        survivor_span: b.survivorSpan,
        sample_position: b.samplePosition,
        sample_t: b.sampleT,
        raw_density: b.rawDensity,
        survivor_position: b.survivorPosition,
        survivor_sample: b.survivorSample,
        survivor_index: b.survivorIndex,
      },
      { ray_count: rays, stride: b.capacity, min_weight: minWeight },
      workgroups(rays, 64),
    );
  }

  /** Survivors -> rgb after the logistic, before the colour map. */
  colour(rec: Recorder, network: HashNetwork): void {
    const { b } = this;
    this.encode(rec, network, b.survivorPosition, b.colourEncoded, b.survivorCounters, 'encode_colour');
    rec.run(
      this.k.get('colour_forward'),
      {
        counters: b.survivorCounters,
        encoded: b.colourEncoded,
        survivor_index: b.survivorIndex,
        ray_shading: b.rayShading,
        weights: network.weights,
        rgb: b.rgb,
      },
      { stride: b.capacity },
      { indirect: b.survivorCounters, byteOffset: OVER_MLP_GROUPS },
    );
  }

  /** Where `colour` leaves its result. [3, capacity] */
  get rgb(): Tensor {
    return this.b.rgb;
  }

  /** Where `blendColour` leaves its: room of the backward pass, which never runs between the two. [3, capacity] */
  get blended(): Tensor {
    return this.b.dRgb;
  }

  /** Adds what `colour` left, mapped and clamped, to `blended` by the part's share at each survivor, see blend.ts. */
  blendColour(
    rec: Recorder,
    map: ColourMap,
    part: { shares: readonly number[]; regions: RegionVolume | null; first: boolean },
  ): void {
    const { b } = this;
    const { shares, regions, first } = part;
    rec.run(
      this.k.get('blend_colour'),
      {
        counters: b.survivorCounters,
        survivor_position: b.survivorPosition,
        // Any tensor will do where there are no regions.
        region_weights: regions?.weights ?? b.survivorCounters,
        rgb: b.rgb,
        blended: this.blended,
      },
      {
        stride: b.capacity,
        resolution: regions?.resolution ?? 0,
        first: first ? 1 : 0,
        share_outside: shares[0],
        share_inside: shares.slice(1, 5),
        ...map0(map),
      },
      { indirect: b.survivorCounters, byteOffset: OVER_SAMPLES },
    );
  }

  /**
   * @param rgb of the survivors, before `map`; by default what `colour` left
   * @param filled the scene is opaque
   */
  composite(rec: Recorder, rays: number, map: ColourMap, out: PixelTensors, rgb = this.b.rgb, filled = false): void {
    const { b } = this;
    rec.run(
      this.k.get('composite'),
      {
        survivor_span: b.survivorSpan,
        survivor_sample: b.survivorSample,
        rgb,
        ray_background: b.rayBackground,
        pixel_rgb: out.rgb,
        pixel_depth: out.depth,
        pixel_opacity: out.opacity,
      },
      {
        ray_count: rays,
        stride: b.capacity,
        first_pixel: out.firstPixel,
        far: this.field.config.far,
        filled: filled ? 1 : 0,
        ...map0(map),
      },
      workgroups(rays, 64),
    );
  }

  /** Huber loss of the batch against ray_target; its gradient goes to dPixelRgb, its sums to statistics. */
  loss(rec: Recorder, rays: number): void {
    const { b } = this;
    rec.run(
      this.k.get('huber'),
      {
        counters: b.counters,
        pixel_rgb: b.pixelRgb,
        ray_target: b.rayTarget,
        d_pixel_rgb: b.dPixelRgb,
        ray_loss: b.rayLoss,
      },
      { ray_count: rays },
      workgroups(rays, 64),
    );
    rec.run(
      this.k.get('sum_loss'),
      { counters: b.counters, ray_loss: b.rayLoss, statistics: b.statistics },
      { ray_count: rays },
      [1],
    );
  }

  compositeBackward(
    rec: Recorder,
    rays: number,
    map: ColourMap,
    pixelRgb: Tensor,
    dPixelRgb: Tensor,
    firstPixel: number,
    distortion = 0,
  ): void {
    const { b } = this;
    rec.run(
      this.k.get('composite_backward'),
      {
        survivor_span: b.survivorSpan,
        survivor_sample: b.survivorSample,
        rgb: b.rgb,
        pixel_rgb: pixelRgb,
        d_pixel_rgb: dPixelRgb,
        d_rgb: b.dRgb,
        d_raw_density: b.dRawDensity,
      },
      { ray_count: rays, stride: b.capacity, first_pixel: firstPixel, distortion, ...map0(map) },
      workgroups(rays, 64),
    );
  }

  /** d_rgb -> the appearance network's fixed-point gradients. `gain` multiplies both scales. */
  colourBackward(rec: Recorder, network: HashNetwork, gain = 1): void {
    const { b } = this;
    const state = network.optimiser!;
    const counters = b.survivorCounters;
    rec.run(
      this.k.get('colour_backward'),
      {
        counters,
        encoded: b.colourEncoded,
        survivor_index: b.survivorIndex,
        ray_shading: b.rayShading,
        weights: network.weights,
        rgb: b.rgb,
        d_rgb: b.dRgb,
        d_encoded: b.dEncoded,
      },
      { stride: b.capacity },
      { indirect: counters, byteOffset: OVER_MLP_GROUPS },
    );
    rec.run(
      this.k.get('colour_weights_backward'),
      {
        counters,
        encoded: b.colourEncoded,
        survivor_index: b.survivorIndex,
        ray_shading: b.rayShading,
        weights: network.weights,
        d_rgb: b.dRgb,
        d_weights: state.dWeights,
      },
      { stride: b.capacity, chunk: WEIGHT_CHUNK, gradient_scale: WEIGHT_GRADIENT_SCALE * gain },
      { indirect: counters, byteOffset: OVER_COLOUR_NEURONS },
    );
    this.encodeBackward(rec, network, gain, 'encode_colour_backward');
  }

  /**
   * Gradient of the features' total variation over the cells of every `every`-th survivor.
   * @param weight of each of them; `gain` as in colourBackward
   */
  tableTv(rec: Recorder, network: HashNetwork, weight: number, every: number, gain: number): void {
    const { b } = this;
    const { master, dTable } = network.optimiser!;
    rec.run(
      this.k.get('table_tv'),
      {
        counters: b.survivorCounters,
        levels: network.levels,
        sample_position: b.survivorPosition,
        master,
        d_table: dTable,
      },
      { stride: b.capacity, every, gradient_scale: TABLE_GRADIENT_SCALE * gain * weight },
      [Math.ceil(b.capacity / every / 64), network.hashLevels.length],
    );
  }

  /** d_raw_density -> the density network's fixed-point gradients. */
  densityBackward(rec: Recorder): void {
    const { b, field } = this;
    const state = field.density.optimiser!;
    const counters = b.survivorCounters;
    const common = {
      counters,
      survivor_index: b.survivorIndex,
      encoded: b.densityEncoded,
      weights: field.density.weights,
      d_raw_density: b.dRawDensity,
    };
    rec.run(
      this.k.get('density_backward'),
      { ...common, d_encoded: b.dEncoded },
      { stride: b.capacity },
      { indirect: counters, byteOffset: OVER_MLP_GROUPS },
    );
    rec.run(
      this.k.get('density_weights_backward'),
      { ...common, d_weights: state.dWeights },
      { stride: b.capacity, chunk: WEIGHT_CHUNK, gradient_scale: WEIGHT_GRADIENT_SCALE },
      { indirect: counters, byteOffset: OVER_DENSITY_NEURONS },
    );
    this.encodeBackward(rec, field.density, 1, 'encode_density_backward');
  }

  private encodeBackward(rec: Recorder, network: HashNetwork, gain: number, span: string): void {
    const { b } = this;
    rec.run(
      this.k.get('encode_backward'),
      {
        counters: b.survivorCounters,
        levels: network.levels,
        sample_position: b.survivorPosition,
        d_encoded: b.dEncoded,
        d_table: network.optimiser!.dTable,
      },
      { stride: b.capacity, gradient_scale: TABLE_GRADIENT_SCALE * gain },
      { indirect: b.survivorCounters, byteOffset: OVER_LEVELS },
      span,
    );
  }

  /**
   * One Adam step, which clears the gradients.
   * @param entries of the table that move: the first ones, the coarse levels
   * @param weightShare step size of the MLP's weights as a share of the table's
   * @param betas of the table: what its moments keep of a step before
   */
  adam(
    rec: Recorder,
    network: HashNetwork,
    learningRate: number,
    l2: number,
    { gain = 1, entries = network.entryCount, weightShare = 1, betas: [beta1, beta2] = TABLE_BETAS } = {},
  ): void {
    const state = network.optimiser!;
    const { dTable: d_table, master, moments, steps, touched, launch } = state;
    // Eight entries a thread.
    const [row, rows] = workgroups(entries, 8 * 64);
    rec.run(this.k.get('list_touched'), { d_table, touched, launch }, { entry_count: entries, row }, [row, rows]);
    rec.run(this.k.get('launch_touched'), { launch }, {}, [1]);
    rec.run(
      this.k.get('adam_table'),
      { touched, launch, d_table, master, moments, steps, table: network.table },
      { learning_rate: learningRate, gradient_scale: TABLE_GRADIENT_SCALE * gain, beta1, beta2 },
      { indirect: launch },
    );
    rec.run(
      this.k.get('adam_weights'),
      { d_weights: state.dWeights, weights: network.weights, moments: state.weightMoments },
      {
        weight_count: network.weightCount,
        learning_rate: weightShare * learningRate,
        gradient_scale: WEIGHT_GRADIENT_SCALE * gain,
        step: ++state.weightStep,
        l2,
      },
      workgroups(network.weightCount, 64),
    );
  }

  /** Looks up the density of one part of the grid's cells and renews their bits. `counters` holds that part's size. */
  occupancy(
    rec: Recorder,
    counters: Tensor,
    o: { parts: number; phase: number; seed: number; step: number; decay: number },
  ): void {
    const { b, field } = this;
    const resolution = field.config.occupancyResolution;
    const count = resolution ** 3 / o.parts;
    const cells = { sample_count: count, resolution, parts: o.parts, phase: o.phase };
    rec.run(
      this.k.get('occupancy_sample'),
      { sample_position: b.samplePosition },
      { ...cells, seed: o.seed, step: o.step, stride: b.capacity },
      workgroups(count, 64),
    );
    this.density(rec, counters);
    rec.run(
      this.k.get('occupancy_update'),
      { raw_density: b.rawDensity, occupancy: field.occupancy },
      { ...cells, decay: o.decay, ...this.space },
      workgroups(count, 64),
    );
  }

  /** Notes which cells this batch's survivors lie in. */
  markSeen(rec: Recorder, step: number): void {
    const { b, field } = this;
    rec.run(
      this.k.get('mark_seen'),
      {
        counters: b.survivorCounters,
        survivor_position: b.survivorPosition,
        survivor_sample: b.survivorSample,
        last_seen: field.lastSeen,
      },
      { stride: b.capacity, resolution: field.config.occupancyResolution, step },
      { indirect: b.survivorCounters, byteOffset: OVER_SAMPLES },
    );
  }

  /** @param seenSince null: cells count whether seen or not */
  occupancyBits(rec: Recorder, seenSince: number | null): void {
    const { field } = this;
    const cells = field.occupancy.size;
    rec.run(
      this.k.get('occupancy_mean'),
      { occupancy: field.occupancy, mean_thickness: field.meanThickness },
      { cell_count: cells },
      [1],
    );
    rec.run(
      this.k.get('occupancy_bits_from_grid'),
      {
        occupancy: field.occupancy,
        mean_thickness: field.meanThickness,
        last_seen: field.lastSeen,
        occupancy_bits: field.occupancyBits,
      },
      { word_count: cells / 32, seen_since: Math.max(0, seenSince ?? 0), everything: seenSince === null ? 1 : 0 },
      workgroups(cells / 32, 64),
    );
  }

  /** March, density, compaction, colour and composite in one go; pixels go to `out`. */
  forward(rec: Recorder, rays: number, capacity: number, appearance: Appearance, out: PixelTensors): void {
    this.march(rec, rays, capacity);
    this.density(rec);
    this.compact(rec, rays);
    this.colour(rec, appearance.network);
    this.composite(rec, rays, appearance.colourMap, out);
  }
}

/** [20] counters for a fixed number of samples, as scan_counts would write them. */
export function fixedCounters(samples: number, levels: number): Uint32Array<ArrayBuffer> {
  const groups = Math.ceil(samples / 64);
  const data = new Uint32Array(COUNTERS);
  data.set([samples, 0, samples, 0, groups, levels, 1, groups, 1, 1]);
  data.set([Math.ceil(samples / MLP_GROUP), 1, 1], 16);
  return data;
}
