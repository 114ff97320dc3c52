// The command line as a whole: which commands there are, and how each way of ending becomes an exit code and, on
// stderr, one line. 0 done, 2 input that cannot be used, 1 a fault of ours, 130 / 143 stopped by a signal.

import { Command, CommanderError } from 'commander';
import { version } from '../../package.json';
import { Cancelled, InputError, inputError } from '../errors.ts';
import { NoWebGpuError } from '../gpu/device.ts';
import { bakeCommand } from './commands/bake.ts';
import { benchCommand } from './commands/bench.ts';
import { consistencyCommand } from './commands/consistency.ts';
import { evalCommand } from './commands/eval.ts';
import { featuresCommand } from './commands/features.ts';
import { infoCommand } from './commands/info.ts';
import { posesCommand } from './commands/poses.ts';
import { renderCommand } from './commands/render.ts';
import { runCommand } from './commands/run.ts';
import { studyCommand } from './commands/study.ts';
import { stylizeCommand } from './commands/stylize.ts';
import { trainCommand } from './commands/train.ts';
import { type Io, printableIo } from './io.ts';

const COMMANDS = [
  runCommand,
  trainCommand,
  posesCommand,
  evalCommand,
  stylizeCommand,
  renderCommand,
  consistencyCommand,
  studyCommand,
  bakeCommand,
  benchCommand,
  infoCommand,
  featuresCommand,
];

/** @param argv without node and script. @returns the exit code; never throws */
export async function runCommandLine(argv: string[], streams: Io): Promise<number> {
  const io = printableIo(streams);
  const program = new Command('impasto')
    .description('Paints a real 3D scene in the style of any picture.')
    .version(version)
    .helpCommand(false);
  for (const make of COMMANDS) program.addCommand(make(io));
  for (const command of [program, ...program.commands]) {
    command
      .exitOverride()
      .showSuggestionAfterError(false)
      // Help goes to stdout; errors are told below, in one line, by us.
      .configureOutput({ writeOut: io.stdout, writeErr: () => {}, outputError: () => {} });
  }
  try {
    if (argv.length === 0)
      throw inputError('impasto', null, `a command (${program.commands.map((c) => c.name()).join(', ')})`, 'none');
    await program.parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    return ending(error, io);
  }
}

function ending(error: unknown, io: Io): number {
  const tell = (text: string) => io.stderr(`impasto: ${text.replace(/\s*\n\s*/g, ' ')}\n`);
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    tell(error.message.replace(/^error: /, ''));
    return 2;
  }
  if (error instanceof Cancelled || (io.signal.aborted && (error as Error)?.name === 'AbortError')) {
    tell('stopped; no half-written file is left');
    return Number(io.signal.reason) || 130;
  }
  if (error instanceof InputError) {
    tell(error.message);
    return 2;
  }
  if (error instanceof NoWebGpuError) tell(`${error.message}; on Debian tools/setup.sh --driver installs one`);
  else {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    tell(`a fault of ours: ${message}`);
    if (process.env.IMPASTO_DEBUG && stack) io.stderr(`${stack}\n`);
  }
  return 1;
}
