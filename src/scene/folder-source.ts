// A scene on disk, in Node: a folder, a .zip, or a file of the dataset inside its folder. Never imported by the page.

import { open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { inputError } from '../errors.ts';
import { endingOf, isClutter, leadsOutside } from './paths.ts';
import type { FileSource } from './types.ts';
import { type ByteReader, openZip } from './zip-source.ts';

/** Deeper or larger trees are no scene: somebody named their home folder. */
const MAX_FILES = 50_000;
const MAX_DEPTH = 6;

/**
 * Opens what the user named as a scene.
 * @throws InputError when there is nothing of that name, or it is neither folder nor archive
 */
export async function openScenePath(path: string): Promise<FileSource> {
  const found = await stat(path).catch(() => null);
  if (!found) throw inputError('scene', path, 'a folder or a .zip', 'no such file or folder');
  if (found.isDirectory()) return openFolder(path);
  if (endingOf(path) === '.json') return openFolder(dirname(path));
  return openZip(await fileReader(path), basename(path));
}

/** @throws InputError when there is no such folder */
export async function openFolder(path: string): Promise<FileSource> {
  const found = await stat(path).catch(() => null);
  if (!found) throw inputError('scene', path, 'a folder', 'no such folder');
  if (!found.isDirectory()) throw inputError('scene', path, 'a folder', 'a file');
  const name = basename(resolve(path));
  return {
    name,
    list: () => listFiles(path),
    async read(file) {
      if (leadsOutside(file)) throw inputError('file name', `folder ${name}`, 'a name inside the folder', file);
      try {
        const bytes = await readFile(join(path, file));
        return new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code;
        throw inputError(
          'file',
          `folder ${name}`,
          file,
          code === 'ENOENT' ? 'no such file' : `it unreadable (${code})`,
        );
      }
    },
  };
}

async function listFiles(root: string): Promise<string[]> {
  const files: string[] = [];
  const visit = async (folder: string, depth: number): Promise<void> => {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = folder + entry.name;
      if (isClutter(entry.name)) continue;
      // Links are followed for files (datasets link their pictures), not for folders (they may go in circles).
      if (entry.isDirectory() && depth < MAX_DEPTH) await visit(`${path}/`, depth + 1);
      else if (entry.isFile() || entry.isSymbolicLink()) files.push(path);
      if (files.length > MAX_FILES) throw inputError('files', root, `a scene of at most ${MAX_FILES}`, 'more');
    }
  };
  await visit('', 0);
  return files;
}

async function fileReader(path: string): Promise<ByteReader> {
  const { size } = await stat(path);
  return {
    size,
    async read(offset, length) {
      // Opened for each read: nothing to close, and nothing held while training goes on.
      const file = await open(path, 'r');
      try {
        const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
        const { bytesRead } = await file.read(bytes, 0, bytes.length, offset);
        return bytes.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
  };
}
