// Files that appear whole or not at all (Node only): written under a temporary name beside the target, flushed,
// then renamed. The temporary file goes away on failure, on exit and on SIGINT / SIGTERM. A caller's own signal
// handler stays in charge; only where there is none does the process end with the signal, as it would have.
// A link is followed, and what it names replaced; a device or a pipe is written to. A rename would put a plain file in
// their place.

import { lstatSync, mkdirSync, readlinkSync, type Stats, statSync, unlinkSync } from 'node:fs';
import { chmod, open, rename } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

const unfinished = new Set<string>();
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
let serial = 0;

/** Makes missing folders. @throws the file system's error; nothing is left then, an older file stays as it was. */
export async function writeFileAtomic(place: string, bytes: Uint8Array | string): Promise<void> {
  const there = statSync(place, { throwIfNoEntry: false });
  if (there && isStream(place, there)) return await writeStraight(place, bytes);
  if (there && !there.isFile()) throw Object.assign(new Error('no plain file in its place'), { code: 'ENOTFILE' });
  const path = behindLinks(place);
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
    if (there) await chmod(temporary, there.mode & 0o7777);
    await rename(temporary, path);
  } catch (error) {
    remove(temporary);
    throw error;
  } finally {
    unwatch(temporary);
  }
}

/** What takes bytes one after another: a pipe, a terminal, /dev/null, and whatever a process has open under a number. */
function isStream(path: string, there: Stats): boolean {
  return there.isFIFO() || there.isCharacterDevice() || /^\/(dev\/(fd\/|std)|proc\/)/.test(resolve(path));
}

async function writeStraight(path: string, bytes: Uint8Array | string): Promise<void> {
  // Appended where a shell has sent the stream to a file, which may hold more.
  const file = await open(path, 'a');
  try {
    await file.writeFile(bytes);
  } finally {
    await file.close();
  }
}

/** Where a file of that name really lies, or will: links are followed, those to nothing too. */
function behindLinks(path: string): string {
  let place = resolve(path);
  for (let links = 0; links < 40; links++) {
    if (!lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink()) return place;
    place = resolve(dirname(place), readlinkSync(place));
  }
  throw Object.assign(new Error('links that lead round in a circle'), { code: 'ELOOP' });
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
