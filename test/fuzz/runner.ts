// Runs one format's mutated files through its reader, one after another, and adds up what became of them.

import { InputError } from '../../src/errors.ts';
import { Dice } from './dice.ts';
import type { Bytes } from './mutate.ts';
import type { FuzzTarget } from './target.ts';

/** What one file may take, of the processor's time: a busy machine is no fault of a reader. */
export const MOST_MS = 1000;
export const MOST_BYTES = 256 * 2 ** 20;

export interface FuzzFault {
  index: number;
  seed: number;
  what: string;
  /** Of small files. */
  base64: string | null;
}

export interface FuzzResult {
  format: string;
  files: number;
  refused: number;
  accepted: number;
  seconds: number;
  slowestMs: number;
  slowestIndex: number;
  /** What the process had at its most, over what it had before. */
  mostBytes: number;
  faults: FuzzFault[];
}

/** The seed of a file: any of them can be made again by itself. */
export const seedOf = (seed: number, index: number) => (seed * 1_000_003 + index) >>> 0;

const FAULTS_TOLD = 20;

/** @param onFile before each: who watches from outside sees which one hangs */
export async function runFuzz(
  target: FuzzTarget,
  { count, seed, onFile }: { count: number; seed: number; onFile?: (index: number) => void },
): Promise<FuzzResult> {
  await target.read(await target.good());
  const result: FuzzResult = {
    format: target.name,
    files: count,
    refused: 0,
    accepted: 0,
    seconds: 0,
    slowestMs: 0,
    slowestIndex: 0,
    mostBytes: 0,
    faults: [],
  };
  const before = process.resourceUsage().maxRSS;
  const began = performance.now();
  for (let index = 0; index < count; index++) {
    onFile?.(index);
    const bytes = await target.make(new Dice(seedOf(seed, index)));
    const what = await readOne(target, bytes, result, index);
    if (what && result.faults.length < FAULTS_TOLD) {
      const base64 = bytes.length <= 6000 ? Buffer.from(bytes).toString('base64') : null;
      result.faults.push({ index, seed, what, base64 });
    }
  }
  result.seconds = (performance.now() - began) / 1000;
  // Kilobytes, on every system but macOS.
  result.mostBytes = 1024 * Math.max(0, process.resourceUsage().maxRSS - before);
  return result;
}

/** @returns what is wrong with the reader, null where nothing is */
async function readOne(target: FuzzTarget, bytes: Bytes, result: FuzzResult, index: number): Promise<string | null> {
  const copy = bytes.slice();
  const began = process.cpuUsage();
  let fault: string | null = null;
  try {
    await target.read(bytes);
    result.accepted++;
  } catch (error) {
    if (error instanceof InputError) {
      result.refused++;
      if (/\n/.test(error.message))
        fault = `a refusal of several lines: ${JSON.stringify(error.message.slice(0, 200))}`;
      else if (error.message.length > 1000) fault = `a refusal of ${error.message.length} characters`;
    } else
      fault = error instanceof Error ? `${error.name}: ${error.message}\n${error.stack?.slice(0, 600)}` : String(error);
  }
  const { user, system } = process.cpuUsage(began);
  const ms = (user + system) / 1000;
  if (ms > result.slowestMs) Object.assign(result, { slowestMs: ms, slowestIndex: index });
  if (ms > MOST_MS) fault ??= `${ms.toFixed(0)} ms`;
  if (Buffer.compare(copy, bytes) !== 0) fault ??= 'the reader changed its input';
  return fault;
}

/** One line a format, and its head. */
export function tableOf(results: readonly FuzzResult[]): string {
  const lines = results.map(
    (r) =>
      `| ${r.format} | ${r.files} | ${r.seconds.toFixed(1)} | ${r.refused} | ${r.accepted} | ${r.slowestMs.toFixed(0)} | ${(r.mostBytes / 2 ** 20).toFixed(0)} | ${r.faults.length} |`,
  );
  return [
    '| format | files | seconds | refused | accepted | slowest, ms | most memory, MB | faults |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...lines,
  ].join('\n');
}
