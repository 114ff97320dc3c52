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

/**
 * @param onBytes how much has come, of how much where the server says it
 * @throws InputError that names the file and what the server said.
 */
export async function fetchBytes(
  address: string,
  where: string,
  signal?: AbortSignal,
  onBytes?: (done: number, total: number | null) => void,
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
  if (!onBytes || !response.body) return new Uint8Array(await response.arrayBuffer());
  return await readAll(response, onBytes);
}

async function readAll(
  { body, headers }: Response,
  onBytes: (done: number, total: number | null) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  // Of a packed answer the length is not that of what is read.
  const total = headers.get('content-encoding') ? 0 : Number(headers.get('content-length'));
  const chunks: Uint8Array[] = [];
  let done = 0;
  const reader = body!.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    chunks.push(part.value);
    done += part.value.length;
    onBytes(done, total || null);
  }
  const bytes = new Uint8Array(done);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
