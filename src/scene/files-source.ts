// A scene that was picked or dropped in the page: a list of files, a dropped folder, or one .zip. Files are read
// from disk only when they are asked for.

import { inputError } from '../errors.ts';
import { endingOf, isClutter, plainPath } from './paths.ts';
import type { FileSource } from './types.ts';
import { openZip } from './zip-source.ts';

const MAX_FILES = 50_000;

/** Files of an <input type="file" webkitdirectory multiple>, or of any list; a single .zip is opened. */
export async function openFiles(files: Iterable<File>, name?: string): Promise<FileSource> {
  const byPath = new Map<string, File>();
  for (const file of files) byPath.set(plainPath(file.webkitRelativePath || file.name), file);
  return sourceOf(byPath, name);
}

/**
 * What was dropped on the page. Call it inside the drop event: the browser empties the list when the event ends.
 * @throws InputError when nothing in it is a file
 */
export async function openDrop(transfer: DataTransfer): Promise<FileSource> {
  const entries = Array.from(transfer.items)
    .map((item) => item.webkitGetAsEntry?.() ?? null)
    .filter((entry) => entry !== null);
  if (entries.length === 0) return openFiles(transfer.files);
  const byPath = new Map<string, File>();
  for (const entry of entries) await gather(entry, byPath);
  return sourceOf(byPath, entries.length === 1 ? entries[0].name : undefined);
}

async function sourceOf(byPath: Map<string, File>, name?: string): Promise<FileSource> {
  const [only] = byPath.values();
  if (!only) throw inputError('scene', 'what was given', 'a folder, its files or a .zip', 'no file');
  if (byPath.size === 1 && endingOf(only.name) === '.zip') return openZip(only, only.name);
  const paths = [...byPath.keys()].filter((path) => !isClutter(path));
  const shared = paths[0]?.includes('/') ? paths[0].slice(0, paths[0].indexOf('/')) : null;
  return {
    name: name ?? shared ?? 'files',
    list: async () => paths,
    async read(path) {
      const file = byPath.get(path);
      if (!file) throw inputError('file', 'what was given', path, 'no such file');
      try {
        return new Uint8Array(await file.arrayBuffer());
      } catch {
        throw inputError('file', 'what was given', path, 'it gone or changed since it was picked');
      }
    },
  };
}

async function gather(entry: FileSystemEntry, into: Map<string, File>): Promise<void> {
  if (isClutter(entry.name)) return;
  if (into.size > MAX_FILES) throw inputError('files', 'what was dropped', `at most ${MAX_FILES}`, 'more');
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    into.set(plainPath(entry.fullPath), file);
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A reader gives at most a hundred at a time, and an empty list at the end.
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) return;
    for (const child of batch) await gather(child, into);
  }
}
