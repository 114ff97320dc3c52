// Loads a scene from its files: finds the dataset and its format, matches frames with pictures, places the world,
// splits off the held-out views, and decodes a few pictures at a time straight to the size they are trained at.
// What is missing or odd is skipped, counted and noted; only a scene without one usable picture is refused.

import { InputError, inputError, throwIfAborted } from '../errors.ts';
import type { Dataset, Frame, RawIntrinsics } from './dataset.ts';
import { findDataset } from './formats.ts';
import { invertAffine, type Mat4 } from './matrix.ts';
import { isOnItsSide, storedPicture } from './orientation.ts';
import { byName, FileFinder } from './paths.ts';
import { readPictureHeader } from './picture-header.ts';
import { placedPose, sceneFromWorldOf } from './placement.ts';
import { resizedCamera } from './rays.ts';
import type { Camera, FileSource, LoadSceneOptions, Picture, Scene, View } from './types.ts';

/** Pictures in the making at a time: enough to keep decoders busy, few enough to hold little memory. */
const CONCURRENCY = 4;
const DEFAULT_HOLDOUT = 8;

interface Usable extends Frame {
  /** Of the picture, in the file source. */
  path: string;
}

/** @throws InputError in one sentence when nothing can be made of the files; Cancelled when the signal fired */
export async function loadScene(files: FileSource, options: LoadSceneOptions): Promise<Scene> {
  checkOptions(options);
  const paths = await files.list();
  const finder = new FileFinder(paths);
  const { dataset, root } = await findDataset(files, paths, finder);
  throwIfAborted(options.signal);

  const notes = [...dataset.notes];
  const usable = withPictures(dataset, finder, root, files.name, notes);
  const sceneFromWorld = sceneFromWorldOf(dataset.placement, usable);
  const chosen = split(usable, options, notes);

  const reduction = new Reduction(options);
  const { views, failures } = await decodeAll(files, chosen, reduction, sceneFromWorld, options);
  if (views.size === 0) {
    const found = `none (${failures[0].error.message})`;
    throw inputError('pictures', files.name, `at least one of ${failures.length} to be readable`, found);
  }
  if (failures.length > 0) {
    notes.push(
      `${failures.length} of ${chosen.length} pictures could not be read and were skipped: ${failures[0].error.message}`,
    );
  }
  if (reduction.mismatches > 0) {
    notes.push(`intrinsics stretched to the shape of their pictures, which is another: ${reduction.mismatches} views`);
  }
  if (reduction.rescaled > 0) notes.push(`intrinsics scaled to the pictures' true size: ${reduction.rescaled} views`);
  if (reduction.turned > 0)
    notes.push(`pictures turned back to how they are stored, as their poses are: ${reduction.turned}`);
  if (reduction.factor > 1) notes.push(`pictures were reduced to 1/${reduction.factor}`);

  const inOrder = (part: 'train' | 'test') =>
    chosen.filter((frame) => frame.split === part && views.has(frame)).map((frame) => views.get(frame)!);
  let [train, test] = [inOrder('train'), inOrder('test')];
  if (train.length === 0) [train, test] = [test, []]; // one picture only, or all others broken
  const hasAlpha = [...train, ...test].some((view) => isTransparent(view.picture));
  return {
    name: files.name.replace(/\.zip$/i, ''),
    source: files.name,
    train,
    test,
    hasAlpha,
    unbounded: dataset.placement.kind === 'box' ? dataset.placement.aabbScale > 1 : !hasAlpha,
    sceneFromWorld,
    worldFromScene: invertAffine(sceneFromWorld),
    downscale: reduction.factor,
    notes,
  };
}

function checkOptions({ downscale, maxSide, holdout, maxTrain, maxTest }: LoadSceneOptions): void {
  const least = { downscale: 1, maxSide: 1, holdout: 0, maxTrain: 1, maxTest: 0 };
  const given = { downscale, maxSide, holdout, maxTrain, maxTest };
  for (const key of Object.keys(least) as (keyof typeof least)[]) {
    const value = given[key];
    if (value === undefined || (Number.isInteger(value) && value >= least[key])) continue;
    throw inputError(key, 'the options', `a whole number of at least ${least[key]}`, String(value));
  }
}

/** Frames that have a picture, sorted by name; each name once. */
function withPictures(dataset: Dataset, finder: FileFinder, root: string, where: string, notes: string[]): Usable[] {
  const byFrameName = new Map<string, Usable>();
  const counted = { train: 0, test: 0, all: 0 };
  const missing = { train: 0, test: 0, all: 0 };
  let repeated = 0;
  for (const frame of dataset.frames) {
    const path = finder.find(root, frame.name);
    counted[frame.split]++;
    if (path === null) missing[frame.split]++;
    else if (byFrameName.has(frame.name)) repeated++;
    else byFrameName.set(frame.name, { ...frame, path });
  }
  for (const part of ['all', 'train', 'test'] as const) {
    if (missing[part] === 0 || missing[part] === dataset.frames.length) continue;
    const which = part === 'all' ? 'frames' : part === 'train' ? 'training frames' : 'test frames';
    notes.push(`${missing[part]} of ${counted[part]} ${which} have no picture and were skipped`);
  }
  if (repeated > 0) notes.push(`${repeated} frames name a picture that another frame has, and were skipped`);
  if (byFrameName.size > 0) return [...byFrameName.values()].sort((a, b) => byName(a.name, b.name));
  const names = dataset.frames.length;
  const first = names > 0 ? `none (the first would be ${dataset.frames[0].name})` : 'no frame in it';
  throw inputError('pictures', where, `at least one of the ${names} that ${dataset.file} names`, first);
}

/** Marks each view as train or test, and picks evenly where fewer are wanted. */
function split(usable: Usable[], options: LoadSceneOptions, notes: string[]): Usable[] {
  const every = options.holdout ?? DEFAULT_HOLDOUT;
  let [train, test] = [usable.filter((f) => f.split === 'train'), usable.filter((f) => f.split === 'test')];
  if (train.length > 0 && test.length > 0) {
    notes.push(`split of the dataset: ${train.length} training views, ${test.length} held out`);
  } else if (every > 0 && usable.length > 1) {
    test = usable.filter((_, i) => i % every === 0);
    train = usable.filter((_, i) => i % every !== 0);
    // Every single one held out (holdout 1) leaves nothing to learn from.
    if (train.length === 0) throw inputError('holdout', 'the options', '0 or at least 2', String(every));
    notes.push(
      `every ${ordinal(every)} of ${usable.length} views is held out: ${train.length} training, ${test.length} held out`,
    );
  } else {
    train = usable;
    test = [];
  }
  const as =
    (part: 'train' | 'test') =>
    (frame: Usable): Usable => ({ ...frame, split: part });
  return [...evenly(train, options.maxTrain).map(as('train')), ...evenly(test, options.maxTest).map(as('test'))];
}

function ordinal(n: number): string {
  const ending = n % 100 >= 11 && n % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${ending}`;
}

/** At most `count` of them, evenly spread. */
export function evenly<T>(items: T[], count = items.length): T[] {
  if (count >= items.length) return items;
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)]);
}

/** The factor all pictures are reduced by, set by the first one where the options leave it open; counts oddities. */
class Reduction {
  #factor: number | null;
  rescaled = 0;
  turned = 0;
  mismatches = 0;

  constructor(readonly options: LoadSceneOptions) {
    this.#factor = options.downscale ?? (options.maxSide ? null : 1);
  }

  get factor(): number {
    return this.#factor ?? 1;
  }

  target(full: { width: number; height: number }): { width: number; height: number } {
    this.#factor ??= Math.max(1, Math.ceil(Math.max(full.width, full.height) / this.options.maxSide!));
    const reduced = (side: number) => Math.max(1, Math.round(side / this.#factor!));
    return { width: reduced(full.width), height: reduced(full.height) };
  }
}

interface Failure {
  error: InputError;
}

async function decodeAll(
  files: FileSource,
  frames: Usable[],
  reduction: Reduction,
  sceneFromWorld: Mat4,
  options: LoadSceneOptions,
): Promise<{ views: Map<Usable, View>; failures: Failure[] }> {
  const views = new Map<Usable, View>();
  const failures: Failure[] = [];
  let done = 0;
  const load = async (frame: Usable): Promise<void> => {
    throwIfAborted(options.signal);
    try {
      views.set(frame, await loadView(files, frame, reduction, sceneFromWorld, options));
    } catch (error) {
      throwIfAborted(options.signal); // a read that the signal cut off is no fault
      if (!(error instanceof InputError)) throw error;
      failures.push({ error });
    }
    throwIfAborted(options.signal);
    options.onProgress?.(++done, frames.length, frame.name);
  };
  // The first good picture sets the reduction, before others are under way: the result is the same in any timing.
  let next = 0;
  while (next < frames.length && views.size === 0) await load(frames[next++]);
  const lane = async () => {
    while (next < frames.length) await load(frames[next++]);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));
  return { views, failures };
}

async function loadView(
  files: FileSource,
  frame: Usable,
  reduction: Reduction,
  sceneFromWorld: Mat4,
  { decoder }: LoadSceneOptions,
): Promise<View> {
  const bytes = await files.read(frame.path);
  const where = `${frame.path} of ${files.name}`;
  const shown = await decoder.size(bytes, where);
  const target = reduction.target(shown);
  let picture = await decoder.decode(bytes, where, target);
  let full = shown;
  const orientation = readPictureHeader(bytes)?.orientation ?? 1;
  if (orientation >= 5 && isOnItsSide(frame.intrinsics, shown)) {
    picture = storedPicture(picture, orientation);
    full = { width: shown.height, height: shown.width };
    reduction.turned++;
  }
  const camera = cameraOf(frame.intrinsics, full, placedPose(sceneFromWorld, frame.cameraToWorld));
  const { width, height } = frame.intrinsics;
  if (width && height && (width !== full.width || height !== full.height)) {
    // Half a pixel of rounding in a reduced copy is no other shape.
    const stretched = Math.abs(full.width / width - full.height / height) * Math.max(width, height) > 1.5;
    if (stretched) reduction.mismatches++;
    else reduction.rescaled++;
  }
  return { name: frame.name, camera: resizedCamera(camera, picture.width, picture.height), picture };
}

/** Intrinsics at the picture's true size, from whatever the dataset says of them. */
export function cameraOf(raw: RawIntrinsics, full: { width: number; height: number }, cameraToWorld: Mat4): Camera {
  // Pixels are of the size the dataset names; without one, of the picture.
  const width = raw.width ?? full.width;
  const height = raw.height ?? full.height;
  const fromAngle = (side: number, angle?: number) => (angle ? (0.5 * side) / Math.tan(0.5 * angle) : undefined);
  const x = raw.fx ?? fromAngle(width, raw.angleX);
  const y = raw.fy ?? (raw.fx ? undefined : fromAngle(height, raw.angleY));
  const fx = x ?? y!; // one of the two was checked to be there
  const camera: Camera = {
    width,
    height,
    fx,
    fy: y ?? fx, // square pixels
    cx: raw.cx ?? width / 2,
    cy: raw.cy ?? height / 2,
    distortion: raw.distortion,
    cameraToWorld,
  };
  return resizedCamera(camera, full.width, full.height);
}

function isTransparent({ data }: Picture): boolean {
  for (let i = 3; i < data.length; i += 4) if (data[i] < 255) return true;
  return false;
}
