// Where feature networks are on this machine, in the order they are tried: what the user names, VGG-19 where it was
// put for us, the small one that ships. style/features reads them.

import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { InputError, inputError } from '../errors.ts';
import type { WeightsSource } from '../style/features/network-weights.ts';
import { loadFeatureWeights } from '../style/features/weights.ts';
import { diskSource } from '../style/features/weights-node.ts';

/** Files of VGG-19 that are looked for: one named by the environment, or one in the user's cache folder. */
function vggPaths(): string[] {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'impasto');
  const named = process.env.IMPASTO_VGG19;
  return [...(named ? [named] : []), join(cache, 'vgg19.safetensors'), join(cache, 'vgg19.json')];
}

/** The small network lies in the package, which is above this file, bundled or not. */
function smallPath(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const path = join(folder, 'assets/weights/small.json');
    if (existsSync(path) || dirname(folder) === folder) return path;
  }
}

export const bundledNetwork = (): WeightsSource => diskSource(smallPath());

/**
 * What `--features` means. Undefined takes VGG-19 where there is one; null then says: the small one.
 * @throws InputError when it is not there or cannot be read
 */
export async function givenNetwork(features: string | undefined): Promise<WeightsSource | null> {
  if (features === 'small') return null;
  if (features === undefined || features === 'vgg19') {
    const path = vggPaths().find((file) => existsSync(file));
    if (path) return await checked(diskSource(path));
    if (!features) return null;
    throw new InputError(`--features vgg19: expected IMPASTO_VGG19 or ${vggPaths().at(-2)} to be its file, found none`);
  }
  const stats = await stat(features).catch(() => null);
  if (!stats?.isFile()) throw inputError('--features', features, 'vgg19, small or a file', 'no such file');
  return await checked(diskSource(features));
}

/** Reads it once now: a file of the wrong shapes should not be found out after the training. */
async function checked(source: WeightsSource): Promise<WeightsSource> {
  await loadFeatureWeights(source);
  return source;
}

export function foundNetworks(): { name: string; found: string }[] {
  const vgg = vggPaths().find((file) => existsSync(file));
  const small = smallPath();
  return [
    { name: 'vgg19', found: vgg ?? 'none' },
    { name: 'small', found: existsSync(small) ? small : 'none' },
  ];
}
