// impasto bench: what this adapter can do at most, and how long the stages of our work take on it, in one run.

import { Command } from 'commander';
import { type Ceiling, measureCeilings } from '../ceilings.ts';
import { withEngine } from '../engine.ts';
import type { Io } from '../io.ts';
import { prepareJson, say, writeJson } from '../output.ts';

export function benchCommand(io: Io): Command {
  return new Command('bench')
    .description("the adapter's measured ceilings, and every kernel and stage beside them")
    .option('--json <file>', "figures as JSON, '-' for stdout")
    .action(async (options: { json?: string }) => {
      prepareJson(options.json);
      await withEngine(io, 'small', async ({ session, stage, stages, signal }) => {
        const ceilings = await stage('ceilings', () => measureCeilings(session.gpu, signal));
        await writeJson(io, options.json, { adapter: session.gpu.info, ceilings, kernels: [], stages });
        say(io, options.json, ceilings.map(line).join('\n'));
      });
    });
}

const line = ({ name, value, unit }: Ceiling) => `${name.padEnd(16)} ${value.toFixed(1).padStart(9)} ${unit}`;
