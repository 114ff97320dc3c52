// Real VGG-19 over HTTP: of a .safetensors file only the header and the convolutions that are needed are fetched, by
// byte ranges. Each tensor is cached as it comes, so that a broken fetch goes on where it stopped and a finished one
// needs no network; a connection that is cut is resumed inside the tensor. A cache that cannot be written (full
// disk) is done without. The user is asked first, and is told how far it is.

import { Cancelled, InputError, inputError, throwIfAborted } from '../../errors.ts';
import type { LayerName } from '../types.ts';
import type { NetworkWeights } from './network-weights.ts';
import {
  assembleSafetensors,
  headerLength,
  parseHeader,
  type SafetensorsEntry,
  torchvisionName,
} from './safetensors.ts';
import { sha256 } from './sha256.ts';
import { CONVOLUTIONS, layerOf } from './topology.ts';

/** Where fetched bytes are kept. `set` may fail; keys are made of letters, digits, '.' and '-'. */
export interface WeightsCache {
  get(key: string): Promise<Uint8Array | null>;
  set(key: string, bytes: Uint8Array): Promise<void>;
  delete(key: string): Promise<void>;
}

export interface RemoteWeightsOptions {
  /** Address of a .safetensors in torchvision's names, on a server that knows byte ranges. */
  url: string;
  /** The topmost layer needed. Default relu4_1: 14 MB of VGG-19 in f32. */
  top?: LayerName;
  /** SHA-256 of the needed tensors' bytes, one after another from conv1_1.weight, conv1_1.bias on. */
  sha256?: string;
  cache?: WeightsCache;
  /** Asked once before anything large is fetched; false declines. */
  confirm?: (bytes: number) => Promise<boolean>;
  onProgress?: (loaded: number, total: number) => void;
  signal?: AbortSignal;
  fetch?: typeof fetch;
  /** Waits between attempts, milliseconds; as many attempts without any progress end it. */
  retryDelays?: readonly number[];
}

/** The server, or all of the network, could not be reached: nothing is known to be wrong with what lies there. */
export class UnreachableError extends InputError {}

/** Most headers fit; what is longer takes a second request. */
const FIRST_REQUEST = 1 << 16;

/** Bytes: four times VGG's widest convolution in f32. What claims more is refused before memory is taken for it. */
const LARGEST_TENSOR = 4 * 512 * 512 * 9 * 4;

/** @returns null where the user declined @throws InputError telling what failed; Cancelled */
export async function fetchRemoteWeights(options: RemoteWeightsOptions): Promise<NetworkWeights | null> {
  const { url, cache, signal, top = 'relu4_1' } = options;
  const key = (await sha256(new TextEncoder().encode(url))).slice(0, 16);
  const cachedHeader = await cache?.get(`${key}.header`);
  const header = cachedHeader ?? (await fetchHeader(options));
  const length = headerLength(header, url);
  const entries = parseHeader(header.subarray(8, 8 + length), url);
  if (!cachedHeader) await tryToCache(cache, `${key}.header`, header);

  const needed = neededTensors(entries, top, url);
  const found = new Map<string, Uint8Array>();
  for (const [name, { data_offsets }] of needed) {
    const bytes = await cache?.get(`${key}.${name}`);
    if (bytes?.length === data_offsets[1] - data_offsets[0]) found.set(name, bytes);
  }
  const sizeOf = (names: Iterable<string>) =>
    [...names].reduce((sum, name) => sum + needed.get(name)!.data_offsets[1] - needed.get(name)!.data_offsets[0], 0);
  const total = sizeOf(needed.keys());
  let loaded = sizeOf(found.keys());
  if (loaded < total && options.confirm && !(await options.confirm(total - loaded))) return null;

  options.onProgress?.(loaded, total);
  for (const [name, { data_offsets }] of needed) {
    if (found.has(name)) continue;
    throwIfAborted(signal);
    const [start, end] = data_offsets.map((offset) => 8 + length + offset);
    const before = loaded;
    const bytes = await fetchRange(options, start, end, (count) =>
      options.onProgress?.((loaded = before + count), total),
    );
    found.set(name, bytes);
    await tryToCache(cache, `${key}.${name}`, bytes);
  }

  if (options.sha256) {
    const whole = new Uint8Array(total);
    let at = 0;
    for (const name of needed.keys()) {
      whole.set(found.get(name)!, at);
      at += found.get(name)!.length;
    }
    const hash = await sha256(whole);
    if (hash !== options.sha256.toLowerCase()) {
      for (const name of ['header', ...needed.keys()]) await cache?.delete(`${key}.${name}`);
      throw inputError(
        'SHA-256',
        url,
        options.sha256.toLowerCase().slice(0, 16),
        `${hash.slice(0, 16)} (not the file expected, or damaged)`,
      );
    }
  }
  const weights = assembleSafetensors(needed, (_, name) => found.get(name)!, url);
  return { ...weights, name: 'vgg19' };
}

/** Weights and biases up to the convolution under `top`, in order. */
function neededTensors(
  entries: Map<string, SafetensorsEntry>,
  top: LayerName,
  url: string,
): Map<string, SafetensorsEntry> {
  const last = CONVOLUTIONS.findIndex((name) => layerOf(name) === top);
  const needed = new Map<string, SafetensorsEntry>();
  for (const convolution of CONVOLUTIONS.slice(0, last + 1)) {
    for (const part of ['weight', 'bias']) {
      const name = torchvisionName(`${convolution}.${part}`);
      const entry = entries.get(name);
      if (!entry) throw inputError(`tensor '${name}'`, url, 'it to be there', 'none');
      const size = entry.data_offsets[1] - entry.data_offsets[0];
      if (size < 0 || size > LARGEST_TENSOR) {
        throw inputError(`size of tensor '${name}'`, url, `0 to ${LARGEST_TENSOR} bytes`, `${size}`);
      }
      needed.set(name, entry);
    }
  }
  return needed;
}

/** The eight bytes of length and the JSON. */
async function fetchHeader(options: RemoteWeightsOptions): Promise<Uint8Array> {
  const first = await fetchRange(options, 0, FIRST_REQUEST, () => {}, true);
  const end = 8 + headerLength(first, options.url);
  if (end <= first.length) return first.slice(0, end);
  const rest = await fetchRange(options, first.length, end, () => {});
  const whole = new Uint8Array(end);
  whole.set(first);
  whole.set(rest, first.length);
  return whole;
}

/**
 * Bytes [start, end), asked for again from where the connection was cut.
 * @param mayBeShort a file that ends before `end` is no error
 */
async function fetchRange(
  options: RemoteWeightsOptions,
  start: number,
  end: number,
  onCount: (count: number) => void,
  mayBeShort = false,
): Promise<Uint8Array> {
  const { url, signal, retryDelays = [300, 1000, 3000] } = options;
  const bytes = new Uint8Array(end - start);
  let count = 0;
  let failures = 0;
  while (count < bytes.length) {
    const before = count;
    try {
      const response = await (options.fetch ?? fetch)(url, {
        headers: { Range: `bytes=${start + count}-${end - 1}` },
        signal,
      });
      if (response.status !== 206) {
        void response.body?.cancel();
        const found = response.status === 200 ? 'a server that sends the whole file' : `status ${response.status}`;
        throw inputError('feature network', url, 'a file served by byte ranges', found);
      }
      const size = Number(/\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1] ?? Number.NaN);
      const wanted = mayBeShort && size < end ? size - start : bytes.length;
      // Another origin's server may keep the size to itself: then what came unbroken is all there is.
      const sizeless = mayBeShort && Number.isNaN(size);
      for await (const chunk of chunksOf(response)) {
        if (count + chunk.length > bytes.length) {
          throw inputError('feature network', url, `${bytes.length} bytes`, 'more than were asked for');
        }
        bytes.set(chunk, count);
        count += chunk.length;
        onCount(count);
      }
      if (count === wanted || (sizeless && count > before)) return bytes.subarray(0, count);
    } catch (cause) {
      if (signal?.aborted) throw new Cancelled();
      if (cause instanceof InputError) throw cause;
    }
    failures = count > before ? 0 : failures + 1;
    if (failures > retryDelays.length) {
      throw new UnreachableError(
        inputError('feature network', url, `${bytes.length} bytes`, `${count}, then no connection`).message,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, retryDelays[Math.max(0, failures - 1)] ?? 0));
    throwIfAborted(signal);
  }
  return bytes;
}

async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body!.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** A cache that cannot be written costs the next start a fetch, and nothing else. */
async function tryToCache(cache: WeightsCache | undefined, key: string, bytes: Uint8Array): Promise<void> {
  try {
    await cache?.set(key, bytes);
  } catch {
    await cache?.delete(key).catch(() => {});
  }
}
