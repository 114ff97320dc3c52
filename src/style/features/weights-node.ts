// Feature network weights from a path on disk. Never imported by the page.

import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { inputError } from '../../errors.ts';
import type { NetworkWeights, WeightsSource } from './network-weights.ts';
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
