// Files that appear whole or not at all (Node only): written under a temporary name beside the target, flushed,
// then renamed. The temporary file goes away on failure, on exit and on SIGINT / SIGTERM. A caller's own signal
// handler stays in charge; only where there is none does the process end with the signal, as it would have.

import { mkdirSync, unlinkSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const unfinished = new Set<string>();
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
let serial = 0;

/** Makes missing folders. @throws the file system's error; nothing is left then, an older file stays as it was. */
export async function writeFileAtomic(path: string, bytes: Uint8Array | string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  // A name of full length would be too long with more behind it.
  const base = Buffer.byteLength(basename(path)) > 200 ? join(dirname(path), 'impasto') : path;
  const temporary = `${base}.${process.pid}-${serial++}.part`;
  watch(temporary);
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync(); // before the rename, or a power cut could leave an empty file under the final name
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    remove(temporary);
    throw error;
  } finally {
    unwatch(temporary);
  }
}

function watch(path: string): void {
  if (unfinished.size === 0) {
    for (const signal of SIGNALS) process.on(signal, onSignal);
    process.on('exit', removeAll);
  }
  unfinished.add(path);
}

function unwatch(path: string): void {
  unfinished.delete(path);
  if (unfinished.size > 0) return;
  for (const signal of SIGNALS) process.off(signal, onSignal);
  process.off('exit', removeAll);
}

function onSignal(signal: NodeJS.Signals): void {
  // Another listener decides how the process ends; the exit hook and the failing write clean up then.
  if (process.listenerCount(signal) > 1) return;
  removeAll();
  process.off(signal, onSignal);
  process.kill(process.pid, signal);
}

function removeAll(): void {
  for (const path of unfinished) remove(path);
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Not there: it was never made, or is renamed already.
  }
}
