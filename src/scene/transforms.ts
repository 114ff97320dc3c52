// Reads transforms.json as instant-ngp and nerfstudio write it, and the transforms_{train,val,test}.json of
// NeRF-Blender sets. All three share one grammar: intrinsics at the top and, where they differ, in a frame; poses
// camera-to-world in OpenGL axes. A nerfstudio `applied_transform` is already in the poses: nothing to undo.

import { z } from 'zod';
import { InputError, inputError } from '../errors.ts';
import { checkedPose, type Dataset, type DatasetFiles, type Frame, positive, type RawIntrinsics } from './dataset.ts';
import { parseJson } from './json.ts';
import { plainPath } from './paths.ts';
import type { Distortion } from './types.ts';

// NaN is let through here and refused by name below: zod's own words would not say which frame.
const number = z.union([z.number(), z.nan()]);
const flag = z.union([z.boolean(), number]);

const intrinsicsShape = {
  w: number.optional(),
  h: number.optional(),
  fl_x: number.optional(),
  fl_y: number.optional(),
  cx: number.optional(),
  cy: number.optional(),
  camera_angle_x: number.optional(),
  camera_angle_y: number.optional(),
  camera_model: z.string().optional(),
  is_fisheye: flag.optional(),
  k1: number.optional(),
  k2: number.optional(),
  k3: number.optional(),
  k4: number.optional(),
  p1: number.optional(),
  p2: number.optional(),
};

const frameSchema = z.looseObject({
  ...intrinsicsShape,
  file_path: z.string().min(1),
  transform_matrix: z.unknown().optional(),
  mask_path: z.string().optional(),
});

const fileSchema = z.looseObject({
  ...intrinsicsShape,
  frames: z.array(frameSchema),
  aabb_scale: number.optional(),
  scale: number.optional(),
  offset: z.union([number, z.array(number).length(3)]).optional(),
  train_filenames: z.array(z.string()).optional(),
  val_filenames: z.array(z.string()).optional(),
  test_filenames: z.array(z.string()).optional(),
});

type TransformsFile = z.infer<typeof fileSchema>;

/** instant-ngp's own defaults: a Blender scene of +-1.5 units fills its unit box. */
const NGP_SCALE = 0.33;
const NGP_OFFSET = 0.5;

/** Their coefficients, where there are any, count whatever the model is called: as in nerfstudio. */
const PERSPECTIVE_MODELS = new Set([
  '',
  'PERSPECTIVE',
  'PINHOLE',
  'SIMPLE_PINHOLE',
  'SIMPLE_RADIAL',
  'RADIAL',
  'OPENCV',
]);
const FISHEYE_MODELS = new Set(['FISHEYE', 'OPENCV_FISHEYE', 'SIMPLE_RADIAL_FISHEYE', 'RADIAL_FISHEYE']);

export const TRANSFORMS = 'transforms.json';
export const BLENDER_SPLITS = ['train', 'val', 'test'] as const;
export const blenderFile = (split: (typeof BLENDER_SPLITS)[number]): string => `transforms_${split}.json`;

export async function readTransforms(files: DatasetFiles): Promise<Dataset> {
  const json = await readJson(files, TRANSFORMS);
  const where = `${TRANSFORMS} of ${files.source.name}`;
  const isNgp = json.aabb_scale !== undefined || json.scale !== undefined || json.offset !== undefined;
  const notes = maskNote(json);
  const heldOut = new Set((json.test_filenames ?? json.val_filenames ?? []).map(plainPath));
  const named = json.train_filenames ? new Set(json.train_filenames.map(plainPath)) : null;
  const frames = framesOf(json, where, 'all', notes).flatMap((frame): Frame[] => {
    const path = plainPath(frame.name);
    if (heldOut.size === 0) return [frame];
    if (heldOut.has(path)) return [{ ...frame, split: 'test' }];
    return !named || named.has(path) ? [{ ...frame, split: 'train' }] : [];
  });
  return {
    format: isNgp ? 'instant-ngp' : 'nerfstudio',
    file: TRANSFORMS,
    frames,
    placement: isNgp ? boxOf(json, where) : { kind: 'cameras' },
    notes,
  };
}

/** Training views from _train, held-out views from _test; of _val where there is no _test. */
export async function readBlender(files: DatasetFiles, hasPicture: (name: string) => boolean): Promise<Dataset> {
  const present = BLENDER_SPLITS.filter((split) => files.paths.includes(files.root + blenderFile(split)));
  const notes: string[] = [];
  const read = new Map<string, { json: TransformsFile; frames: Frame[] }>();
  for (const split of present) {
    const json = await readJson(files, blenderFile(split));
    const where = `${blenderFile(split)} of ${files.source.name}`;
    notes.push(...maskNote(json));
    read.set(split, { json, frames: framesOf(json, where, split === 'train' ? 'train' : 'test', notes) });
  }
  const withPictures = (split: string) => read.get(split)?.frames.some((frame) => hasPicture(frame.name)) ?? false;
  const train = read.get('train') ?? [...read.values()][0];
  const test = withPictures('test') ? 'test' : withPictures('val') ? 'val' : null;
  if (test === 'val') notes.push('held-out views are those of transforms_val.json: there is no test split');
  const frames = train.frames.map((frame): Frame => ({ ...frame, split: test ? 'train' : 'all' }));
  if (test && read.get(test) !== train) frames.push(...read.get(test)!.frames);
  return {
    format: 'NeRF-Blender',
    file: present.map(blenderFile).join(', '),
    frames,
    placement: boxOf(train.json, `${blenderFile(present[0])} of ${files.source.name}`),
    notes,
  };
}

async function readJson({ source, root }: DatasetFiles, file: string): Promise<TransformsFile> {
  const where = `${file} of ${source.name}`;
  const value = parseJson(new TextDecoder().decode(await source.read(root + file)), where);
  const parsed = fileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue.path.map(String).join('.') || 'content';
  throw new InputError(`${path} in ${where}: ${lowerFirst(issue.message)}`);
}

function framesOf(json: TransformsFile, where: string, split: Frame['split'], notes: string[]): Frame[] {
  return json.frames.map((frame, index): Frame => {
    const place = `frame ${index} (${frame.file_path}) of ${where}`;
    return {
      name: plainPath(frame.file_path),
      split,
      cameraToWorld: checkedPose(frame.transform_matrix, place),
      // What a frame says of its lens counts in front of what the file says for all.
      intrinsics: intrinsicsOf({ ...json, ...frame }, place, notes),
    };
  });
}

function intrinsicsOf(
  raw: TransformsFile | z.infer<typeof frameSchema>,
  where: string,
  notes: string[],
): RawIntrinsics {
  const fx = positive(raw.fl_x, 'fl_x', where);
  const fy = positive(raw.fl_y, 'fl_y', where);
  const angleX = angle(raw.camera_angle_x, 'camera_angle_x', where);
  const angleY = angle(raw.camera_angle_y, 'camera_angle_y', where);
  if (fx === undefined && fy === undefined && angleX === undefined && angleY === undefined) {
    throw inputError('focal length', where, 'fl_x or camera_angle_x', 'neither');
  }
  for (const key of ['cx', 'cy'] as const) {
    if (raw[key] !== undefined && !Number.isFinite(raw[key])) throw inputError(key, where, 'a number', `${raw[key]}`);
  }
  return {
    width: positive(raw.w, 'w', where),
    height: positive(raw.h, 'h', where),
    fx,
    fy,
    cx: raw.cx,
    cy: raw.cy,
    angleX,
    angleY,
    distortion: lensOf(raw, where, notes),
  };
}

function angle(value: number | undefined, what: string, where: string): number | undefined {
  if (value === undefined || (value > 0 && value < Math.PI)) return value;
  throw inputError(what, where, 'an angle between 0 and pi', String(value));
}

function lensOf(raw: z.infer<typeof frameSchema> | TransformsFile, where: string, notes: string[]): Distortion | null {
  const coefficient = (key: 'k1' | 'k2' | 'k3' | 'k4' | 'p1' | 'p2'): number => {
    const value = raw[key] ?? 0;
    if (!Number.isFinite(value)) throw inputError(key, where, 'a number', String(value));
    return value;
  };
  const [k1, k2, k3, k4, p1, p2] = (['k1', 'k2', 'k3', 'k4', 'p1', 'p2'] as const).map(coefficient);
  const model = (raw.camera_model ?? '').toUpperCase();
  if (raw.is_fisheye || FISHEYE_MODELS.has(model)) return { model: 'fisheye', k1, k2, k3, k4, p1: 0, p2: 0 };
  if (!PERSPECTIVE_MODELS.has(model)) {
    throw inputError('camera_model', where, 'OPENCV, OPENCV_FISHEYE or PINHOLE', raw.camera_model!);
  }
  if (k4 !== 0 && !notes.some((note) => note.startsWith('k4'))) notes.push('k4 of a perspective lens is not used');
  if ([k1, k2, k3, p1, p2].every((k) => k === 0)) return null;
  return { model: 'perspective', k1, k2, k3, k4: 0, p1, p2 };
}

function boxOf(json: TransformsFile, where: string): Dataset['placement'] {
  const aabbScale = positive(json.aabb_scale, 'aabb_scale', where) ?? 1;
  const scale = positive(json.scale, 'scale', where) ?? NGP_SCALE;
  const given = json.offset ?? NGP_OFFSET;
  const offset = (Array.isArray(given) ? given : [given, given, given]) as [number, number, number];
  if (!offset.every(Number.isFinite)) throw inputError('offset', where, 'finite numbers', `[${offset.join(', ')}]`);
  return { kind: 'box', scale, offset, aabbScale };
}

function maskNote(json: TransformsFile): string[] {
  return json.frames.some((frame) => frame.mask_path) ? ['masks (mask_path) are not used'] : [];
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
