// What the user hands in, read and decoded before any long work starts: style pictures and
// checkpoints. Whatever cannot be used ends here in one sentence. Scenes are opened
// by scene/folder-source.ts, networks by networks.ts.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { inputError } from '../errors.ts';
import { nodeDecoder } from '../scene/node-decoder.ts';
import type { Picture } from '../scene/types.ts';
import { decodeStyle } from '../session/style-picture.ts';
import type { StyleInput } from '../session/types.ts';
import type { StyleArgument } from './options.ts';

/** @param what names the thing in the message, like 'style' */
export async function readInput(path: string, what: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const found = code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'a folder' : message;
    throw inputError(`${what} ${path}`, null, 'a file', found);
  }
}

/** The files of a style argument: one, or `a.jpg+b.jpg`; a plus may be in a name. */
const picturesOf = (path: string) => (path.includes('+') && !existsSync(path) ? path.split('+') : [path]);

/** All of several, for who must not write over them. */
export const stylePaths = (list: readonly StyleArgument[] = []): string[] =>
  list.flatMap(({ path }) => picturesOf(path));

/** Each argument one style; `a.jpg+b.jpg` one of several pictures. */
export async function readStyles(list: readonly StyleArgument[]): Promise<StyleInput[]> {
  if (list.length === 0) throw inputError('--style', null, 'a picture', 'none');
  return await Promise.all(
    list.map(async ({ path, weight }) => {
      const paths = picturesOf(path);
      const [picture, ...more] = await Promise.all(paths.map(readStylePicture));
      return {
        name: paths.map((each) => basename(each)).join(' + '),
        picture,
        weight,
        ...(more.length > 0 && { more }),
      };
    }),
  );
}

const readStylePicture = async (path: string): Promise<Picture> =>
  decodeStyle(nodeDecoder, await readInput(path, 'style'), path);
