// Nearest-neighbour matching, ours fused beside tfjs' matMul and argMax on the same device and features. Ours is the
// whole loss: the search, the value and the gradient; tfjs finds the matches alone, and writes out every similarity.

import { throwIfAborted } from '../errors.ts';
import type { Gpu } from '../gpu/device.ts';
import { Recorder } from '../gpu/recorder.ts';
import { Tensor } from '../gpu/tensor.ts';
import { openTfjs } from '../style/features/tfjs-backend.ts';
import { NnfmLoss } from '../style/losses/nnfm.ts';
import { peakBytes } from './buffer-tally.ts';
import type { Ceiling } from './ceilings.ts';

type TfTensor = import('@tensorflow/tfjs-core').Tensor2D;

export interface MatchTimes {
  queries: number;
  columns: number;
  channels: number;
  /** Best of some, ms. */
  wgsl: number;
  tfjs: number;
  /** tfjs over ours. */
  ratio: number;
  /** Multiply-adds of the similarities alone, two operations each, over our whole time. */
  achieved: number;
  unit: 'GFLOP/s';
  /** Of this run's fma ceiling. */
  share: number;
  /** Memory by the number of columns, beside the features themselves; tfjs at the timed size only. */
  bytes: { columns: number; wgsl: number; tfjs: number | null }[];
  /** Of the two mean similarities: both find the same. */
  difference: number;
}

const CHANNELS = 256;
const ROUNDS = 2;

/** [C, side, width] of values that look like features: positive, no two columns alike. */
function features(device: GPUDevice, name: string, side: number, width: number, pace: number): Tensor {
  const values = Float32Array.from(
    { length: CHANNELS * side * width },
    (_, i) => 1 + Math.sin(pace * i + 1e-4 * (i % 8191)),
  );
  return Tensor.from(device, `timeMatch.${name}`, [CHANNELS, side, width], values);
}

/** @param side side^2 queries against as many columns */
export async function timeMatch(
  gpu: Gpu,
  ceilings: readonly Ceiling[],
  signal?: AbortSignal,
  side = 64,
): Promise<MatchTimes> {
  const { device } = gpu;
  const queries = side * side;
  const columns = queries;
  const query = features(device, 'query', side, side, 0.7317);
  const gradient = Tensor.zeros(device, 'timeMatch.gradient', query.shape);
  const value = Tensor.zeros(device, 'timeMatch.value', [1]);
  const submitted = async (record: (rec: Recorder) => void): Promise<number> => {
    await gpu.idle();
    const start = performance.now();
    const rec = new Recorder(gpu, 'timeMatch');
    record(rec);
    rec.submit();
    await gpu.idle();
    return performance.now() - start;
  };
  const style = features(device, 'style', side, side, 0.4183);
  const bytes: MatchTimes['bytes'] = [];
  let loss: NnfmLoss | null = null;
  const tfjs = await openTfjs(gpu);
  const { tf } = tfjs;
  try {
    // What recorders keep for their uniforms is made by the first and serves all: no part of a loss's bytes.
    const first = await NnfmLoss.create(gpu, style, { maxColumns: columns });
    await submitted((rec) => first.evaluate(rec, query, 1, gradient, value));
    first.destroy();
    for (const width of [side / 2, 2 * side, side]) {
      throwIfAborted(signal);
      const bank = width === side ? style : features(device, 'bank', side, width, 0.4183);
      const made = await peakBytes(device, async () => {
        const own = await NnfmLoss.create(gpu, bank, { maxColumns: side * width });
        await submitted((rec) => own.evaluate(rec, query, 1, gradient, value));
        return own;
      });
      bytes.push({ columns: side * width, wgsl: made.bytes, tfjs: null });
      if (width === side) loss = made.result;
      else {
        made.result.destroy();
        bank.destroy();
      }
    }
    bytes.sort((a, b) => a.columns - b.columns);

    // What earlier work still holds is given back when the next is recorded.
    const release = async () => void (await submitted((rec) => tfjs.record(rec.encoder, () => {})));
    await release();
    const before = tfjs.bytes;
    // The style's columns have unit length once and for all, as in our bank.
    const f = tfjs.view(query, [CHANNELS, queries]) as TfTensor;
    const s = tf.tidy(() => {
      const raw = tfjs.view(style, [CHANNELS, columns]) as TfTensor;
      return tf.div(raw, tf.norm(raw, 'euclidean', 0, true)) as TfTensor;
    });
    const matched = (): TfTensor => tf.argMax(tf.matMul(f, s, true, false), 1) as TfTensor;
    const best = { wgsl: Number.POSITIVE_INFINITY, tfjs: Number.POSITIVE_INFINITY };
    await release();
    // Turn about, so that a busy moment strikes both; the first round compiles and is thrown away.
    for (let round = 0; round <= ROUNDS; round++) {
      throwIfAborted(signal);
      value.write(new Float32Array(1));
      const ours = await submitted((rec) => loss!.evaluate(rec, query, 1, gradient, value));
      const theirs = await submitted((rec) => tfjs.record(rec.encoder, () => void matched()));
      if (!round) bytes.find((b) => b.columns === columns)!.tfjs = tfjs.bytes - before;
      else {
        best.wgsl = Math.min(best.wgsl, ours);
        best.tfjs = Math.min(best.tfjs, theirs);
      }
    }
    const similar = tf.tidy(() => {
      const cosines = tf.max(tf.matMul(tf.div(f, tf.norm(f, 'euclidean', 0, true)) as TfTensor, s, true, false), 1);
      return tf.mean(cosines);
    });
    const [own, theirs] = [1 - (await value.readF32())[0], (await similar.data())[0]];
    tf.dispose([f, s, similar]);
    const fma = ceilings.find(({ name }) => name === 'fma f32')!;
    const achieved = (2 * queries * columns * CHANNELS) / best.wgsl / 1e6;
    return {
      queries,
      columns,
      channels: CHANNELS,
      ...best,
      ratio: best.tfjs / best.wgsl,
      achieved,
      unit: 'GFLOP/s',
      share: achieved / fma.value,
      bytes,
      difference: Math.abs(own - theirs),
    };
  } finally {
    loss?.destroy();
    for (const tensor of [query, style, gradient, value]) tensor.destroy();
  }
}
