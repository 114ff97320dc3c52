// Trains a field on a scene's pictures: random rays, march, composite, Huber loss, the same chain backward, Adam.
// Nothing is read back in the loop; the same seed on the same adapter gives the same bits.

import { inputError } from '../errors.ts';
import type { Gpu } from '../gpu/device.ts';
import type { Profiler } from '../gpu/profiler.ts';
import { Recorder } from '../gpu/recorder.ts';
import { Tensor } from '../gpu/tensor.ts';
import type { View } from '../scene/types.ts';
import { CAMERA_STRIDE, packCameras } from './camera-buffer.ts';
import type { TrainConfig } from './config.ts';
import { COUNTERS, fixedCounters } from './counters.ts';
import { type KeptState, RATE_AFTER } from './divergence-guard.ts';
import type { Field } from './field.ts';
import type { NerfKernels } from './kernels.ts';
import { Pipeline } from './pipeline.ts';
import type { SampleBuffers } from './sample-buffers.ts';
import { fieldSnapshotOf } from './snapshot.ts';
import { FiniteStage } from './stages/finite.ts';

/** How many rays a step may draw, and what the last steps drew: it follows the sample budget. */
export interface RayBudget {
  /** Rays drawn a step now. */
  rays: number;
  /** Rays kept and their samples since that was last adapted. */
  ranRays: number;
  ranSamples: number;
}

export interface TrainStatistics {
  step: number;
  /** Mean over the rays since the last reading. */
  loss: number;
  psnr: number;
  rays: number;
  samples: number;
  /** Whether loss and parameters are numbers: neither NaN nor infinite. */
  finite: boolean;
}

/** Pictures that share a buffer, and their cameras. Each step draws its rays from one bank, in turn. */
interface PixelBank {
  cameras: Tensor; // [V] struct Camera
  pixels: Tensor; // [P] RGBA8
  viewCount: number;
}

/** Steps between two adaptations of the number of rays. */
const ADAPT_INTERVAL = 32;
const MIN_RAYS = 256;

export class NerfTrainer {
  /** Steps done; a resumed training starts where the field's ended. */
  step = 0;
  /** Steps of the whole schedule; without an end where only the clock ends training. */
  steps: number;
  /** Share of the time that is over, 0..1, where the clock ends training: the schedule follows what is further on. */
  timeShare = 0;
  /** How the number of rays stands; part of what a resumed training needs to repeat to the bit. */
  budget: RayBudget;
  /** On the learning rate: less than 1 once training had to go back. */
  private rateFactor = 1;
  private readonly pipeline: Pipeline;
  private readonly banks: PixelBank[];
  private readonly occupancyCounters: Tensor;
  private readonly finite: FiniteStage;

  constructor(
    private readonly gpu: Gpu,
    kernels: NerfKernels,
    readonly field: Field,
    private readonly buffers: SampleBuffers,
    views: View[],
    readonly config: TrainConfig,
    private readonly seed: number,
    /** Bytes that one buffer of pictures may have. */
    bankBytes = Tensor.mostBytes(gpu.device),
  ) {
    const { device } = gpu;
    this.steps = config.steps;
    this.budget = { rays: Math.min(config.raysPerStep, buffers.rayCapacity), ranRays: 0, ranSamples: 0 };
    this.pipeline = new Pipeline(kernels, field, buffers);
    const sizes = views.map(({ picture }) => picture.width * picture.height);
    this.banks = pixelBanks(sizes, bankBytes / 4).map((members) => {
      const firstPixels: number[] = [];
      let total = 0;
      for (const view of members) {
        firstPixels.push(total);
        total += sizes[view];
      }
      const packed = packCameras(
        members.map((view) => views[view].camera),
        firstPixels,
      );
      const pixels = Tensor.zeros(device, 'NerfTrainer.pixels', [total], 'u32');
      members.forEach((view, i) => {
        const { data } = views[view].picture;
        if (data.length !== sizes[view] * 4)
          throw new Error(`picture ${view}: expected ${sizes[view] * 4} bytes, found ${data.length}`);
        pixels.write(new Uint32Array(data.buffer, data.byteOffset, sizes[view]), firstPixels[i]);
      });
      const cameras = Tensor.from(device, 'NerfTrainer.cameras', [members.length, CAMERA_STRIDE], packed);
      return { cameras, pixels, viewCount: members.length };
    });
    // Whatever trained on these buffers before may have left its sums.
    buffers.statistics.write(new Float32Array(4));
    const part = field.config.occupancyResolution ** 3 / config.occupancyParts;
    if (part > buffers.capacity)
      throw new Error(`occupancy part: expected at most ${buffers.capacity} cells, found ${part}`);
    this.occupancyCounters = Tensor.zeros(
      device,
      'NerfTrainer.occupancyCounters',
      [COUNTERS],
      'u32',
      GPUBufferUsage.INDIRECT,
    );
    this.occupancyCounters.write(fixedCounters(part, field.config.levels));
    this.finite = new FiniteStage(gpu, kernels);
  }

  /** How much of the schedule is over, 0..1. */
  get progress(): number {
    return Math.min(1, Math.max(this.step / this.steps, this.timeShare));
  }

  /** Learning rate now: constant, then exponentially down to its final share over the second half. */
  learningRate(): number {
    const { learningRate, finalLearningRate } = this.config;
    return this.rateFactor * learningRate * finalLearningRate ** Math.max(0, (this.progress - 0.5) / 0.5);
  }

  /** Encodes and submits one step of the whole field. */
  trainStep(profiler?: Profiler): void {
    const { pipeline: p, field, config } = this;
    const { rays } = this.budget;
    const batch = {
      rays,
      capacity: config.samplesPerStep,
      coarseness: coarseness(this.step, config),
      distortion: config.distortion,
    };
    const rate = this.learningRate();
    const rec = new Recorder(this.gpu, 'NerfTrainer.step', profiler);
    if (this.step % config.occupancyInterval === 0) this.updateOccupancy(rec);
    p.rays.training(rec, rays, batch.coarseness, this.rayInputs());
    p.forward(rec, batch);
    p.occupancy.markSeen(rec, this.step);
    p.loss.forward(rec, rays);
    p.backward(rec, batch);
    p.adam.step(rec, field.appearance.network, rate, { l2: config.l2 });
    p.adam.step(rec, field.density, rate, { l2: config.l2 });
    rec.submit();
    this.step++;
  }

  /** The first updates renew the whole grid, later ones a part each. */
  private updateOccupancy(rec: Recorder): void {
    const { config, step, seed } = this;
    const turn = step / config.occupancyInterval;
    const whole = turn > 0 && turn < 5;
    // At step 0 every cell counts as occupied: the field knows nothing yet.
    if (turn === 0) return;
    const phases = whole ? Array.from({ length: config.occupancyParts }, (_, i) => i) : [turn % config.occupancyParts];
    for (const phase of phases) {
      this.pipeline.occupancy.update(rec, this.occupancyCounters, {
        parts: config.occupancyParts,
        phase,
        seed,
        step,
        decay: whole ? 0 : config.occupancyDecay,
      });
    }
    // Unseen cells come back at the start of each period, but no more near the end: what is left then is what shows.
    const { seenWindow } = config;
    const all = step < seenWindow || (step % (3 * seenWindow) < seenWindow / 4 && this.progress < 0.8);
    this.pipeline.occupancy.renewBits(
      rec,
      all ? null : step - Math.max(seenWindow, Math.floor(config.seenShare * step)),
    );
  }

  private rayInputs() {
    const { banks, config, seed, step } = this;
    return { ...banks[step % banks.length], seed, step, directionDropout: config.directionDropout };
  }

  /** Reads and clears the running sums, and adapts the rays where that is due. Waits for the GPU. */
  async statistics(): Promise<TrainStatistics> {
    const { density, appearance } = this.field;
    const [[loss, squared, rays, samples], holds] = await Promise.all([
      this.buffers.statistics.readF32(),
      this.finite.holds([density, appearance.network]),
    ]);
    this.buffers.statistics.write(new Float32Array(4));
    this.budget.ranRays += rays;
    this.budget.ranSamples += samples;
    if (this.step % ADAPT_INTERVAL === 0) this.adaptRays();
    const n = Math.max(1, rays);
    return {
      step: this.step,
      loss: loss / n,
      psnr: -10 * Math.log10(Math.max(1e-10, squared / n)),
      rays,
      samples,
      finite: holds && Number.isFinite(loss + squared),
    };
  }

  /** The present state, to go back to; a state that is gone back to is gone on from at a smaller rate. */
  async keep(): Promise<KeptState> {
    const { step, budget } = this;
    const kept = await fieldSnapshotOf(this.field, step);
    return {
      ...kept,
      restore: () => {
        kept.restore();
        this.buffers.statistics.write(new Float32Array(4));
        this.step = step;
        this.budget = { ...budget };
        this.rateFactor *= RATE_AFTER;
      },
    };
  }

  /** Steps that may be done before the statistics must be read, lest the number of rays depends on when they were. */
  get stepsUntilReading(): number {
    return ADAPT_INTERVAL - (this.step % ADAPT_INTERVAL);
  }

  /**
   * As many rays as fill the sample budget at the pace of the last steps (instant-ngp does so each step), with a tenth
   * more, since what does not fit is dropped. Goes by whole intervals of steps alone, so that runs repeat to the bit.
   */
  private adaptRays(): void {
    const { rays, ranRays, ranSamples } = this.budget;
    const wanted = (1.1 * this.config.samplesPerStep * ranRays) / Math.max(1, ranSamples);
    const most = Math.min(this.config.raysPerStepMost, this.buffers.rayCapacity);
    const next = Math.max(MIN_RAYS, Math.min(most, 64 * Math.round(wanted / 64)));
    this.budget = { rays: ranRays ? next : rays, ranRays: 0, ranSamples: 0 };
  }

  destroy(): void {
    for (const { cameras, pixels } of this.banks) for (const tensor of [cameras, pixels]) tensor.destroy();
    this.occupancyCounters.destroy();
    this.finite.destroy();
  }
}

/**
 * Which views share a buffer: as few buffers as their size allows, views dealt out in turn so that each has some of all
 * sides. One where all fit.
 * @param sizes pixels of each view
 * @param most pixels that one buffer may hold
 */
export function pixelBanks(sizes: number[], most: number): number[][] {
  const all = sizes.map((_, view) => view);
  for (let count = 1; count <= sizes.length; count++) {
    const banks = Array.from({ length: count }, (_, k) => all.filter((view) => view % count === k));
    if (banks.every((bank) => bank.reduce((sum, view) => sum + sizes[view], 0) <= most)) return banks;
  }
  throw inputError('picture', null, `at most ${Math.floor(most)} pixels on this adapter`, `${Math.max(...sizes)}`);
}

/** Factor on the march step: 4, then 2, then 1. An untrained field gives every ray all its samples; few will do then. */
export function coarseness(step: number, { coarseSteps }: TrainConfig): number {
  return step < coarseSteps[0] ? 4 : step < coarseSteps[1] ? 2 : 1;
}
