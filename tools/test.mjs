// `npm test`: everything that must hold, one stage after another, all of them even when one fails, and one closing
// line with the sum. Exit status 1 when anything failed. No graphics adapter is a failure: the gpu stage opens one.
//
//   node tools/test.mjs [--only types,lint,build,unit,gpu,e2e] [--demo]     --demo adds a short demo as a stage

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tally } from './tally.mjs';

const root = join(import.meta.dirname, '..');
const scratch = mkdtempSync(join(tmpdir(), 'impasto-test-'));
const bin = (name) => join(root, 'node_modules', name);
const node = process.execPath;

/** Runs to the end with its output shown. @returns whether it ended well */
function run(command, args, env = {}) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  return status === 0;
}

const check = (ok) => ({ passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 });

function vitest(project) {
  const file = join(scratch, `${project}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const ok = run(node, [bin('vitest/vitest.mjs'), 'run', '--project', project, ...reporters]);
  let report = null;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // It ended before it could write one: counted as a failure below.
  }
  return tally(report, ok);
}

const stages = {
  types: () => check(run(node, [bin('typescript/bin/tsc')])),
  lint: () => check(run(node, [bin('@biomejs/biome/bin/biome'), 'check'])),
  build: () =>
    check(
      run(node, [bin('vite/bin/vite.js'), 'build', '--logLevel', 'warn']) &&
        run(node, [bin('vite/bin/vite.js'), 'build', '--config', 'vite.cli.config.ts', '--logLevel', 'warn']),
    ),
  unit: () => vitest('unit'),
  gpu: () => vitest('gpu'),
  e2e: () => vitest('e2e'),
  demo: () => check(run(node, ['tools/demo.mjs'], { IMPASTO_DEMO: 'short' })),
};

const args = process.argv.slice(2);
const only = args.includes('--only') ? (args[args.indexOf('--only') + 1] ?? '').split(',') : null;
const chosen = only ?? Object.keys(stages).filter((name) => name !== 'demo' || args.includes('--demo'));
const unknown = chosen.find((name) => !stages[name]);
if (unknown !== undefined) {
  console.error(`test: --only: expected some of ${Object.keys(stages).join(',')}, found '${unknown}'`);
  process.exit(2);
}

const sum = { passed: 0, failed: 0, skipped: 0 };
const add = (counts) => {
  for (const key of Object.keys(sum)) sum[key] += counts[key];
};
// Without its driver and browsers most of what follows would fail for one reason: say that one.
if (chosen.some((name) => ['gpu', 'e2e', 'demo'].includes(name)) && !run('bash', ['tools/setup.sh'])) add(check(false));
for (const name of chosen) {
  const startedMs = Date.now();
  console.log(`\n== ${name}`);
  const counts = stages[name]();
  add(counts);
  const seconds = ((Date.now() - startedMs) / 1000).toFixed(0);
  console.log(`== ${name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped, ${seconds} s`);
}
rmSync(scratch, { recursive: true, force: true });
console.log(`\n${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
process.exitCode = sum.failed ? 1 : 0;
