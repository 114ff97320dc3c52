// Times every kernel of a training step on a field that has settled, and sets each against the ceiling that bounds it.
// Then the step and a rendered view as a whole, without the profiler. The number of rays is grown until the sample
// budget is full, whatever the preset holds it at, so that small batches do not pass for slow kernels.

import { throwIfAborted } from '../errors.ts';
import type { Gpu } from '../gpu/device.ts';
import { Profiler } from '../gpu/profiler.ts';
import { Recorder } from '../gpu/recorder.ts';
import { type Field, IDENTITY_MAP } from '../nerf/field.ts';
import type { NerfKernels } from '../nerf/kernels.ts';
import { Pipeline } from '../nerf/pipeline.ts';
import { createRenderTarget, destroyRenderTarget } from '../nerf/renderer.ts';
import type { SampleBuffers } from '../nerf/sample-buffers.ts';
import { TABLE_GRADIENT_SCALE } from '../nerf/stages/encode.ts';
import { PRESETS, type PresetName } from '../session/presets.ts';
import { countAdditions, countMarchSteps, judge, type StepWork, workOfStep } from './bounds.ts';
import type { Ceiling } from './ceilings.ts';
import { benchRig } from './rig.ts';

export interface KernelTime {
  name: string;
  /** A step. */
  ms: number;
  /** In the ceiling's unit; null where the work is not counted. */
  achieved: number | null;
  unit: string | null;
  /** Of the ceiling; null likewise. */
  share: number | null;
}

export interface FieldTimes {
  kernels: KernelTime[];
  stages: { name: string; ms: number; perSecond: number; unit: string }[];
  /** The whole step, the sum of its kernels' bounds, and their ratio; kernels are known only where there are timestamps. */
  step: { ms: number; boundMs: number | null; share: number | null; rays: number; samples: number; survivors: number };
}

/** The trainer adapts its rays at multiples of 32 steps, when the statistics are read. */
const SETTLE_STEPS = 160;
const TIMED_STEPS = 32;
/** Runs of a kernel in one timed pass: what a pass costs by itself, a millisecond under load, must not count. */
const REPEATS = 4;
/** Kernels that do other work, or spoil it for those after them, when run again. */
const ONCE = ['colour_backward', 'list_touched', 'touched_dispatch'];
/** As strong as in the presets; what it is does not matter to the count. */
const DISTORTION = 0.01;
/** Room for rays, in times of what the preset trains with. */
const RAYS = 6;

export async function timeField(
  gpu: Gpu,
  preset: PresetName,
  measureCeilings: () => Promise<readonly Ceiling[]>,
  onProgress: (fraction: number, text: string) => void,
  signal?: AbortSignal,
): Promise<FieldTimes> {
  const { field: config, train: presetTrain } = PRESETS[preset];
  const train = { ...presetTrain, raysPerStepMost: RAYS * presetTrain.raysPerStep };
  const rig = await benchRig(gpu, preset, train);
  const { scene, kernels, field, buffers, trainer, renderer } = rig;
  const profiler = new Profiler(gpu, (name) => (ONCE.includes(name) ? 1 : REPEATS));
  const run = async (steps: number, from: number, to: number, withProfiler?: Profiler) => {
    await gpu.idle();
    const start = performance.now();
    for (let i = 0; i < steps; i++) {
      trainer.trainStep(withProfiler);
      // Few steps in flight, so that Ctrl-C is heard and the queue does not grow without end.
      if (i % 4 !== 3) continue;
      await gpu.idle();
      throwIfAborted(signal);
      onProgress(from + ((to - from) * i) / steps, `${preset} step ${trainer.step}`);
    }
    await gpu.idle();
    return (performance.now() - start) / steps;
  };
  try {
    for (let done = 0; done < SETTLE_STEPS; done += TIMED_STEPS) {
      await run(TIMED_STEPS, (0.6 * done) / SETTLE_STEPS, (0.6 * (done + TIMED_STEPS)) / SETTLE_STEPS);
      await trainer.statistics();
    }
    // By occupancy intervals, of which each has one update.
    const turns = Array.from({ length: TIMED_STEPS / train.occupancyInterval }, (_, turn) => turn);
    const stepTimes: number[] = [];
    for (const turn of turns) {
      const at = 0.6 + (0.16 * turn) / turns.length;
      stepTimes.push(await run(train.occupancyInterval, at, at));
    }
    const stepMs = quickest(stepTimes);
    const all = await trainer.statistics();
    const ran = { rays: all.rays / TIMED_STEPS, samples: all.samples / TIMED_STEPS };

    const spans = new Map<string, number[]>();
    const counts = { rays: trainer.budget.rays, samples: 0, survivors: 0 };
    // A step at a time: a profiler has room for one only, and the counts are those of the last.
    for (let i = 0; i < TIMED_STEPS; i++) {
      trainer.trainStep(profiler);
      counts.samples += (await buffers.counters.read(1))[0] / TIMED_STEPS;
      counts.survivors += (await buffers.survivorCounters.read(1))[0] / TIMED_STEPS;
      for (const [name, { ms }] of await profiler.collect()) spans.set(name, [...(spans.get(name) ?? []), ms]);
      throwIfAborted(signal);
      onProgress(0.76 + (0.2 * i) / TIMED_STEPS, `${preset} kernels`);
    }
    // Both before and after, since other programs may have run at either time.
    const ceilings = await measureCeilings();
    const work = await countWork(kernels, field, buffers, counts, train.occupancyParts);
    const worked = workOfStep(config, work);
    let boundMs = 0;
    // Of one step, times the share of steps that have the kernel.
    const kernelTimes = [...spans]
      .map(([name, list]): KernelTime => {
        const part = list.length / TIMED_STEPS;
        const ms = quickest(list);
        const found = worked[name] && judge(worked[name], ms, ceilings);
        boundMs += part * (found?.boundMs ?? 0);
        const { achieved, unit, share } = found ?? { achieved: null, unit: null, share: null };
        return { name, ms: part * ms, achieved, unit, share };
      })
      .sort((a, b) => b.ms - a.ms);
    // The density of the occupancy grid's cells is looked up under the names of the samples' own: its time is not in.
    const cells = { ...work, samples: work.occupancyCells };
    for (const name of ['encode_density', 'density_forward']) {
      boundMs += (judge(workOfStep(config, cells)[name], 1, ceilings)?.boundMs ?? 0) / train.occupancyInterval;
    }

    const { camera } = scene.train[0];
    const target = createRenderTarget(gpu, camera.width, camera.height);
    const options = { background: [1, 1, 1] as const, viewDependent: true, signal };
    let renderMs = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 4; i++) {
      const start = performance.now();
      await renderer.render(camera, target, options);
      await gpu.idle();
      renderMs = Math.min(renderMs, performance.now() - start);
    }
    destroyRenderTarget(target);
    const a = (name: string, ms: number, count: number, unit: string) => ({
      name,
      ms,
      perSecond: count / (ms / 1000),
      unit,
    });
    return {
      kernels: kernelTimes,
      stages: [
        a('training step', stepMs, ran.samples, 'samples/s'),
        a('training rays', stepMs, ran.rays, 'rays/s'),
        a(`view of ${camera.width}x${camera.height}`, renderMs, camera.width * camera.height, 'rays/s'),
      ],
      step: {
        ms: stepMs,
        boundMs: spans.size ? boundMs : null,
        share: spans.size ? boundMs / stepMs : null,
        ...counts,
      },
    };
  } finally {
    profiler.destroy();
    rig.destroy();
  }
}

/** The lower quartile: a busy moment must not count, nor one step of little work. */
const quickest = (list: number[]) => list.sort((a, b) => a - b)[list.length >> 2];

/** Counts the last step's work. Runs its backward half once more, whose gradients are left in the tables. */
async function countWork(
  kernels: NerfKernels,
  field: Field,
  buffers: SampleBuffers,
  counts: { rays: number; samples: number; survivors: number },
  occupancyParts: number,
): Promise<StepWork> {
  const { gpu, config } = field;
  const pipeline = new Pipeline(kernels, field, buffers);
  const pixels = { rgb: buffers.pixelRgb, dRgb: buffers.dPixelRgb, firstPixel: 0 };
  const [last] = await buffers.survivorCounters.read(1);
  const position = await buffers.survivorPosition.readF32();
  const work = { additions: { density: 0, colour: 0 }, touched: { density: 0, colour: 0 } };
  for (const name of ['colour', 'density'] as const) {
    const network = name === 'colour' ? field.appearance.network : field.density;
    const rec = new Recorder(gpu, 'Bench.count');
    pipeline.composite.backward(rec, counts.rays, IDENTITY_MAP, pixels, DISTORTION);
    if (name === 'colour') pipeline.colour.backward(rec, field.appearance, true);
    else pipeline.density.backward(rec);
    rec.submit();
    const dEncoded = await buffers.dEncoded.readF32();
    const { capacity } = buffers;
    const additions = countAdditions(position, dEncoded, last, capacity, network.hashLevels, TABLE_GRADIENT_SCALE);
    // To the survivors of the mean step.
    work.additions[name] = (additions * counts.survivors) / Math.max(1, last);
    const d = await network.optimiser!.dTable.read();
    for (let e = 0; e < d.length; e += 2) if (d[e] || d[e + 1]) work.touched[name]++;
  }
  const rays = await buffers.rays.readF32();
  return {
    ...counts,
    ...work,
    marchSteps: countMarchSteps(rays, counts.rays, config.cone, config.stepMin),
    entries: field.density.entryCount,
    occupancyCells: config.occupancyResolution ** 3 / occupancyParts,
  };
}
