// Where results go. Every file appears whole or not at all; a place that cannot be written is found before any
// long work starts, and is the user's to mend.

import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
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
  };
  return words[code ?? ''] ?? message;
}
