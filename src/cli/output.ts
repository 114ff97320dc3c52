// Where results go. Every file appears whole or not at all; a place that cannot be written is found before any
// long work starts, and is the user's to mend. Nothing that a command reads is written over by it.

import { accessSync, constants, existsSync, mkdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { inputError } from '../errors.ts';
import { writeFileAtomic } from '../export/atomic-file.ts';
import type { Io } from './io.ts';

/** Bytes of a file name, as nearly all disks have it. */
const LONGEST_NAME = 255;

/** Makes the folder that `path` will lie in. @throws InputError when nothing can be written there */
export function prepareFile(path: string, option: string): void {
  const length = Buffer.byteLength(basename(path));
  if (length > LONGEST_NAME)
    throw inputError(option, path, `a name of at most ${LONGEST_NAME} bytes`, `${length}, too long`);
  prepareFolder(dirname(resolve(path)), option);
  if (isExistingFolder(path)) throw inputError(option, path, 'the name of a file', 'a folder');
}

export function isExistingFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

export function prepareFolder(path: string, option: string): void {
  try {
    mkdirSync(path, { recursive: true });
    accessSync(path, constants.W_OK);
  } catch (cause) {
    throw inputError(`${option} ${path}`, null, 'a folder to write to', reason(cause));
  }
}

/** Files of a scene, by their endings: poses, lists of cameras, pictures. */
const OF_A_SCENE = /\.(json|txt|bin|npy|csv|zip|png|jpe?g|webp|avif|tiff?|gif)$/i;

/**
 * Refuses a command that would write over what it reads, or twice over one file.
 * @param outputs option and path; undefined and '-' are no files
 * @param inputs files, and folders of scenes
 */
export function keepInputs(
  outputs: readonly (readonly [option: string, path: string | undefined])[],
  inputs: readonly (string | undefined)[],
): void {
  const read = inputs.filter((path) => path !== undefined && existsSync(path)).map((path) => realPath(path!));
  const written = new Map<string, string>();
  for (const [option, path] of outputs) {
    if (path === undefined || path === '-' || path === '/dev/null' || path.startsWith('/dev/std')) continue;
    const place = realPath(path);
    const refuse = (expected: string, found: string) => {
      throw inputError(`${option} ${path}`, null, expected, found);
    };
    if (read.includes(place)) refuse('another file than what is read', 'an input of this very command');
    const scene = read.find((folder) => place.startsWith(folder + sep));
    if (scene && OF_A_SCENE.test(place) && existsSync(place)) refuse(`a file outside of ${scene}`, 'one of its own');
    const twice = written.get(place);
    if (twice !== undefined) refuse(`another file than that of ${twice}`, 'the same');
    written.set(place, option);
  }
}

/** Descriptions of poses; a transforms.json may be our own of an earlier time, and is looked into. */
const POSES = [
  'transforms_train.json',
  'transforms_test.json',
  'poses_bounds.npy',
  'cameras.txt',
  'cameras.bin',
  'sparse',
];

/** Refuses a folder for many pictures that is a scene's: names might meet. */
export function keepScene(folder: string, option: string): void {
  const found = POSES.find((name) => existsSync(join(folder, name))) ?? (foreignPoses(folder) ? TRANSFORMS : undefined);
  if (found !== undefined)
    throw inputError(`${option} ${folder}`, null, 'a folder of its own', `a scene's, with ${found}`);
}

const TRANSFORMS = 'transforms.json';

/** Whether there is a transforms.json that `render --cameras` did not write. */
function foreignPoses(folder: string): boolean {
  const path = join(folder, TRANSFORMS);
  if (!existsSync(path)) return false;
  try {
    const { frames } = JSON.parse(readFileSync(path, 'utf8')) as { frames: { file_path: string }[] };
    return !frames.every(({ file_path }) => /^frame_\d{4,}\.png$/.test(file_path));
  } catch {
    return true; // of whatever kind: not ours
  }
}

/** Behind all links; of a file that is not there yet, by its folder. */
function realPath(path: string): string {
  const whole = resolve(path);
  if (existsSync(whole)) return realpathSync.native(whole);
  return dirname(whole) === whole ? whole : join(realPath(dirname(whole)), basename(whole));
}

/** @throws InputError when the disk refuses: its space and rights are the user's */
export async function writeResult(path: string, bytes: Uint8Array | string): Promise<void> {
  try {
    await writeFileAtomic(path, bytes);
  } catch (cause) {
    throw inputError(`output ${path}`, null, 'a file that can be written', reason(cause));
  }
}

/** Checks the place that `--json` names, '-' being stdout. */
export function prepareJson(target: string | undefined): void {
  if (target !== undefined && target !== '-') prepareFile(target, '--json');
}

/** Writes what `--json` asked for, if it did. */
export async function writeJson(io: Io, target: string | undefined, value: unknown): Promise<void> {
  if (target === undefined) return;
  const text = `${JSON.stringify(value, null, 2)}\n`;
  if (target === '-') io.stdout(text);
  else await writeResult(target, text);
}

/** A summary for people, unless stdout is taken by the JSON. */
export function say(io: Io, target: string | undefined, text: string): void {
  if (target !== '-') io.stdout(`${text}\n`);
}

/** The system's word for what went wrong, without code and path. */
function reason(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  const words: Record<string, string> = {
    EACCES: 'no right to write',
    ENAMETOOLONG: 'a name too long for this disk',
    EPERM: 'no right to write',
    EROFS: 'a read-only disk',
    ENOSPC: 'a full disk',
    ENOTDIR: 'a file in its place',
    EEXIST: 'a file in its place',
    EISDIR: 'a folder in its place',
    ENOTFILE: 'no plain file in its place',
    ELOOP: 'links that lead round in a circle',
  };
  return words[code ?? ''] ?? message;
}
