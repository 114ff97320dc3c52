// Real VGG-19 over HTTP: of a .safetensors file only the header and the convolutions that are needed are fetched, by
// byte ranges. Nothing goes out before the user has said yes. Each tensor is kept as it comes, so that a broken fetch
// goes on where it stopped and a finished one needs no network; what was judged and found bad is forgotten.

import { InputError, inputError, throwIfAborted } from '../../errors.ts';
import type { LayerName } from '../types.ts';
import type { NetworkWeights } from './network-weights.ts';
import { ChangedError, RemoteFile, type RemoteFileOptions } from './remote-file.ts';
import {
  assembleSafetensors,
  headerLength,
  parseHeader,
  type SafetensorsEntry,
  torchvisionName,
} from './safetensors.ts';
import { sha256 } from './sha256.ts';
import { CONVOLUTIONS, layerOf } from './topology.ts';
import { FetchedParts, type WeightsCache } from './weights-cache.ts';

export { UnreachableError } from './remote-file.ts';
export type { WeightsCache } from './weights-cache.ts';

/** `url` is the address of a .safetensors in torchvision's names, on a server that knows byte ranges. */
export interface RemoteWeightsOptions extends RemoteFileOptions {
  /** The topmost layer needed. Default relu4_1: 14 MB of VGG-19 in f32. */
  top?: LayerName;
  /** SHA-256 of the needed tensors' bytes, one after another from conv1_1.weight, conv1_1.bias on. */
  sha256?: string;
  cache?: WeightsCache;
  /** Asked once before anything is sent, with the bytes that will come; false declines. */
  confirm?: (bytes: number) => Promise<boolean>;
  onProgress?: (loaded: number, total: number) => void;
}

/** Most headers fit; what is longer takes a second request. */
const FIRST_REQUEST = 1 << 16;

/** Bytes: four times VGG's widest convolution in f32. What claims more is refused before memory is taken for it. */
const LARGEST_TENSOR = 4 * 512 * 512 * 9 * 4;

type Needed = Map<string, SafetensorsEntry>;

/** @returns null where the user declined @throws InputError telling what failed; Cancelled */
export async function fetchRemoteWeights(options: RemoteWeightsOptions): Promise<NetworkWeights | null> {
  const { url, top = 'relu4_1' } = options;
  const parts = new FetchedParts(options.cache, (await sha256(new TextEncoder().encode(url))).slice(0, 16));
  const names = tensorNames(top);
  let state = await parts.state();
  const cached = state ? await cachedParts(parts, top, url) : null;
  if (state?.whole && cached?.missing.length === 0) {
    try {
      return await judged(options, cached.needed, cached.found);
    } catch (cause) {
      if (!(cause instanceof InputError)) throw cause;
    }
  }
  // Without a mark of the file, tensors of an earlier visit might be of another one.
  const useful = state?.validator && cached && cached.missing.length > 0 ? cached : null;
  if (!useful) {
    await parts.forget(names);
    state = null;
  }
  const bytes = useful ? sizeOf(useful.needed, useful.missing) : usualSize(top);
  if (options.confirm && !(await options.confirm(bytes))) return null;

  let file = new RemoteFile(options, state ?? undefined);
  try {
    return await complete(options, file, parts);
  } catch (cause) {
    if (!(cause instanceof ChangedError)) throw cause;
  }
  // Another file than the one begun with: all of that one, once.
  await parts.forget(names);
  file = new RemoteFile(options);
  return await complete(options, file, parts);
}

/** Fetches what is missing, judges the whole, and marks it good or forgets it. */
async function complete(options: RemoteWeightsOptions, file: RemoteFile, parts: FetchedParts): Promise<NetworkWeights> {
  const { url, signal, top = 'relu4_1' } = options;
  const header = (await parts.get('header')) ?? (await fetchHeader(file, url));
  const length = headerLength(header, url);
  const needed = neededTensors(parseHeader(header.subarray(8, 8 + length), url), top, url);
  await parts.set('header', header);
  await parts.setState(file.state, false);
  const found = await keptTensors(parts, needed);
  const total = sizeOf(needed, needed.keys());
  let loaded = sizeOf(needed, found.keys());
  options.onProgress?.(loaded, total);
  for (const [name, { data_offsets }] of needed) {
    if (found.has(name)) continue;
    throwIfAborted(signal);
    const [start, end] = data_offsets.map((offset) => 8 + length + offset);
    const before = loaded;
    const bytes = await file.read(start, end, (count) => options.onProgress?.((loaded = before + count), total));
    found.set(name, bytes);
    await parts.set(name, bytes);
  }
  try {
    const weights = await judged(options, needed, found);
    await parts.setState(file.state, true);
    return weights;
  } catch (cause) {
    // What a server once sent wrongly must not stand in the way of what it sends when it is mended.
    await parts.forget(tensorNames(top));
    throw cause;
  }
}

/** What is kept of a header and its tensors; null where that is nothing, or nothing that can be read. */
async function cachedParts(parts: FetchedParts, top: LayerName, url: string) {
  const header = await parts.get('header');
  if (!header) return null;
  try {
    const needed = neededTensors(parseHeader(header.subarray(8, 8 + headerLength(header, url)), url), top, url);
    const found = await keptTensors(parts, needed);
    return { needed, found, missing: [...needed.keys()].filter((name) => !found.has(name)) };
  } catch (cause) {
    if (cause instanceof InputError) return null;
    throw cause;
  }
}

async function keptTensors(parts: FetchedParts, needed: Needed): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  for (const [name, { data_offsets }] of needed) {
    const bytes = await parts.get(name);
    if (bytes?.length === data_offsets[1] - data_offsets[0]) found.set(name, bytes);
  }
  return found;
}

/** The network, if the bytes are those that were expected. @throws InputError */
async function judged(
  { url, sha256: expected }: RemoteWeightsOptions,
  needed: Needed,
  found: ReadonlyMap<string, Uint8Array>,
): Promise<NetworkWeights> {
  if (expected) {
    const whole = new Uint8Array(sizeOf(needed, needed.keys()));
    let at = 0;
    for (const name of needed.keys()) {
      whole.set(found.get(name)!, at);
      at += found.get(name)!.length;
    }
    const hash = await sha256(whole);
    if (hash !== expected.toLowerCase()) {
      const wanted = expected.toLowerCase().slice(0, 16);
      throw inputError('SHA-256', url, wanted, hash.slice(0, 16), 'not the file expected, or damaged');
    }
  }
  return { ...assembleSafetensors(needed, (_, name) => found.get(name)!, url), name: 'vgg19' };
}

const sizeOf = (needed: Needed, names: Iterable<string>) =>
  [...names].reduce((sum, name) => sum + needed.get(name)!.data_offsets[1] - needed.get(name)!.data_offsets[0], 0);

const convolutionsTo = (top: LayerName) =>
  CONVOLUTIONS.slice(0, CONVOLUTIONS.findIndex((name) => layerOf(name) === top) + 1);

const tensorNames = (top: LayerName): string[] =>
  convolutionsTo(top).flatMap((name) => ['weight', 'bias'].map((part) => torchvisionName(`${name}.${part}`)));

/** Bytes of VGG-19 in f32, for the question that comes before the file's own header. */
function usualSize(top: LayerName): number {
  const widths = convolutionsTo(top).map((name) => Math.min(512, 32 << Number(name[4])));
  return widths.reduce((sum, width, i) => sum + 4 * width * (9 * (widths[i - 1] ?? 3) + 1), 0);
}

/** Weights and biases up to the convolution under `top`, in order. */
function neededTensors(entries: Map<string, SafetensorsEntry>, top: LayerName, url: string): Needed {
  const needed: Needed = new Map();
  for (const name of tensorNames(top)) {
    const entry = entries.get(name);
    if (!entry) throw inputError(`tensor '${name}'`, url, 'it to be there', 'none');
    const size = entry.data_offsets[1] - entry.data_offsets[0];
    if (size < 0 || size > LARGEST_TENSOR) {
      throw inputError(`size of tensor '${name}'`, url, `0 to ${LARGEST_TENSOR} bytes`, `${size}`);
    }
    needed.set(name, entry);
  }
  return needed;
}

/** The eight bytes of length and the JSON. */
async function fetchHeader(file: RemoteFile, url: string): Promise<Uint8Array> {
  const first = await file.read(0, FIRST_REQUEST, undefined, true);
  const end = 8 + headerLength(first, url);
  if (end <= first.length) return first.slice(0, end);
  const rest = await file.read(first.length, end);
  const whole = new Uint8Array(end);
  whole.set(first);
  whole.set(rest, first.length);
  return whole;
}
