// A short run of the fuzzer over every format, and what it once found. `npm run fuzz` runs ten thousand files of each.

import { zipSync } from 'fflate';
import { expect, it } from 'vitest';
import { COLUMNS } from '../../src/cli/study/ratings.ts';
import { InputError, inputError } from '../../src/errors.ts';
import { openZip } from '../../src/scene/zip-source.ts';
import { TARGETS } from '../fuzz/formats/index.ts';
import { runFuzz } from '../fuzz/runner.ts';

const FILES = 200;

it.each(TARGETS.map((target) => [target.name, target] as const))(
  `%s: ${FILES} mutated files are read or refused, in time`,
  async (_, target) => {
    const { faults, accepted, refused } = await runFuzz(target, { count: FILES, seed: 1 });
    expect(faults).toEqual([]);
    // Files that are all refused at the door, or none of them, would try nothing.
    expect(accepted).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
  },
);

/** What readers once fell over. */
const FOUND: [string, () => unknown, RegExp][] = [
  [
    'a value of JSON too deep to be written out',
    () => read('transforms.json', `{"frames": [], "w": ${'['.repeat(9000)}${']'.repeat(9000)}}`),
    /^w in transforms.json of tiny: expected a number, found a list of lists$/,
  ],
  [
    'a name of sixty thousand letters in a sentence',
    () => read('transforms.json', `{"fl_x": 20, "frames": [{"file_path": "${'a'.repeat(60_000)}"}]}`),
    /^camera matrix in frame 0 .{100,900}$/,
  ],
  [
    'a header with line ends in a sentence',
    () => read('.npy', `\u0093NUMPY\u0001\u0000\u0010\u0000{'descr':\n\r\n '<f'`),
    /^array in fuzz.npy: expected [^\n\r]+$/,
  ],
  [
    'the name of what every object has, as an id',
    () => read('ratings', `${COLUMNS.join(',')}\n1,constructor,B,5,4,3,2,1,2,5,me\n`),
    /^ratings in fuzz.csv: expected ids of the key \(A B\), found 'constructor'$/,
  ],
];

function read(format: string, latin1: string): unknown {
  const target = TARGETS.find(({ name }) => name === format)!;
  return target.read(Uint8Array.from(latin1, (letter) => letter.charCodeAt(0)));
}

it.each(FOUND)('refuses in one short line %s', async (_, run, sentence) => {
  const error = await Promise.resolve()
    .then(run)
    .then(
      () => null,
      (cause: unknown) => cause,
    );
  expect(error).toBeInstanceOf(InputError);
  expect((error as InputError).message).toMatch(sentence);
});

it('makes no room for a size that deflate cannot reach', async () => {
  const file = zipSync({ 'a.txt': [new TextEncoder().encode('hello '.repeat(50)), { level: 9 }] });
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const directory = view.getUint32(file.length - 22 + 16, true);
  view.setUint32(directory + 24, 2 ** 29, true);
  const source = await openZip(file, 'lie.zip');
  const before = process.memoryUsage().arrayBuffers;
  await expect(source.read('a.txt')).rejects.toThrow(
    /^data in a.txt of archive lie.zip: expected 536870912 bytes, as its directory says, found at most \d{5}$/,
  );
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24);
});

it('averages as many ratings as a file holds, in time', () => {
  const rows = Array.from({ length: 60_000 }, (_, i) => `${i},A,B,5,4,3,2,1,2,5,me`).join('\n');
  const began = process.cpuUsage();
  read('ratings', `${COLUMNS.join(',')}\n${rows}\n`);
  expect(process.cpuUsage(began).user / 1e6).toBeLessThan(3);
});

it('folds a message that is all blanks in time', () => {
  const began = process.cpuUsage();
  const error = inputError('dtype', 'a file', 'F32', `${' '.repeat(500_000)}\n${' '.repeat(500_000)}`);
  expect(error.message.length).toBeLessThan(300);
  expect(process.cpuUsage(began).user / 1e6).toBeLessThan(0.5);
});
