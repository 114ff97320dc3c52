// Where feature networks are, in the order they are tried: what the user names, VGG-19 where it was put for us or an
// address was set for it, the small one that ships. style/features reads them. A named file that cannot be used is
// refused; an address that cannot be reached is done without, and that is said.

import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { InputError, inputError } from '../errors.ts';
import { bundledWeightsPath } from '../node/weights.ts';
import type { NetworkWeights } from '../style/features/network-weights.ts';
import { fetchRemoteWeights, UnreachableError } from '../style/features/remote-weights.ts';
import { loadFeatureWeights } from '../style/features/weights.ts';
import { diskCache, diskSource } from '../style/features/weights-node.ts';
import type { LayerName } from '../style/types.ts';
import type { Io } from './io.ts';
import { Progress } from './progress.ts';

export interface NetworkOptions {
  features?: string;
  /** Nothing is fetched. */
  offline?: boolean;
  /** Hosts beside the address's own that it may send on to. */
  featuresHost?: string[];
}

export function networkOptions(command: Command, preset?: string): Command {
  return command
    .option(
      '--features <network>',
      'vgg19, small, a file, or the address of a .safetensors (default: the best found)',
      preset,
    )
    .option('--features-host <host>', 'lets the address send on to this host too; repeat for several', gathered)
    .option('--offline', 'fetch no network: take what is cached, else the small one');
}

const gathered = (host: string, before: string[] = []) => [...before, host];

// An empty variable is none: it would make the working folder the cache.
const cacheFolder = () => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'impasto');
const isAddress = (text: string) => /^https?:\/\//i.test(text);

/** What IMPASTO_VGG19 names: a file or an address. */
const named = () => process.env.IMPASTO_VGG19 || undefined;

/** Files of VGG-19 that are looked for: one named by the environment, or one in the user's cache folder. */
function vggPaths(): string[] {
  const place = named();
  const own = place && !isAddress(place) ? [place] : [];
  return [...own, join(cacheFolder(), 'vgg19.safetensors'), join(cacheFolder(), 'vgg19.json')];
}

/**
 * What `--features` means. Undefined takes VGG-19 where there is one; null then says: the small one. Read whole now:
 * a file of the wrong shapes should not be found out after the training.
 * @param top the topmost layer that is fetched, where one is fetched
 * @throws InputError when it is not there or cannot be read
 */
export async function givenNetwork(
  io: Io,
  { features, offline = false, featuresHost }: NetworkOptions,
  top?: LayerName,
): Promise<NetworkWeights | null> {
  if (features === 'small') return null;
  if (features === undefined || features === 'vgg19') {
    const place = named();
    if (place && !isAddress(place) && !existsSync(place))
      throw inputError('IMPASTO_VGG19', null, 'a file or an address', `no such file ${place}`);
    const path = vggPaths().find((file) => existsSync(file));
    if (path) return await loadFeatureWeights(diskSource(path));
    if (place && isAddress(place))
      return await fetched(io, place, { offline, top, hosts: featuresHost, strict: false });
    if (!features) return null;
    throw inputError(
      '--features vgg19',
      null,
      `IMPASTO_VGG19 or ${vggPaths().at(-2)} to be its file or address`,
      'none',
    );
  }
  if (isAddress(features)) return await fetched(io, features, { offline, top, hosts: featuresHost, strict: true });
  const stats = await stat(features).catch(() => null);
  if (!stats?.isFile()) throw inputError('--features', features, 'vgg19, small, a file or an address', 'no such file');
  return await loadFeatureWeights(diskSource(features));
}

/**
 * VGG-19 from an address or the cache; null, with a note, where it cannot be had.
 * @param place may end in #sha256=<64 digits>, of the bytes of all tensors from conv1_1.weight, conv1_1.bias to
 * conv5_1.bias; all of them are fetched then, since a part has another hash
 * @param options.strict what is reached and cannot be used is refused
 */
async function fetched(
  io: Io,
  place: string,
  { offline, top, hosts = [], strict }: { offline: boolean; top?: LayerName; hosts?: string[]; strict: boolean },
): Promise<NetworkWeights | null> {
  const [url, hash] = place.split(/#sha256=/i);
  if (hash !== undefined && !/^[0-9a-f]{64}$/i.test(hash))
    throw inputError('SHA-256', place, '64 hexadecimal digits after #sha256=', `'${hash}'`);
  const progress = new Progress(io);
  const size = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
  try {
    return await fetchRemoteWeights({
      url,
      top: hash ? 'relu5_1' : top,
      sha256: hash,
      cache: diskCache(fetchedFolder()),
      confirmHost: async (host) => host !== null && hosts.includes(host),
      fetch: offline
        ? () =>
            Promise.reject(
              new UnreachableError({
                what: 'VGG-19',
                where: url,
                expected: 'it in the cache, as --offline fetches nothing',
                found: 'none',
              }),
            )
        : undefined,
      signal: io.signal,
      onProgress: (loaded, total) =>
        progress.update('features', loaded / Math.max(1, total), `VGG-19, ${size(loaded)} of ${size(total)} MB`),
    });
  } catch (cause) {
    if (!(cause instanceof InputError) || (strict && !(cause instanceof UnreachableError))) throw cause;
    progress.note(`impasto: ${cause.message}; the small network is used`);
    return null;
  } finally {
    progress.end();
  }
}

/** Where fetched networks are kept. */
export const fetchedFolder = () => join(cacheFolder(), 'features');

export function foundNetworks(): { name: string; found: string }[] {
  const vgg = vggPaths().find((file) => existsSync(file)) ?? named();
  const small = bundledWeightsPath();
  return [
    { name: 'vgg19', found: vgg ?? 'none' },
    { name: 'small', found: existsSync(small) ? small : 'none' },
  ];
}
