// `npm run fuzz`: ten thousand mutated files of each format through its reader, each format in a process of its own, which is
// watched from outside. Prints a table; exit status 1 where anything hung, took too long or too much, or ended in anything
// but a refusal.
//
//   npm run fuzz -- [--count 10000] [--seed 1] [--format zip]     --format may be repeated

import { fork } from 'node:child_process';
import { parseArgs } from 'node:util';
import { TARGETS } from './formats/index.ts';
import { type FuzzResult, MOST_BYTES, runFuzz, tableOf } from './runner.ts';

/** A file that takes so long has hung. */
const HANG_MS = 30_000;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    format: { type: 'string', multiple: true },
    child: { type: 'boolean', default: false },
  },
});
const { format: wanted } = values;
const [count, seed] = [Number(values.count), Number(values.seed)];
const targets = TARGETS.filter(({ name }) => !wanted || wanted.includes(name));

type Message = { index: number } | { result: FuzzResult };

if (values.child) {
  const result = await runFuzz(targets[0], { count, seed, onFile: (index) => process.send!({ index }) });
  await new Promise((resolve) => process.send!({ result }, resolve));
  process.exit(0);
}

/** One format in a process of its own. */
function inProcess(format: string): Promise<FuzzResult> {
  return new Promise((resolve) => {
    const args = ['--child', '--format', format, '--count', String(count), '--seed', String(seed)];
    const child = fork(process.argv[1], args, { execArgv: ['--max-old-space-size=512'] });
    let index = 0;
    let timer: NodeJS.Timeout | undefined;
    let ended = false;
    const end = (result: FuzzResult) => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      child.kill('SIGKILL');
      resolve(result);
    };
    const lost = (what: string): FuzzResult => ({
      ...{ format, files: index, refused: 0, accepted: 0, seconds: 0, slowestMs: 0, slowestIndex: index, mostBytes: 0 },
      faults: [{ index, seed, what, base64: null }],
    });
    const watch = () => {
      clearTimeout(timer);
      timer = setTimeout(() => end(lost(`hung for ${HANG_MS / 1000} s`)), HANG_MS);
    };
    watch();
    child.on('message', (message: Message) => {
      watch();
      if ('index' in message) index = message.index;
      else end(message.result);
    });
    child.on('exit', (code, signal) => end(lost(`the process ended by ${signal ?? code}`)));
  });
}

const results: FuzzResult[] = [];
for (const { name } of targets) {
  const result = await inProcess(name);
  results.push(result);
  if (result.mostBytes > MOST_BYTES) {
    const what = `${(result.mostBytes / 2 ** 20).toFixed(0)} MB`;
    result.faults.push({ index: -1, seed, what, base64: null });
  }
  for (const fault of result.faults)
    console.error(`${name}: file ${fault.index}: ${fault.what}\n${fault.base64 ?? ''}`);
}
console.log(tableOf(results));
process.exitCode = results.some(({ faults }) => faults.length > 0) ? 1 : 0;
