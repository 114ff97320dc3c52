// A scene on disk, in Node: a folder, a .zip, or a file of the dataset inside its folder. Never imported by the page.

import type { Dirent } from 'node:fs';
import { open, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { inputError } from '../errors.ts';
import { BETWEEN, COLMAP_FILES } from './colmap.ts';
import { isPoseFile } from './formats.ts';
import { byName, isClutter, isPicture, leadsOutside } from './paths.ts';
import type { FileSource } from './types.ts';
import { type ByteReader, openZip } from './zip-source.ts';

/** Deeper or larger trees are no scene: somebody named their home folder. */
const MAX_FILES = 50_000;
const MAX_DEPTH = 6;

/**
 * Opens what the user named as a scene. A file of poses means the folder it is in, or the project of its COLMAP model,
 * and of all that is there this file; so does the folder of a model.
 * @throws InputError when there is nothing of that name, or it is neither folder nor archive
 */
export async function openScenePath(path: string): Promise<FileSource> {
  const found = await stat(path).catch(() => null);
  if (!found) throw inputError('scene', path, 'a folder or a .zip', 'no such file or folder');
  if (found.isDirectory()) return openModelFolder(path);
  if (!isPoseFile(basename(path))) return openZip(await fileReader(path), basename(path));
  const folder = dirname(resolve(path));
  if (!COLMAP_FILES.test(basename(path))) return openFolder(folder, basename(path));
  const images = join(folder, basename(path).replace(/^[^.]+/, 'images'));
  return openProject(folder, images);
}

/** A folder with a model and nothing below it is no scene by itself: its project has the pictures. */
async function openModelFolder(path: string): Promise<FileSource> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  const isModel = entries.some(({ name }) => /^images\.(bin|txt)$/.test(name));
  const isWhole = entries.some(
    (entry) => entry.isDirectory() || entry.isSymbolicLink() || /\.(jpe?g|png)$/i.test(entry.name),
  );
  return isModel && !isWhole ? openProject(resolve(path), null) : openFolder(path);
}

/**
 * The folder above a model that has its pictures: above folders of custom, as far as there is nothing else in them.
 * @param images the model's list of images, null for whichever there is
 */
async function openProject(folder: string, images: string | null): Promise<FileSource> {
  let root = folder;
  for (let level = 0; level < MAX_DEPTH && dirname(root) !== root; level++) {
    const isOfCustom = BETWEEN.test(basename(root));
    root = dirname(root);
    const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
    const holdsPictures = (entry: Dirent) =>
      isPicture(entry.name) || ((entry.isDirectory() || entry.isSymbolicLink()) && !BETWEEN.test(entry.name));
    if (!isOfCustom || entries.some(holdsPictures)) break;
  }
  const named = relative(root, images ?? folder)
    .split(sep)
    .join('/');
  return openFolder(root, images ? named : `${named}/`);
}

/**
 * @param named file of it, or folder ending in '/', that the user means
 * @throws InputError when there is no such folder
 */
export async function openFolder(path: string, named?: string): Promise<FileSource> {
  const found = await stat(path).catch(() => null);
  if (!found) throw inputError('scene', path, 'a folder', 'no such folder');
  if (!found.isDirectory()) throw inputError('scene', path, 'a folder', 'a file');
  const name = basename(resolve(path));
  return {
    name,
    named,
    list: () => listFiles(path),
    async read(file) {
      if (leadsOutside(file)) throw inputError('file name', `folder ${name}`, 'a name inside the folder', file);
      try {
        const bytes = await readFile(join(path, file));
        return new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
      } catch (error) {
        throw inputError(
          'file',
          `folder ${name}`,
          file,
          codeOf(error) === 'ENOENT' ? 'no such file' : unreadable(error),
        );
      }
    },
  };
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
const unreadable = (error: unknown): string => `it unreadable (${codeOf(error)})`;

/**
 * Paths of all files, links followed: datasets link their pictures and models. A linked folder is entered once on the
 * way down, so that circles end; one with more in it than a scene has (somebody's home) is left out. So is a folder
 * that may not be read, unless it is the one that was named.
 */
async function listFiles(root: string): Promise<string[]> {
  const files: string[] = [];
  const visit = async (folder: string, depth: number, above: readonly string[], into: string[]): Promise<void> => {
    const here = join(root, folder);
    const real = await realpath(here).catch(() => here);
    if (above.includes(real)) return;
    const entries = await readdir(here, { withFileTypes: true }).catch((error: unknown) => {
      if (folder === '') throw inputError('scene', root, 'a folder that can be read', unreadable(error));
      return [];
    });
    for (const entry of entries.sort((a, b) => byName(a.name, b.name))) {
      const path = folder + entry.name;
      if (isClutter(entry.name)) continue;
      const isLink = entry.isSymbolicLink();
      const isFolder = isLink ? await isLinkedFolder(join(root, path)) : entry.isDirectory();
      if (!isFolder) {
        if (isLink || entry.isFile()) into.push(path);
      } else if (depth < MAX_DEPTH && isLink) {
        const linked: string[] = [];
        await visit(`${path}/`, depth + 1, [...above, real], linked);
        if (linked.length <= MAX_FILES / 2) into.push(...linked);
      } else if (depth < MAX_DEPTH) await visit(`${path}/`, depth + 1, [...above, real], into);
      if (into.length > MAX_FILES) {
        if (into !== files) return;
        throw inputError('files', root, `a scene of at most ${MAX_FILES}`, 'more');
      }
    }
  };
  await visit('', 0, [], files);
  return files;
}

const isLinkedFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => null))?.isDirectory() ?? false;

async function fileReader(path: string): Promise<ByteReader> {
  const { size } = await stat(path);
  return {
    size,
    async read(offset, length) {
      // Opened for each read: nothing to close, and nothing held while training goes on.
      const file = await open(path, 'r').catch((error: unknown) => {
        throw inputError('scene', path, 'a file that can be read', unreadable(error));
      });
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
