// `npm run fuzz`: ten thousand mutated files of each format through its reader, each format in a process of its own, which is
// watched from outside. Prints a table; exit status 1 where anything hung, took too long or too much, or ended in anything
// but a refusal.
//
//   npm run fuzz -- [--count 10000] [--seed 1] [--format zip]     --format may be repeated

import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { TARGETS } from './formats/index.ts';
import { type FuzzResult, MOST_BYTES, runFuzz, tableOf } from './runner.ts';

/** A file that takes so much of the processor's time has hung; a machine that is busy with other work lets all wait. */
const HANG_SECONDS = 10;
const LOOK_MS = 2000;

/** Of a process so far, as Linux tells it; elsewhere by the clock. */
function processorSeconds(pid: number): number {
  try {
    // Fields 14 and 15, hundredths: counted from behind the name, which may hold anything.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return performance.now() / 1000;
  }
}

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
    let ended = false;
    let [seenIndex, seenSeconds] = [-1, 0];
    const timer = setInterval(() => {
      const now = processorSeconds(child.pid!);
      if (index !== seenIndex) [seenIndex, seenSeconds] = [index, now];
      else if (now - seenSeconds > HANG_SECONDS) end(lost(`hung for ${HANG_SECONDS} s`));
    }, LOOK_MS);
    const end = (result: FuzzResult) => {
      if (ended) return;
      ended = true;
      clearInterval(timer);
      child.kill('SIGKILL');
      resolve(result);
    };
    const lost = (what: string): FuzzResult => ({
      ...{ format, files: index, refused: 0, accepted: 0, seconds: 0, slowestMs: 0, slowestIndex: index, mostBytes: 0 },
      faults: [{ index, seed, what, base64: null }],
    });
    child.on('message', (message: Message) => {
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
