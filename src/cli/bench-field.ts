// Times every kernel of a training step on a field that has settled, and sets the ones whose work can be counted
// against the ceiling that bounds them. Then the step and a rendered view as a whole, without the profiler.
// Work counted: encode reads 8 entries a sample and level; its gradient adds to 16 sums at most; the MLPs' layers are
// two operations a weight and sample, backward once more for the weights and once for the inputs.

import { throwIfAborted } from '../errors.ts';
import type { Gpu } from '../gpu/device.ts';
import { Profiler } from '../gpu/profiler.ts';
import { type FieldConfig, PRESETS } from '../nerf/config.ts';
import { colourWeightCount, densityWeightCount, Field } from '../nerf/field.ts';
import { NerfKernels } from '../nerf/passes.ts';
import { createRenderTarget, destroyRenderTarget, Renderer } from '../nerf/renderer.ts';
import { SampleBuffers } from '../nerf/sample-buffers.ts';
import { NerfTrainer } from '../nerf/trainer.ts';
import type { PresetName } from '../nerf/types.ts';
import { benchScene } from './bench-scene.ts';
import type { Ceiling } from './ceilings.ts';

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
}

const SETTLE_STEPS = 150;
const TIMED_STEPS = 32;

export async function timeField(
  gpu: Gpu,
  preset: PresetName,
  ceilings: readonly Ceiling[],
  onProgress: (fraction: number, text: string) => void,
  signal?: AbortSignal,
): Promise<FieldTimes> {
  const { field: config, train, sampleCapacity, rayCapacity } = PRESETS[preset];
  const scene = benchScene();
  const kernels = await NerfKernels.create(gpu, config);
  const field = Field.create(gpu, config, false, 0);
  const buffers = new SampleBuffers(gpu, Math.max(rayCapacity, train.raysPerStep), sampleCapacity, config.levels);
  const trainer = new NerfTrainer(gpu, kernels, field, buffers, scene.train, train, 0);
  const renderer = new Renderer(gpu, kernels, field, buffers, field.appearance);
  const profiler = new Profiler(gpu);
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
    await run(SETTLE_STEPS, 0, 0.6);
    await trainer.statistics();
    const stepMs = await run(TIMED_STEPS, 0.6, 0.75);
    const { rays, samples } = await trainer.statistics();

    const spans = new Map<string, number[]>();
    const work = { samples: 0, survivors: 0 };
    // A step at a time: a profiler has room for one only, and the counts are those of the last.
    for (let i = 0; i < TIMED_STEPS; i++) {
      trainer.trainStep(profiler);
      work.samples += (await buffers.counters.read(1))[0] / TIMED_STEPS;
      work.survivors += (await buffers.survivorCounters.read(1))[0] / TIMED_STEPS;
      for (const [name, { ms }] of await profiler.collect()) spans.set(name, [...(spans.get(name) ?? []), ms]);
      throwIfAborted(signal);
      onProgress(0.75 + (0.2 * i) / TIMED_STEPS, `${preset} kernels`);
    }
    // The median of a step, times the share of steps that have the kernel: a busy moment must not count.
    const kernelTimes = [...spans]
      .map(([name, list]) => [name, (median(list) * list.length) / TIMED_STEPS] as const)
      .sort((a, b) => b[1] - a[1])
      .map(([name, ms]) => judge(name, ms, config, work, ceilings));

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
        a('training step', stepMs, samples / TIMED_STEPS, 'samples/s'),
        a('training rays', stepMs, rays / TIMED_STEPS, 'rays/s'),
        a(`view of ${camera.width}x${camera.height}`, renderMs, camera.width * camera.height, 'rays/s'),
      ],
    };
  } finally {
    profiler.destroy();
    renderer.destroy();
    trainer.destroy();
    buffers.destroy();
    field.destroy();
    kernels.destroy();
  }
}

const median = (list: number[]) => list.sort((a, b) => a - b)[list.length >> 1];

function judge(
  name: string,
  ms: number,
  config: FieldConfig,
  { samples, survivors }: { samples: number; survivors: number },
  ceilings: readonly Ceiling[],
): KernelTime {
  const corners = 8 * config.levels;
  const density = 2 * densityWeightCount(config);
  const colour = 2 * colourWeightCount(config);
  const counted: Record<string, [work: number, ceiling: string]> = {
    encode_density: [samples * corners, 'gather u32'],
    encode_colour: [survivors * corners, 'gather u32'],
    encode_density_backward: [survivors * corners * 2, 'atomic add i32'],
    encode_colour_backward: [survivors * corners * 2, 'atomic add i32'],
    density_forward: [samples * density, 'fma f32'],
    density_backward: [survivors * density, 'fma f32'],
    density_weights_backward: [survivors * density, 'fma f32'],
    colour_forward: [survivors * colour, 'fma f32'],
    colour_backward: [survivors * colour, 'fma f32'],
    colour_weights_backward: [survivors * colour, 'fma f32'],
  };
  const [work, ceilingName] = counted[name] ?? [];
  const ceiling = ceilings.find((c) => c.name === ceilingName);
  if (work === undefined || !ceiling) return { name, ms, achieved: null, unit: null, share: null };
  const achieved = work / (ms / 1000) / (ceiling.unit === 'GFLOP/s' ? 1e9 : 1e6);
  return { name, ms, achieved, unit: ceiling.unit, share: achieved / ceiling.value };
}
