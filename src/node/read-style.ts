// Style pictures from the disk.

import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { inputError } from '../errors.ts';
import { nodeDecoder } from '../scene/node-decoder.ts';
import { decodeStyle } from '../session/style-picture.ts';
import type { StyleInput } from '../session/types.ts';

/**
 * One picture, or several that are one style.
 * @throws InputError for what is no file, no picture, or one of which nothing is visible
 */
export async function readStyle(path: string | readonly string[], weight = 1): Promise<StyleInput> {
  const paths = typeof path === 'string' ? [path] : path;
  if (paths.length === 0) throw inputError('style', 'readStyle', 'a picture', 'none');
  const [picture, ...more] = await Promise.all(
    paths.map(async (each) => {
      const bytes = await readFile(each).catch((cause: NodeJS.ErrnoException) => {
        throw inputError('style', each, 'a file', cause.code === 'ENOENT' ? 'none' : cause.message);
      });
      return await decodeStyle(nodeDecoder, new Uint8Array(bytes), each);
    }),
  );
  const name = paths.map((each) => basename(each)).join(' + ');
  return { name, picture, weight, ...(more.length > 0 && { more }) };
}
