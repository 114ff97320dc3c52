// `--lpips`: the heads' file, read before the adapter is opened, and the feature network that goes with it.

import type { Command } from 'commander';
import { inputError } from '../errors.ts';
import { type LpipsHeads, readLpipsHeads } from '../metrics/lpips-heads.ts';
import type { NetworkWeights } from '../style/features/network-weights.ts';
import { readInput } from './inputs.ts';
import type { Io } from './io.ts';
import { givenNetwork, type NetworkOptions, networkOptions } from './networks.ts';

export interface LpipsOptions extends NetworkOptions {
  lpips?: string;
}

export function lpipsOptions(command: Command): Command {
  return networkOptions(
    command.option('--lpips <heads>', "LPIPS too, by the authors' v0.1_vgg.pth, on VGG-19 (see --features)"),
  );
}

/** @returns nothing of either where LPIPS is not asked for @throws InputError where there are heads and no VGG-19 */
export async function readLpips(
  io: Io,
  options: LpipsOptions,
): Promise<{ heads: LpipsHeads | undefined; network: NetworkWeights | null }> {
  if (options.lpips === undefined) return { heads: undefined, network: null };
  const heads = readLpipsHeads(await readInput(options.lpips, 'LPIPS heads'), options.lpips);
  const network = await givenNetwork(io, options, 'relu5_1');
  if (!network) throw inputError('--lpips', null, 'VGG-19 by --features or IMPASTO_VGG19', 'only the small network');
  return { heads, network };
}
