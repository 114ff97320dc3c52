// impasto bench: what this adapter can do at most, and beside it, in the same run, how long our kernels and stages
// take. Needs no scene: it trains on a made-up one.

import { Command } from 'commander';
import { benchTables, runBench } from '../../bench/bench.ts';
import { closeNodeGpu, openNodeGpu } from '../../gpu/node.ts';
import { bundledWeights } from '../../node/weights.ts';
import { PRESETS_IN_WORDS, type PresetName } from '../../session/presets.ts';
import { loadFeatureWeights } from '../../style/features/weights.ts';
import type { Io } from '../io.ts';
import { givenNetwork, type NetworkOptions, networkOptions } from '../networks.ts';
import { preset } from '../options.ts';
import { prepareJson, say, writeJson } from '../output.ts';
import { Progress } from '../progress.ts';

export function benchCommand(io: Io): Command {
  const command = new Command('bench')
    .description("the adapter's measured ceilings, and kernels and stages beside them")
    .option('--preset <name>', PRESETS_IN_WORDS, preset, 'quick')
    .option('--json <file>', "figures as JSON, '-' for stdout");
  return networkOptions(command, 'small').action(
    async (options: NetworkOptions & { preset: PresetName; json?: string }) => {
      prepareJson(options.json);
      const weights = (await givenNetwork(io, options)) ?? (await loadFeatureWeights(bundledWeights()));
      const gpu = await openNodeGpu();
      const progress = new Progress(io);
      try {
        const onProgress = (stage: string, fraction: number, text: string) => progress.update(stage, fraction, text);
        const result = await runBench(gpu, options.preset, weights, onProgress, io.signal);
        progress.end();
        await writeJson(io, options.json, result);
        const cell = (value: number | null, digits: number) =>
          (value === null ? '' : value.toFixed(digits)).padStart(11);
        const lines = benchTables(result).flatMap(({ title, rows }) => [
          title,
          ...rows.map(({ name, ms, value, unit, share }) => {
            const percent = share === null ? '' : `${(100 * share).toFixed(0).padStart(5)} %`;
            return `  ${name.padEnd(38)}${cell(ms, 2)}${cell(value, 1)} ${unit.padEnd(10)}${percent}`.trimEnd();
          }),
        ]);
        say(io, options.json, lines.join('\n'));
      } finally {
        progress.end();
        closeNodeGpu(gpu);
      }
    },
  );
}
