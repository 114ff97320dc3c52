// impasto bench: what this adapter can do at most, and beside it, in the same run, how long our kernels and stages
// take. Needs no scene: it trains on a made-up one.

import { Command } from 'commander';
import { throwIfAborted } from '../../errors.ts';
import { closeNodeGpu, openNodeGpu } from '../../gpu/node.ts';
import { PRESETS } from '../../nerf/config.ts';
import type { PresetName } from '../../nerf/types.ts';
import { benchFeatures } from '../../style/features/bench.ts';
import { loadFeatureWeights } from '../../style/features/weights.ts';
import { timeField } from '../bench-field.ts';
import { measureCeilings } from '../ceilings.ts';
import type { Io } from '../io.ts';
import { bundledNetwork, givenNetwork, type NetworkOptions, networkOptions } from '../networks.ts';
import { preset } from '../options.ts';
import { prepareJson, say, writeJson } from '../output.ts';
import { Progress } from '../progress.ts';

/** Side of the picture that the feature network is timed on: what quick styling feeds it with. */
const FEATURE_SIDE = 128;

export function benchCommand(io: Io): Command {
  const command = new Command('bench')
    .description("the adapter's measured ceilings, and kernels and stages beside them")
    .option('--preset <name>', 'quick, standard or max', preset, 'quick')
    .option('--json <file>', "figures as JSON, '-' for stdout");
  return networkOptions(command, 'small').action(
    async (options: NetworkOptions & { preset: PresetName; json?: string }) => {
      prepareJson(options.json);
      const weights = (await givenNetwork(io, options)) ?? (await loadFeatureWeights(bundledNetwork()));
      const gpu = await openNodeGpu();
      const progress = new Progress(io);
      try {
        progress.update('ceilings', 0, '');
        const { log2TableSize } = PRESETS[options.preset].field;
        const ceilings = await measureCeilings(gpu, log2TableSize, io.signal);
        const onProgress = (fraction: number, text: string) => progress.update('field', fraction, text);
        const { kernels, stages } = await timeField(gpu, options.preset, ceilings, onProgress, io.signal);
        progress.update('features', 0, '');
        for (const timing of await benchFeatures(gpu, weights, FEATURE_SIDE, { repeats: 3 })) {
          const { implementation, forward, backward } = timing;
          for (const [way, ms] of Object.entries({ forward, backward })) {
            const name = `${weights.name} ${way}, ${implementation}`;
            stages.push({ name, ms, perSecond: FEATURE_SIDE ** 2 / (ms / 1000), unit: 'pixels/s' });
          }
        }
        throwIfAborted(io.signal);
        progress.end();
        await writeJson(io, options.json, { adapter: gpu.info, preset: options.preset, ceilings, kernels, stages });
        const cell = (value: number | null, digits: number) =>
          (value === null ? '' : value.toFixed(digits)).padStart(10);
        const lines = [
          'ceilings',
          ...ceilings.map(({ name, value, unit }) => `  ${name.padEnd(26)}${cell(value, 1)} ${unit}`),
          `kernels of a training step, ${options.preset}: ms, achieved, share of the ceiling`,
          ...kernels.map(({ name, ms, achieved, unit, share }) => {
            const percent = share === null ? '' : `${(100 * share).toFixed(0).padStart(5)} %`;
            return `  ${name.padEnd(26)}${cell(ms, 2)}${cell(achieved, 1)} ${(unit ?? '').padEnd(8)}${percent}`;
          }),
          'stages',
          ...stages.map((s) => `  ${s.name.padEnd(40)}${cell(s.ms, 1)} ms ${cell(s.perSecond, 0)} ${s.unit}`),
        ];
        say(io, options.json, lines.map((line) => line.trimEnd()).join('\n'));
      } finally {
        progress.end();
        closeNodeGpu(gpu);
      }
    },
  );
}
