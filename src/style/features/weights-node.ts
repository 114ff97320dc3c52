// Feature network weights from a path on disk, and a folder that keeps fetched ones. Never imported by the page.

import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { inputError } from '../../errors.ts';
import type { NetworkWeights, WeightsSource } from './network-weights.ts';
import type { WeightsCache } from './remote-weights.ts';
import { loadFeatureWeights } from './weights.ts';

/** A file on disk with its neighbours. @throws InputError from `read` where a file is missing */
export function diskSource(path: string): WeightsSource {
  return {
    name: basename(path),
    async read(relative) {
      const file = join(dirname(path), relative);
      try {
        return await readFile(file);
      } catch (cause) {
        const code = (cause as NodeJS.ErrnoException).code;
        throw inputError('feature network', file, 'a readable file', code === 'ENOENT' ? 'none' : String(code));
      }
    },
  };
}

export async function loadFeatureWeightsFile(path: string): Promise<NetworkWeights> {
  return await loadFeatureWeights(diskSource(path));
}

/** Bytes that a folder of fetched weights holds; 0 where there is none. */
export async function diskCacheBytes(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

export async function clearDiskCache(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

/** Keeps fetched weights in a folder, which is made when first needed. Files appear whole or not at all. */
export function diskCache(folder: string): WeightsCache {
  return {
    async get(key) {
      return await readFile(join(folder, key)).catch(() => null);
    },
    async set(key, bytes) {
      await mkdir(folder, { recursive: true });
      const part = join(folder, `${key}.${process.pid}.part`);
      try {
        await writeFile(part, bytes);
        await rename(part, join(folder, key));
      } catch (cause) {
        await rm(part, { force: true });
        throw cause;
      }
    },
    async delete(key) {
      await rm(join(folder, key), { force: true });
    },
  };
}
