#!/usr/bin/env node
// The command `impasto`: runs the bundle dist/cli/impasto.mjs. In a checkout it builds that first when it is
// missing or older than its sources, so that `npx impasto` works straight after `npm ci`.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'dist/cli');
const bundle = join(folder, 'impasto.mjs');
const sources = ['src', 'vite.cli.config.ts', 'package-lock.json'].map((name) => join(root, name));

/** Newest change below a path, in ms; what is not there is as old as can be. */
function newest(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  // The folder's own time tells of files that were taken away.
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** Builds beside the target and then swaps, so that commands started together never read half a bundle. */
function build() {
  process.stderr.write('impasto: building the command (a few seconds, once)\n');
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  if (!existsSync(vite)) {
    process.stderr.write('impasto: expected the packages to be installed, found none: run npm ci first\n');
    process.exit(1);
  }
  const fresh = `${folder}.${process.pid}`;
  const args = [vite, 'build', '--config', 'vite.cli.config.ts', '--outDir', fresh, '--logLevel', 'warn'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) {
    process.stderr.write(`${stdout}${stderr}impasto: the command could not be built\n`);
    rmSync(fresh, { recursive: true, force: true });
    process.exit(1);
  }
  const old = `${fresh}.old`;
  mkdirSync(join(root, 'dist'), { recursive: true });
  if (existsSync(folder)) renameSync(folder, old);
  try {
    renameSync(fresh, folder);
  } catch {
    // Another command put its own there in the meantime: as good as ours.
    rmSync(fresh, { recursive: true, force: true });
  }
  rmSync(old, { recursive: true, force: true });
}

if (existsSync(join(root, 'src')) && newest(bundle) < Math.max(...sources.map(newest))) build();
await import(pathToFileURL(bundle).href);
