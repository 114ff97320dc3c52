// Loads a scene from its files: finds the dataset and its format, matches frames with pictures, splits off the held-out
// views, decodes, and places the world. What is missing or odd is skipped, counted and noted; only a scene without
// one usable picture is refused.

import { inputError, throwIfAborted } from '../errors.ts';
import { asPhotograph, isCutOut } from './cut-out.ts';
import type { Dataset } from './dataset.ts';
import { decodeAll, Reduction, type Usable } from './decoded-views.ts';
import { type FoundDataset, findDataset } from './formats.ts';
import { findMask } from './masks.ts';
import { invertAffine } from './matrix.ts';
import { byName, FileFinder } from './paths.ts';
import { placedPose, placementFor, sceneFromWorldOf } from './placement.ts';
import { split } from './split.ts';
import type { FileSource, LoadSceneOptions, Scene, View } from './types.ts';

/** @throws InputError in one sentence when nothing can be made of the files; Cancelled when the signal fired */
export async function loadScene(files: FileSource, options: LoadSceneOptions): Promise<Scene> {
  checkOptions(options);
  const paths = await files.list();
  throwIfAborted(options.signal);
  const finder = new FileFinder(paths);
  const found = await findDataset(files, paths, finder, options.signal);
  throwIfAborted(options.signal);

  const { dataset } = found;
  const notes = [...(files.notes ?? []), ...dataset.notes, ...found.pictures.notes];
  const usable = withPictures(found, finder, notes);
  const chosen = split(usable, options, notes);

  const reduction = new Reduction(options);
  const { views, failures, notes: leftOut } = await decodeAll(files, chosen, reduction, options);
  if (views.size === 0) {
    const fault = `none (${failures[0].message})`;
    throw inputError('pictures', files.name, `at least one of ${failures.length} to be readable`, fault);
  }
  if (failures.length > 0) {
    notes.push(
      `${failures.length} of ${chosen.length} pictures could not be read and were skipped: ${failures[0].message}`,
    );
  }
  notes.push(...leftOut, ...reduction.notes());

  const decoded = chosen.filter((frame) => views.has(frame));
  const hasAlpha = isCutOut(decoded.map((frame) => views.get(frame)!.picture));
  const placement = placementFor(dataset.placement, usable, hasAlpha, notes);
  const sceneFromWorld = sceneFromWorldOf(placement, usable);
  let transparent = 0;
  const viewOf = (frame: Usable): View => {
    const { camera, picture } = views.get(frame)!;
    if (!hasAlpha && asPhotograph(picture)) transparent++;
    const cameraToWorld = placedPose(sceneFromWorld, frame.cameraToWorld);
    return { name: frame.name, camera: { ...camera, cameraToWorld }, picture };
  };
  const inOrder = (part: 'train' | 'test') => decoded.filter((frame) => frame.split === part).map(viewOf);
  let [train, test] = [inOrder('train'), inOrder('test')];
  if (train.length === 0) [train, test] = [test, []]; // one picture only, or all others broken
  if (transparent > 0) {
    notes.push(`${transparent} of ${decoded.length} pictures have transparent pixels: nothing is learned from those`);
  }
  return {
    name: files.name.replace(/\.zip$/i, ''),
    source: files.name,
    train,
    test,
    hasAlpha,
    unbounded: isUnbounded(placement, hasAlpha),
    sceneFromWorld,
    worldFromScene: invertAffine(sceneFromWorld),
    downscale: reduction.factor,
    notes,
  };
}

const isUnbounded = (placement: Dataset['placement'], hasAlpha: boolean): boolean =>
  placement.kind === 'box' ? placement.aabbScale > 1 : !hasAlpha;

function checkOptions({ downscale, maxSide, holdout, maxTrain, maxTest }: LoadSceneOptions): void {
  const least = { downscale: 1, maxSide: 1, holdout: 0, maxTrain: 1, maxTest: 0 };
  const given = { downscale, maxSide, holdout, maxTrain, maxTest };
  for (const key of Object.keys(least) as (keyof typeof least)[]) {
    const value = given[key];
    if (value === undefined || (Number.isInteger(value) && value >= least[key])) continue;
    throw inputError(key, 'the options', `a whole number of at least ${least[key]}`, String(value));
  }
}

/** Frames that have a picture, sorted by name; each picture once, however often and in whatever spelling it is named. */
function withPictures({ dataset, root, pictures }: FoundDataset, finder: FileFinder, notes: string[]): Usable[] {
  const byPath = new Map<string, Usable>();
  const counted = { train: 0, test: 0, all: 0 };
  const missing = { train: 0, test: 0, all: 0 };
  let repeated = 0;
  dataset.frames.forEach((frame, i) => {
    const path = pictures.paths[i];
    counted[frame.split]++;
    if (path === null) missing[frame.split]++;
    else if (byPath.has(path)) repeated++;
    else byPath.set(path, { ...frame, path, maskFile: findMask(frame, path, root, finder) });
  });
  for (const part of ['all', 'train', 'test'] as const) {
    if (missing[part] === 0 || missing[part] === dataset.frames.length) continue;
    const which = part === 'all' ? 'frames' : part === 'train' ? 'training frames' : 'test frames';
    notes.push(`${missing[part]} of ${counted[part]} ${which} have no picture and were skipped`);
  }
  if (repeated > 0) notes.push(`${repeated} frames name a picture that another frame has, and were skipped`);
  return [...byPath.values()].sort((a, b) => byName(a.name, b.name));
}
