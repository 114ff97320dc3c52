// Wall and processor time of the command's start in several checkouts, each with its command built, turn about: so that
// what else the machine does falls on all alike. Medians, in milliseconds.
//   node tools/start-times.mjs ../before . [rounds]

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const args = process.argv.slice(2);
const rounds = /^\d+$/.test(args.at(-1)) ? Number(args.pop()) : 7;
const commands = [['--help'], ['info']];

/** @returns [wall, processor] ms */
function time(root, argv) {
  const script = `TIMEFORMAT='%R %U %S'; time "$0" "$@" >/dev/null 2>&1`;
  const { stderr } = spawnSync('bash', ['-c', script, process.execPath, join(root, 'bin/impasto.mjs'), ...argv]);
  const [wall, user, system] = String(stderr).trim().split(' ').map(Number);
  return [1000 * wall, 1000 * (user + system)];
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

for (const argv of commands) {
  const times = new Map(args.map((root) => [root, []]));
  for (let round = 0; round <= rounds; round++) {
    // The first round fills the disk's cache.
    for (const root of args) {
      const found = time(root, argv);
      if (round > 0) times.get(root).push(found);
    }
  }
  for (const [root, found] of times) {
    const [wall, processor] = [0, 1].map((i) => median(found.map((one) => one[i])).toFixed(0));
    console.log(`impasto ${argv.join(' ')}\t${root}\twall ${wall}\tprocessor ${processor}`);
  }
}
