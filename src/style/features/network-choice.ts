// Which feature network is used, in this order: the one the user gives; VGG-19 from the network or the cache, where
// that is switched on; the small one that ships. What the user gives and cannot be used is an error and never
// replaced in silence; a fetch that fails or is declined falls back to the small network and says so.

import { Cancelled, InputError, inputError } from '../../errors.ts';
import type { Gpu } from '../../gpu/device.ts';
import type { FeatureNetwork } from '../types.ts';
import type { NetworkWeights, WeightsSource } from './network-weights.ts';
import { loadFeatureWeights } from './weights.ts';
import { createFeatureNetwork } from './wgsl-network.ts';

export interface NetworkSources {
  /** A file of the user's, or what was read of one. */
  given?: WeightsSource | NetworkWeights;
  /** Fetches VGG-19 or takes it from the cache; null where the user declines. */
  remote?: () => Promise<NetworkWeights | null>;
  /** The small network that ships. */
  bundled: WeightsSource;
}

export interface ChosenWeights {
  weights: NetworkWeights;
  from: 'given' | 'remote' | 'bundled';
  /** Why the fetched network is not the one in use, in a sentence; shown to the user. */
  notice?: string;
}

/** @throws InputError from the given file, or where not even the bundled one can be read */
export async function chooseFeatureWeights({ given, remote, bundled }: NetworkSources): Promise<ChosenWeights> {
  if (given) return { weights: 'read' in given ? await loadFeatureWeights(given) : given, from: 'given' };
  let notice: string | undefined;
  if (remote) {
    try {
      const weights = await remote();
      if (weights) return { weights, from: 'remote' };
      notice = 'VGG-19 was declined; the small network is in use';
    } catch (cause) {
      if (cause instanceof Cancelled) throw cause;
      if (!(cause instanceof InputError)) throw cause;
      notice = `${cause.message}; the small network is in use`;
    }
  }
  return { weights: await loadFeatureWeights(bundled), from: 'bundled', notice };
}

const NEEDED = 'conv3_1';

/** @throws InputError also where the network is too shallow to paint with */
export async function resolveFeatureNetwork(
  gpu: Gpu,
  sources: NetworkSources,
): Promise<ChosenWeights & { network: FeatureNetwork }> {
  const chosen = await chooseFeatureWeights(sources);
  const { name, convolutions } = chosen.weights;
  // What every loss needs; losses leave out the layers above that a network lacks.
  if (!convolutions.some((c) => c.name === NEEDED))
    throw inputError('layers', `feature network ${name}`, `at least ${NEEDED}`, `up to ${convolutions.at(-1)?.name}`);
  return { ...chosen, network: await createFeatureNetwork(gpu, chosen.weights) };
}
