// From a folder of photographs to cameras: features, pairs, geometry, reconstruction, placement, and a judgement of the
// result. The same in the page and in Node; what differs (threads, decoders) is handed in. The order of files plays no
// part: pictures are taken by name, and every random choice has a seed.

import { InputError, inputError, throwIfAborted } from '../errors.ts';
import type { FileSource, PictureDecoder } from '../scene/types.ts';
import { SIFT } from './features/sift.ts';
import { allPairs, CANDIDATES, chooseCandidates } from './matching/candidates.ts';
import { photographsAmong, readPhotograph } from './photographs.ts';
import { voteFocal } from './reconstruct/focal.ts';
import { Incremental } from './reconstruct/incremental.ts';
import type { Model } from './reconstruct/model.ts';
import { checkModel, checkPairs, figuresOf, type ModelFigures } from './reconstruct/report.ts';
import type { Features, Lens, Photograph, VerifiedPair } from './types.ts';
import { type Lane, Pool } from './workers/pool.ts';

export type PosesStage = 'features' | 'overlap' | 'matching' | 'cameras';

export interface PosesOptions {
  decoder: PictureDecoder;
  /** Opens the workers; closed again before the result. */
  openLanes(): Lane[];
  seed?: number;
  signal?: AbortSignal;
  /** @param fraction of the stage, 0 to 1 */
  onProgress?: (stage: PosesStage, fraction: number, text: string) => void;
}

/** A photograph without its pixels. */
export type PhotographInfo = Omit<Photograph, 'grey'>;

export interface PosesReport extends ModelFigures {
  /** Of the pictures, in the order of `photographs`. */
  unregistered: string[];
  seconds: Record<PosesStage, number>;
  notes: string[];
}

export interface PosesResult {
  photographs: PhotographInfo[];
  model: Model;
  lenses: Lens[];
  report: PosesReport;
}

const SEED = 12;
/** Pairs of one task: enough to be worth a message, few enough to share out evenly. */
const ALIKE_A_TASK = 256;
const PAIRS_A_TASK = 16;
/** Reprojection error of an inlier: pixels, and share of the long side. */
const ERROR_PIXELS = 2;
const ERROR_SHARE = 0.002;
/** Focal length in long sides where nothing tells it: 45 degrees. */
const GUESSED_FOCAL = 1.2;
/** Least angle between rays of a point: 1.5 degrees. */
const LEAST_ANGLE = 0.026;

/** @throws InputError in one sentence, which says what to photograph better; Cancelled when the signal fired */
export async function posesOfPhotographs(files: FileSource, options: PosesOptions): Promise<PosesResult> {
  const seconds: Record<PosesStage, number> = { features: 0, overlap: 0, matching: 0, cameras: 0 };
  const notes: string[] = [];
  const timed = async <T>(stage: PosesStage, work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    seconds[stage] = Math.round(performance.now() - start) / 1000;
    return result;
  };
  const pool = new Pool(options.openLanes());
  try {
    const paths = photographsAmong(await files.list(), files.name);
    const { photographs, features } = await timed('features', () => readAll(files, paths, pool, options, notes));
    const chosen = await timed('overlap', () => overlapping(photographs, features, pool, options));
    const pairs = await timed('matching', () => verified(chosen, pool, options));
    pool.close(); // threads end, memory comes back
    checkPairs(features, pairs, files.name);
    const { lenses, lensOf } = lensesOf(photographs, pairs, notes);
    const model = await timed('cameras', () => reconstruct(photographs, features, pairs, lenses, lensOf, options));
    const figures = model && figuresOf(model, pairs);
    checkModel(model, figures, lenses, files.name);
    const unregistered = photographs.filter((_, c) => !model!.registered[c]).map(({ name }) => name);
    if (unregistered.length > 0) {
      const some = `${unregistered.slice(0, 3).join(', ')}${unregistered.length > 3 ? ', ...' : ''}`;
      notes.push(`${unregistered.length} of ${photographs.length} pictures found no place and are left out: ${some}`);
    }
    return { photographs, model: model!, lenses, report: { ...figures!, unregistered, seconds, notes } };
  } finally {
    pool.close();
  }
}

async function readAll(
  files: FileSource,
  paths: readonly string[],
  pool: Pool,
  { decoder, signal, onProgress }: PosesOptions,
  notes: string[],
): Promise<{ photographs: PhotographInfo[]; features: Features[] }> {
  const infos = new Array<PhotographInfo | null>(paths.length).fill(null);
  const failures: InputError[] = [];
  const EMPTY = { kind: 'features', grey: new Float32Array(1), width: 1, height: 1, options: SIFT } as const;
  const found = await pool.each<'features'>(
    paths.length,
    async (index) => {
      try {
        const { grey, ...info } = await readPhotograph(files, paths[index], decoder);
        infos[index] = info;
        return { kind: 'features', grey, width: info.width, height: info.height, options: SIFT };
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        failures.push(error);
        return EMPTY;
      }
    },
    signal,
    (done) => onProgress?.('features', done / paths.length, `${done} of ${paths.length} pictures`),
  );
  if (failures.length === paths.length) {
    throw inputError('photographs', files.name, 'at least one to be readable', `none (${failures[0].message})`);
  }
  if (failures.length > 0) {
    notes.push(
      `${failures.length} of ${paths.length} pictures could not be read and were skipped: ${failures[0].message}`,
    );
  }
  const kept = paths.map((_, i) => i).filter((i) => infos[i]);
  return { photographs: kept.map((i) => infos[i]!), features: kept.map((i) => found[i]) };
}

/** Pairs worth matching in full; also hands the features to all lanes. */
async function overlapping(
  photographs: readonly PhotographInfo[],
  features: Features[],
  pool: Pool,
  { signal, onProgress }: PosesOptions,
): Promise<Int32Array> {
  const longSides = photographs.map(({ width, height }) => Math.max(width, height));
  await pool.all({ kind: 'hold', features: features.map(shared), longSides });
  const pairs = allPairs(photographs.length);
  if (photographs.length <= CANDIDATES.allUpTo) return pairs;
  const tasks = Math.ceil(pairs.length / 2 / ALIKE_A_TASK);
  const counts = await pool.each<'alike'>(
    tasks,
    (t) => ({
      kind: 'alike',
      pairs: pairs.slice(2 * t * ALIKE_A_TASK, 2 * (t + 1) * ALIKE_A_TASK),
      count: CANDIDATES.features,
    }),
    signal,
    (done) => onProgress?.('overlap', done / tasks, ''),
  );
  const matches = new Int32Array(pairs.length / 2);
  counts.forEach((part, t) => {
    matches.set(part, t * ALIKE_A_TASK);
  });
  return chooseCandidates(photographs.length, pairs, matches);
}

/** In memory that threads share, where the environment has such. */
function shared(features: Features): Features {
  if (typeof SharedArrayBuffer === 'undefined') return features;
  const floats = (from: Float32Array) => {
    const to = new Float32Array(new SharedArrayBuffer(from.byteLength));
    to.set(from);
    return to;
  };
  const bytes = new Uint8Array(new SharedArrayBuffer(features.descriptors.byteLength));
  bytes.set(features.descriptors);
  return {
    count: features.count,
    x: floats(features.x),
    y: floats(features.y),
    scale: floats(features.scale),
    angle: floats(features.angle),
    descriptors: bytes,
  };
}

async function verified(
  pairs: Int32Array,
  pool: Pool,
  { signal, onProgress, seed = SEED }: PosesOptions,
): Promise<VerifiedPair[]> {
  const tasks = Math.ceil(pairs.length / 2 / PAIRS_A_TASK);
  const found = await pool.each<'pairs'>(
    tasks,
    (t) => ({ kind: 'pairs', pairs: pairs.slice(2 * t * PAIRS_A_TASK, 2 * (t + 1) * PAIRS_A_TASK), seed }),
    signal,
    (done) => onProgress?.('matching', done / tasks, `${pairs.length / 2} pairs`),
  );
  return found.flat();
}

const countOf = (pictures: number): string => (pictures === 1 ? '1 picture' : `${pictures} pictures`);

/** One lens for each size and camera; focal length from EXIF, else by vote of the epipolar geometries. */
function lensesOf(
  photographs: readonly PhotographInfo[],
  pairs: readonly VerifiedPair[],
  notes: string[],
): { lenses: Lens[]; lensOf: Int32Array } {
  const keys = [...new Set(photographs.map(({ cameraKey }) => cameraKey))];
  const lensOf = Int32Array.from(photographs, ({ cameraKey }) => keys.indexOf(cameraKey));
  const lenses = keys.map((_, g): Lens => {
    const own = photographs.filter((_, c) => lensOf[c] === g);
    const { width, height, focalPrior } = own[0];
    const centre: [number, number] = [width / 2, height / 2];
    const longSide = Math.max(width, height);
    const geometries = pairs
      .filter(({ kind, first, second }) => kind === 'parallax' && lensOf[first] === g && lensOf[second] === g)
      .map(({ fundamental, matches }) => ({
        fundamental,
        first: centre,
        second: centre,
        weight: Math.min(matches.length / 2, 200),
      }));
    const voted = focalPrior ?? voteFocal(geometries, longSide)?.focal;
    const focal = voted ?? GUESSED_FOCAL * longSide;
    const from = voted === undefined ? 'a guess' : 'what the pictures share';
    if (focalPrior === null) notes.push(`no focal length in ${countOf(own.length)} of ${keys[g]}: begun from ${from}`);
    return { width, height, focal, cx: centre[0], cy: centre[1], k1: 0, k2: 0, hasPrior: focalPrior !== null };
  });
  return { lenses, lensOf };
}

async function reconstruct(
  photographs: readonly PhotographInfo[],
  features: readonly Features[],
  pairs: readonly VerifiedPair[],
  lenses: readonly Lens[],
  lensOf: Int32Array,
  { signal, onProgress, seed = SEED }: PosesOptions,
): Promise<Model | null> {
  const longSide = Math.max(...photographs.map(({ width, height }) => Math.max(width, height)));
  const error = Math.max(ERROR_PIXELS, ERROR_SHARE * longSide);
  const incremental = new Incremental({ features, pairs, lenses, lensOf }, { error, angle: LEAST_ANGLE, seed });
  let model: Model | null = null;
  for (const { registered, best } of incremental.run()) {
    model = best;
    onProgress?.('cameras', registered / photographs.length, `${registered} of ${photographs.length} pictures`);
    await new Promise((resolve) => setTimeout(resolve, 0));
    throwIfAborted(signal);
  }
  return model;
}
