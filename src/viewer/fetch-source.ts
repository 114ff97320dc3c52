// A scene's files fetched from beside the page (the bundled scenes), one by one as the loader asks for them.

import { inputError } from '../errors.ts';
import type { FileSource } from '../scene/types.ts';

/** @param base folder's address, without a slash at the end  @param files paths relative to it */
export function fetchSource(name: string, base: string, files: readonly string[], signal?: AbortSignal): FileSource {
  return {
    name,
    list: async () => [...files],
    read: (path) => fetchBytes(`${base}/${path.split('/').map(encodeURIComponent).join('/')}`, name, signal),
  };
}

/** @throws InputError that names the file and what the server said. */
export async function fetchBytes(
  address: string,
  where: string,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const file = address.split('/').at(-1) ?? address;
  let response: Response;
  try {
    response = await fetch(address, { signal });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw inputError(`file ${file}`, where, 'an answer from the server', 'none (offline?)');
  }
  if (!response.ok) throw inputError(`file ${file}`, where, 'an answer 200', `${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
