// Builds a tool written in TypeScript as the command is built (its shaders are imported as text) and runs it:
//   node tools/run.mjs tools/fields/main.ts [arguments]

import { spawnSync } from 'node:child_process';
import { basename, dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const [entry, ...rest] = process.argv.slice(2);
const out = `node_modules/.cache/tools/${basename(dirname(entry))}-${basename(entry, '.ts')}`;
const run = (args) => spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1;
const vite = 'node_modules/vite/bin/vite.js';
const config = ['--config', 'vite.cli.config.ts', '--logLevel', 'warn'];
const built = run([vite, 'build', ...config, '--ssr', entry, '--outDir', out]);
process.exitCode = built || run([join(out, 'impasto.mjs'), ...rest]);
