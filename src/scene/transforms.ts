// Reads transforms.json as instant-ngp and nerfstudio write it, and the transforms_{train,val,test}.json of
// NeRF-Blender sets. All three share one grammar: intrinsics at the top and, where they differ, in a frame; poses
// camera-to-world in OpenGL axes. A nerfstudio `applied_transform` is already in the poses: nothing to undo.

import { InputError, inputError } from '../errors.ts';
import { type Dataset, type DatasetFiles, type Frame, positive } from './dataset.ts';
import { plainPath, spelling } from './paths.ts';
import { framesOf, readJson, type TransformsFile } from './transforms-json.ts';

/** instant-ngp's own defaults: a Blender scene of +-1.5 units fills its unit box. */
const NGP_SCALE = 0.33;
const NGP_OFFSET = 0.5;

export const TRANSFORMS = 'transforms.json';
export const BLENDER_SPLITS = ['train', 'val', 'test'] as const;
export const blenderFile = (split: (typeof BLENDER_SPLITS)[number]): string => `transforms_${split}.json`;

/** @param file of this grammar, transforms.json by custom */
export async function readTransforms(files: DatasetFiles, file = TRANSFORMS): Promise<Dataset> {
  const json = await readJson(files, file);
  const where = `${file} of ${files.source.name}`;
  const isNgp = json.aabb_scale !== undefined || json.scale !== undefined || json.offset !== undefined;
  const notes: string[] = [];
  const frames = splitByNames(json, framesOf(json, where, 'all', notes), notes);
  return {
    file,
    frames,
    placement: isNgp ? boxOf(json, where) : { kind: 'cameras' },
    notes,
  };
}

/**
 * nerfstudio's lists of file names. Held out is what `test_filenames` says, `val_filenames` where that is empty;
 * what is in neither list nor in `train_filenames` is not used where the lists are meant to say all.
 */
function splitByNames(json: TransformsFile, frames: Frame[], notes: string[]): Frame[] {
  const setOf = (names?: string[]) => new Set((names ?? []).map((name) => spelling(plainPath(name))));
  const [train, val, test] = [setOf(json.train_filenames), setOf(json.val_filenames), setOf(json.test_filenames)];
  const heldOut = test.size > 0 ? test : val;
  if (train.size === 0 && heldOut.size === 0) return frames;
  const kept = frames.flatMap((frame): Frame[] => {
    const name = spelling(frame.name);
    if (heldOut.has(name)) return [{ ...frame, split: 'test' }];
    // A view for validation is not learned from, even where it is not what is held out.
    if (train.size > 0 ? !train.has(name) : val.has(name)) return [];
    return [{ ...frame, split: heldOut.size > 0 ? 'train' : 'all' }];
  });
  // Lists that fit none of the frames are of another set of pictures.
  if (kept.length === 0) {
    notes.push('the lists of file names (train_filenames ...) name none of the frames, and were not used');
    return frames;
  }
  const left = frames.length - kept.length;
  if (left > 0)
    notes.push(`${left} of ${frames.length} frames are in none of the lists of file names and were left out`);
  return kept;
}

/** Training views from _train, held-out views from _test; of _val where there is no _test. */
export async function readBlender(files: DatasetFiles, hasPicture: (name: string) => boolean): Promise<Dataset> {
  const present = BLENDER_SPLITS.filter((split) => files.paths.includes(files.root + blenderFile(split)));
  const notes: string[] = [];
  const read = new Map<string, { json: TransformsFile; frames: Frame[] }>();
  for (const split of present) {
    try {
      const json = await readJson(files, blenderFile(split));
      const where = `${blenderFile(split)} of ${files.source.name}`;
      read.set(split, { json, frames: framesOf(json, where, split === 'train' ? 'train' : 'test', notes) });
    } catch (error) {
      // Without the training views there is nothing; without the others there is still a scene.
      if (!(error instanceof InputError) || split === 'train' || !read.has('train')) throw error;
      notes.push(`${blenderFile(split)} was not used: ${error.message}`);
    }
  }
  const withPictures = (split: string) => read.get(split)?.frames.some((frame) => hasPicture(frame.name)) ?? false;
  const train = read.get('train') ?? [...read.values()][0];
  const test = withPictures('test') ? 'test' : withPictures('val') ? 'val' : null;
  if (test === 'val') notes.push('held-out views are those of transforms_val.json: there is no test split');
  const frames = train.frames.map((frame): Frame => ({ ...frame, split: test ? 'train' : 'all' }));
  if (test && read.get(test) !== train) frames.push(...read.get(test)!.frames);
  const { json } = train;
  const saysBox = json.aabb_scale !== undefined || json.scale !== undefined || json.offset !== undefined;
  const box = boxOf(json, `${blenderFile(present[0])} of ${files.source.name}`);
  return {
    file: present.map(blenderFile).join(', '),
    frames,
    // Blender's own sets are cut-out objects in a box of a size that all of them share. Photographs are not.
    placement: saysBox ? box : { ...box, onlyFor: 'cut-outs' },
    notes,
  };
}

function boxOf(json: TransformsFile, where: string): Extract<Dataset['placement'], { kind: 'box' }> {
  const aabbScale = positive(json.aabb_scale, 'aabb_scale', where) ?? 1;
  const scale = positive(json.scale, 'scale', where) ?? NGP_SCALE;
  const given = json.offset ?? NGP_OFFSET;
  const offset = (Array.isArray(given) ? given : [given, given, given]) as [number, number, number];
  if (!offset.every(Number.isFinite)) throw inputError('offset', where, 'finite numbers', `[${offset.join(', ')}]`);
  return { kind: 'box', scale, offset, aabbScale };
}
