// Feature networks in the page beyond the one that ships: VGG-19 from an address, asked for before anything is sent
// there and kept in the browser's own files until it is cleared; and what was dropped.

import type { FileSource } from '../scene/types.ts';
import type { SessionOptions } from '../session/session.ts';
import type { WeightsSource } from '../style/features/network-weights.ts';
import { fetchRemoteWeights, type RemoteWeightsOptions } from '../style/features/remote-weights.ts';
import { droppedSource, opfsCache } from '../style/features/weights-web.ts';
import type { Question } from './ask.ts';

/**
 * @param address of a .safetensors in torchvision's names on a server of byte ranges, set when the page was built
 * (VITE_VGG19_URL) or by ?features=; may end in #sha256=<64 digits> of the tensors to conv5_1, which are all fetched
 * then. Undefined, 'small' or no address at all: nothing is fetched.
 * @param options for tests: another cache or fetch
 */
export function remoteNetwork(
  address: string | undefined,
  ask: (question: Question, signal?: AbortSignal) => Promise<boolean>,
  options: Partial<Pick<RemoteWeightsOptions, 'cache' | 'fetch' | 'retryDelays' | 'top'>> = {},
): SessionOptions['remoteNetwork'] {
  if (!address || address === 'small') return undefined;
  const [place, sha256] = address.split(/#sha256=/i);
  const base = globalThis.location?.href;
  if (!URL.canParse(place, base)) return undefined;
  const url = new URL(place, base);
  return (onProgress, signal) =>
    fetchRemoteWeights({
      url: url.href,
      sha256,
      top: sha256 ? 'relu5_1' : undefined,
      cache: opfsCache(),
      onProgress,
      signal,
      confirmHost: (host) =>
        ask(
          {
            title: host ? `Fetch it from ${host}?` : 'Follow to another address?',
            text: `${url.host} does not have VGG-19 itself and sends on to ${host ?? 'an address that the browser does not tell before it is called'}.`,
            yes: 'Follow',
            no: 'Use the small one',
          },
          signal,
        ),
      confirm: (bytes) =>
        ask(
          {
            title: 'Paint with VGG-19?',
            text:
              `It sees more in a picture than the small network that comes along. ` +
              `${Math.ceil(bytes / 2 ** 20)} MB are fetched from ${url.host} once and kept in this browser; nothing is uploaded.`,
            yes: 'Fetch it',
            no: 'Use the small one',
          },
          signal,
        ),
      ...options,
    });
}

/** The network among dropped files, by their names without folders. @throws InputError where none is */
export async function droppedNetwork(source: FileSource): Promise<WeightsSource> {
  const files = (await source.list()).map((path) => ({
    name: path.replace(/^.*\//, ''),
    arrayBuffer: async () => (await source.read(path)).buffer,
  }));
  return droppedSource(files);
}
