// Feature network weights in the page: from an address beside it, from files that were dropped or picked; and the
// browser's private files (OPFS) as the place that keeps fetched ones.

import { inputError } from '../../errors.ts';
import type { WeightsSource } from './network-weights.ts';
import type { WeightsCache } from './remote-weights.ts';

/** A manifest or .safetensors at an address; a manifest's .bin is looked for beside it. */
export function urlSource(
  url: string | URL,
  options: { fetch?: typeof fetch; signal?: AbortSignal } = {},
): WeightsSource {
  const whole = new URL(url, globalThis.location?.href);
  const name = decodeURIComponent(whole.pathname.replace(/^.*\//, ''));
  return {
    name,
    async read(relative) {
      const address = relative === name ? whole : new URL(relative, whole);
      let found: string;
      try {
        const response = await (options.fetch ?? fetch)(address, { signal: options.signal });
        if (response.ok) return new Uint8Array(await response.arrayBuffer());
        found = `status ${response.status}`;
      } catch (cause) {
        if (options.signal?.aborted) throw cause;
        found = (cause as Error).message;
      }
      throw inputError('feature network', address.href, 'a file that can be fetched', found);
    },
  };
}

/** The network among dropped files: a .safetensors, or a manifest with its .bin. @throws InputError where none is */
export function droppedSource(files: readonly Pick<File, 'name' | 'arrayBuffer'>[]): WeightsSource {
  const main = files.find((f) => /\.safetensors$/i.test(f.name)) ?? files.find((f) => /\.json$/i.test(f.name));
  if (!main) {
    const names = files.map((f) => f.name).join(', ');
    throw inputError(
      'feature network',
      'the dropped files',
      'a .safetensors, or a .json with its .bin',
      names || 'none',
    );
  }
  return {
    name: main.name,
    async read(relative) {
      const file = files.find((f) => f.name === relative);
      if (!file) throw inputError('feature network', main.name, `'${relative}' dropped with it`, 'it missing');
      return new Uint8Array(await file.arrayBuffer());
    },
  };
}

/** Keeps fetched weights in the origin's private file system; undefined where the browser has none. */
export function opfsCache(folder = 'weights'): WeightsCache | undefined {
  if (typeof navigator === 'undefined' || !navigator.storage?.getDirectory) return undefined;
  const open = async () => await (await navigator.storage.getDirectory()).getDirectoryHandle(folder, { create: true });
  return {
    async get(key) {
      try {
        const file = await (await (await open()).getFileHandle(key)).getFile();
        return new Uint8Array(await file.arrayBuffer());
      } catch {
        return null; // not there yet
      }
    },
    async set(key, bytes) {
      const handle = await (await open()).getFileHandle(key, { create: true });
      // What is written appears when it is closed, whole.
      const stream = await handle.createWritable();
      await stream.write(bytes as Uint8Array<ArrayBuffer>);
      await stream.close();
    },
    async delete(key) {
      await (await open()).removeEntry(key).catch(() => {});
    },
  };
}

/** Lets go of all that was fetched. @returns false where there was nothing */
export async function clearOpfsCache(folder = 'weights'): Promise<boolean> {
  const root = await navigator.storage?.getDirectory?.();
  if (!root) return false;
  return await root.removeEntry(folder, { recursive: true }).then(
    () => true,
    () => false,
  );
}
