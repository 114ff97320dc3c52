// Loads a feature network's weights from whatever file is given: a manifest (.json) with its .bin, or .safetensors
// in torchvision's names. Works on bytes, so that a file dropped on the page and one on disk go the same way.

import { inputError } from '../../errors.ts';
import { loadManifest } from './manifest.ts';
import type { NetworkWeights, WeightsSource } from './network-weights.ts';
import { loadSafetensors } from './safetensors.ts';

/** @throws InputError naming the tensor, what was expected and what was found */
export async function loadFeatureWeights(source: WeightsSource): Promise<NetworkWeights> {
  const { name } = source;
  const ownName = name.replace(/^.*[\\/]/, '');
  if (/\.json$/i.test(name)) return await loadManifest(source, new TextDecoder().decode(await source.read(ownName)));
  if (/\.safetensors$/i.test(name)) return loadSafetensors(await source.read(ownName), name);
  throw inputError('feature network file', name, 'a manifest .json or a .safetensors', `'${ownName}'`);
}
