// The whole benchmark: the adapter's ceilings first, then kernels, stages and the MLPs beside tfjs, all in one run.
// The command and the page show the same result.

import { throwIfAborted } from '../errors.ts';
import type { AdapterInfo, Gpu } from '../gpu/device.ts';
import { hashLevels } from '../nerf/hash-levels.ts';
import { PRESETS, type PresetName } from '../session/presets.ts';
import { benchFeatures, type FeatureTiming } from '../style/features/bench.ts';
import type { NetworkWeights } from '../style/features/network-weights.ts';
import { type Ceiling, measureCeilings } from './ceilings.ts';
import { type FieldTimes, type KernelTime, timeField } from './field-times.ts';
import { type MatchTimes, timeMatch } from './match-times.ts';
import { type MlpTimes, timeMlp } from './mlp-times.ts';
import { styleTables } from './style-tables.ts';
import { type StyleTimes, timeStyle } from './style-times.ts';

export interface BenchResult {
  adapter: AdapterInfo;
  preset: PresetName;
  ceilings: Ceiling[];
  kernels: KernelTime[];
  step: FieldTimes['step'];
  mlp: MlpTimes;
  stages: FieldTimes['stages'];
  style: StyleTimes;
  match: MatchTimes;
  features: FeatureTimes;
}

/** The feature network's convolutions, ours and tfjs'. */
export interface FeatureTimes {
  network: string;
  /** Of the square picture, pixels. */
  side: number;
  /** share: of the fma ceiling, by the operations that direct convolutions would need; ours need fewer. */
  implementations: (FeatureTiming & { share: number })[];
}

/** Side of the picture that the feature network is timed on: what quick styling feeds it with. */
const FEATURE_SIDE = 128;

/** @param onProgress stage, its share done 0..1, words */
export async function runBench(
  gpu: Gpu,
  preset: PresetName,
  weights: NetworkWeights,
  onProgress: (stage: string, fraction: number, text: string) => void,
  signal?: AbortSignal,
): Promise<BenchResult> {
  onProgress('ceilings', 0, '');
  const { field } = PRESETS[preset];
  const last = hashLevels(field)[field.levels - 1];
  const allEntries = Math.ceil(Math.log2(last.firstEntry + last.entries));
  const measure = () => measureCeilings(gpu, field.log2TableSize, allEntries, signal);
  let ceilings = await measure();
  onProgress('mlp', 0, '');
  const mlp = await timeMlp(gpu, preset, signal);
  const { kernels, stages, step } = await timeField(
    gpu,
    preset,
    async () => {
      ceilings = bestOf(ceilings, await measure());
      return ceilings;
    },
    (fraction, text) => onProgress('field', fraction, text),
    signal,
  );
  const style = await timeStyle(gpu, preset, weights, (share, text) => onProgress('style', share, text), signal);
  onProgress('matching', 0, '');
  const match = await timeMatch(gpu, ceilings, signal);
  onProgress('features', 0, '');
  const fma = ceilings.find(({ name }) => name === 'fma f32')!.value;
  const timings = await benchFeatures(gpu, weights, FEATURE_SIDE, { repeats: 3 });
  const implementations = timings.map((timing) => ({ ...timing, share: timing.effective / fma }));
  const features = { network: weights.name, side: FEATURE_SIDE, implementations };
  throwIfAborted(signal);
  return { adapter: gpu.info, preset, ceilings, kernels, step, mlp, stages, style, match, features };
}

const bestOf = (a: readonly Ceiling[], b: readonly Ceiling[]): Ceiling[] =>
  a.map((ceiling, i) => (ceiling.value > b[i].value ? ceiling : b[i]));

export interface BenchTable {
  title: string;
  rows: { name: string; ms: number | null; value: number | null; unit: string; share: number | null }[];
}

/** The result as tables to be shown. */
export function benchTables(result: BenchResult): BenchTable[] {
  const { preset, ceilings, kernels, step, mlp, stages } = result;
  const counts = `${step.rays} rays, ${Math.round(step.samples)} samples, ${Math.round(step.survivors)} lit`;
  return [
    {
      title: 'ceilings',
      rows: ceilings.map(({ name, value, unit }) => ({ name, ms: null, value, unit, share: null })),
    },
    {
      title: kernels.length
        ? `kernels of a training step, ${preset} (${counts}): ms, achieved, share of the ceiling`
        : 'kernels: this adapter gives no timestamps, so that they cannot be timed one by one',
      rows: kernels.map((k) => ({ ...k, value: k.achieved, unit: k.unit ?? '' })),
    },
    {
      title: 'the step as a whole: ms, and share of it that the sum of bounds takes',
      rows: [
        { name: 'sum of bounds', ms: step.boundMs, value: null, unit: '', share: null },
        { name: 'training step', ms: step.ms, value: null, unit: '', share: step.share },
      ],
    },
    {
      title: `both MLPs forward and backward, ${mlp.samples} samples`,
      rows: [
        { name: 'wgsl', ms: mlp.wgsl, value: null, unit: '', share: null },
        { name: 'tfjs', ms: mlp.tfjs, value: mlp.ratio, unit: 'times ours', share: null },
      ],
    },
    {
      title: 'stages',
      rows: stages.map(({ name, ms, perSecond, unit }) => ({ name, ms, value: perSecond, unit, share: null })),
    },
    ...styleTables(result),
  ];
}
