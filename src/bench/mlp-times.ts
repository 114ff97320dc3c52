// Our two MLPs, forward and backward, beside the same written in tfjs operations on the same device: same sizes, same
// batch, same values in and out, down to the gradients of weights and encoded positions. tfjs gets the spherical
// harmonics ready made.

import { throwIfAborted } from '../errors.ts';
import type { Gpu } from '../gpu/device.ts';
import { workgroups } from '../gpu/kernel.ts';
import { Recorder } from '../gpu/recorder.ts';
import { Tensor } from '../gpu/tensor.ts';
import { MLP_GROUP } from '../nerf/config.ts';
import { COUNTERS, fixedCounters } from '../nerf/counters.ts';
import { colourWeightCount, densityWeightCount } from '../nerf/field.ts';
import { f16FromF32, f32FromF16 } from '../nerf/half.ts';
import { NerfKernels } from '../nerf/kernels.ts';
import { WEIGHT_GRADIENT_SCALE } from '../nerf/stages/density.ts';
import { WEIGHT_CHUNK } from '../nerf/stages/scan.ts';
import { PRESETS, type PresetName } from '../session/presets.ts';
import { openTfjs, type Tf } from '../style/features/tfjs-backend.ts';

type TfTensor = import('@tensorflow/tfjs-core').Tensor2D;

export interface MlpTimes {
  /** Forward and backward of both MLPs, the best of some, ms. */
  wgsl: number;
  tfjs: number;
  /** tfjs over ours. */
  ratio: number;
  samples: number;
  /** Largest difference of the two implementations' raw densities: they do compute the same. */
  difference: number;
}

const ROUNDS = 3;

export async function timeMlp(gpu: Gpu, preset: PresetName, signal?: AbortSignal): Promise<MlpTimes> {
  const { field: config, train } = PRESETS[preset];
  const { device } = gpu;
  const samples = train.samplesPerStep;
  const encodedSize = 2 * config.levels;
  const wave = (n: number, pace: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(pace * i + 1));
  const make = (name: string, shape: number[], values?: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>) =>
    values
      ? Tensor.from(device, `timeMlp.${name}`, shape, values)
      : Tensor.zeros(device, `timeMlp.${name}`, shape, name.startsWith('d_weights') ? 'i32' : 'f32');

  // As exact in halves as in floats, so that both compute from the same.
  const columns = f32FromF16(f16FromF32(wave(encodedSize * samples, 0.731)));
  const densityWeights = wave(densityWeightCount(config), 1.37);
  const colourWeights = wave(colourWeightCount(config), 2.11);
  const index = new Uint32Array(2 * samples);
  for (let s = 0; s < samples; s++) index[2 * s] = s;
  const tensors = {
    counters: make('counters', [COUNTERS], fixedCounters(samples, config.levels)),
    survivor_index: make('survivor_index', [samples, 2], index),
    encoded: make('encoded', [config.levels / 2, samples, 2], halfPairs(columns, samples)),
    ray_shading: make('ray_shading', [1, 4], Float32Array.of(0, 0, 1, 1)),
    density_weights: make('density_weights', [densityWeights.length], densityWeights),
    colour_weights: make('colour_weights', [colourWeights.length], colourWeights),
    raw_density: make('raw_density', [samples]),
    d_raw_density: make('d_raw_density', [samples], wave(samples, 0.61)),
    rgb: make('rgb', [3, samples]),
    d_rgb: make('d_rgb', [3, samples], wave(3 * samples, 0.47)),
    d_encoded: make('d_encoded', [encodedSize, samples]),
    d_weights_density: make('d_weights_density', [densityWeights.length]),
    d_weights_colour: make('d_weights_colour', [colourWeights.length]),
  };
  const kernels = await NerfKernels.create(gpu, config);
  const { tf, ...tfjs } = await tfjsMlp(gpu);
  try {
    const t = tensors;
    const chunks = Math.ceil(samples / WEIGHT_CHUNK);
    const stride = { stride: samples };
    const chunk = { ...stride, chunk: WEIGHT_CHUNK, gradient_scale: WEIGHT_GRADIENT_SCALE };
    const over = workgroups(samples, MLP_GROUP);
    const ours = (): void => {
      const { counters, encoded, survivor_index, ray_shading, raw_density, d_raw_density, rgb, d_rgb, d_encoded } = t;
      const rec = new Recorder(gpu, 'timeMlp');
      const density = { counters, encoded, weights: t.density_weights };
      const colour = { counters, encoded, survivor_index, ray_shading, weights: t.colour_weights };
      const back = { ...density, survivor_index, d_raw_density };
      rec.run(kernels.get('density_forward'), { ...density, raw_density }, stride, over);
      const seen = { ...stride, view_dependent: 1 };
      rec.run(kernels.get('colour_forward'), { ...colour, rgb }, seen, over);
      rec.run(kernels.get('colour_backward'), { ...colour, rgb, d_rgb, d_encoded }, seen, over);
      const colourRows = config.colourHidden / 2;
      const weights = { ...colour, d_rgb, d_weights: t.d_weights_colour };
      rec.run(kernels.get('colour_weights_backward'), weights, { ...chunk, view_dependent: 1 }, [chunks, colourRows]);
      rec.run(kernels.get('density_backward'), { ...back, d_encoded }, stride, over);
      rec.run(kernels.get('density_weights_backward'), { ...back, d_weights: t.d_weights_density }, chunk, [
        chunks,
        config.densityHidden / 2,
      ]);
      rec.submit();
    };
    const rowsOf = (values: Float32Array, at: number, rows: number, width: number) =>
      tf.tensor2d(values.subarray(at, at + rows * width), [rows, width]);
    const x = tf.transpose(tf.tensor2d(columns, [encodedSize, samples])) as TfTensor;
    // One direction for all, as ours has: its harmonics beside the encoded position.
    const harmonics = tf.zeros([samples, 12]) as TfTensor;
    const { densityHidden, colourHidden } = config;
    const input = {
      density: {
        w1: rowsOf(densityWeights, 0, densityHidden, encodedSize),
        w2: rowsOf(densityWeights, densityHidden * encodedSize, densityHidden, 1),
        d: tf.tensor2d(wave(samples, 0.61), [samples, 1]),
      },
      colour: {
        w1: rowsOf(colourWeights, 0, colourHidden, encodedSize + 12),
        w2: rowsOf(colourWeights, colourHidden * (encodedSize + 12), colourHidden, 4),
        d: tf.tensor2d(wave(4 * samples, 0.47), [samples, 4]),
      },
    };
    const theirs = (): void => {
      const encoder = device.createCommandEncoder({ label: 'timeMlp.tfjs' });
      tfjs.record(encoder, () => {
        step(tf, x, input.density.w1, input.density.w2, input.density.d, false);
        step(tf, tf.concat([x, harmonics], 1), input.colour.w1, input.colour.w2, input.colour.d, true);
      });
      device.queue.submit([encoder.finish()]);
    };
    const best = { wgsl: Number.POSITIVE_INFINITY, tfjs: Number.POSITIVE_INFINITY };
    // Turn about, so that a busy moment strikes both; the first round compiles and is thrown away.
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [name, run] of [['wgsl', ours] as const, ['tfjs', theirs] as const]) {
        throwIfAborted(signal);
        await gpu.idle();
        const start = performance.now();
        run();
        await gpu.idle();
        if (round) best[name] = Math.min(best[name], performance.now() - start);
      }
    }
    const density = tf.tidy(() =>
      tf.matMul(tf.relu(tf.matMul(x, input.density.w1, false, true)), input.density.w2),
    ) as TfTensor;
    const [a, b] = [await t.raw_density.readF32(), await density.data()];
    const difference = a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i])), 0);
    tf.dispose([x, harmonics, density, input as never]);
    return { ...best, ratio: best.tfjs / best.wgsl, samples, difference };
  } finally {
    kernels.destroy();
    for (const tensor of Object.values(tensors)) tensor.destroy();
  }
}

/** Columns [E, S] as encode leaves them: [E / 4, S, 2], two halves a word. */
function halfPairs(columns: Float32Array, samples: number): Uint32Array<ArrayBuffer> {
  const words = new Float32Array(columns.length);
  for (let c = 0; c < columns.length / samples; c++)
    for (let s = 0; s < samples; s++) words[4 * ((c >> 2) * samples + s) + (c & 3)] = columns[c * samples + s];
  return new Uint32Array(f16FromF32(words).buffer);
}

async function tfjsMlp(gpu: Gpu) {
  const tfjs = await openTfjs(gpu);
  return { tf: tfjs.tf, record: tfjs.record.bind(tfjs) };
}

/** One MLP forward and backward. w1 [H, I], w2 [H, O], d [S, O] by the output. @returns d by x, w1 and w2 */
function step(tf: Tf, x: TfTensor, w1: TfTensor, w2: TfTensor, d: TfTensor, logistic: boolean): TfTensor[] {
  const hidden = tf.fused.matMul({ a: x, b: w1, transposeB: true, activation: 'relu' }) as TfTensor;
  const raw = tf.matMul(hidden, w2);
  const out = logistic ? tf.sigmoid(raw) : raw;
  const dRaw = logistic ? tf.mul(d, tf.mul(out, tf.sub(1, out))) : d;
  const dW2 = tf.matMul(hidden, dRaw, true, false);
  const dHidden = tf.mul(tf.matMul(dRaw, w2, false, true), tf.step(hidden));
  const dW1 = tf.matMul(dHidden, x, true, false);
  const dX = tf.matMul(dHidden, w1);
  return [dX, dW1, dW2] as TfTensor[];
}
