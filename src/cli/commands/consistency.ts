// impasto consistency: whether neighbouring and distant views of a field agree, with the unstylized field measured
// on the same pairs beside it.

import { Command } from 'commander';
import { withEngine } from '../engine.ts';
import { readInput } from '../inputs.ts';
import type { Io } from '../io.ts';
import { size, wholeNumber } from '../options.ts';
import { prepareJson, say, writeJson } from '../output.ts';
import { consistencyReport, rmseText } from '../report.ts';

interface Options {
  frames?: number;
  size?: [number, number];
  json?: string;
}

export function consistencyCommand(io: Io): Command {
  return new Command('consistency')
    .description('agreement of short- and long-range view pairs, unstylized baseline beside it')
    .argument('<field>', 'g.impasto')
    .option('--frames <n>', 'of the path measured along', wholeNumber('--frames', 8, 1000))
    .option('--size <WxH>', 'of the frames', size('--size'))
    .option('--json <file>', "figures as JSON, '-' for stdout")
    .action(async (path: string, options: Options) => {
      prepareJson(options.json);
      const bytes = await readInput(path, 'checkpoint');
      await withEngine(io, null, async ({ session, stage, signal }) => {
        await stage('load', () => session.load(bytes, path));
        const { frames, size } = options;
        const score = consistencyReport(
          await stage('consistency', () => session.consistency({ frames, size, signal })),
        );
        await writeJson(io, options.json, score);
        for (const range of ['short', 'long'] as const) {
          const { rmse, baseline, pairs } = score[range];
          const text = `rmse ${rmseText(rmse)}, unstylized ${rmseText(baseline)}, ${pairs} pairs`;
          say(io, options.json, `${range.padEnd(5)} ${text}`);
        }
      });
    });
}
