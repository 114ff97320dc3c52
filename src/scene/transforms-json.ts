// The grammar of transforms.json: which fields there are, what counts where file and frame both speak of the lens,
// and what cannot be. Absent, null and, for numbers, quoted are as good as written plainly: exporters differ.

import { z } from 'zod';
import { excerpt, inputError } from '../errors.ts';
import { checkedPose, type DatasetFiles, type Frame, positive, type RawIntrinsics } from './dataset.ts';
import { parseJson } from './json.ts';
import { plainPath } from './paths.ts';
import { decodeText } from './text.ts';
import type { Distortion } from './types.ts';
import { usableOf } from './usable.ts';

// NaN is let through here and refused by name below: zod's own words would not say which frame.
const quoted = z
  .string()
  .regex(/^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$/)
  .transform(Number);
const number = z.union([z.number(), z.nan(), quoted], { error: 'a number' });
const flag = z.union([z.boolean(), number], { error: 'true or false' });
const names = z.array(z.string({ error: 'a name' }), { error: 'a list of names' }).optional();

const intrinsicsShape = {
  w: number.optional(),
  h: number.optional(),
  fl_x: number.optional(),
  fl_y: number.optional(),
  cx: number.optional(),
  cy: number.optional(),
  camera_angle_x: number.optional(),
  camera_angle_y: number.optional(),
  /** Degrees, as instant-ngp reads them. */
  x_fov: number.optional(),
  y_fov: number.optional(),
  camera_model: z.string({ error: 'a name' }).optional(),
  is_fisheye: flag.optional(),
  k1: number.optional(),
  k2: number.optional(),
  k3: number.optional(),
  k4: number.optional(),
  p1: number.optional(),
  p2: number.optional(),
};

const frameSchema = z.looseObject(
  {
    ...intrinsicsShape,
    file_path: z.string({ error: 'a name' }).min(1, { error: 'a name' }),
    transform_matrix: z.unknown().optional(),
    mask_path: z.string({ error: 'a name' }).optional(),
  },
  { error: 'a frame' },
);

const fileSchema = z.looseObject(
  {
    ...intrinsicsShape,
    frames: z.array(z.unknown(), { error: 'a list of frames' }),
    aabb_scale: number.optional(),
    scale: number.optional(),
    offset: z.union([number, z.array(number).length(3)], { error: 'three numbers' }).optional(),
    train_filenames: names,
    val_filenames: names,
    test_filenames: names,
  },
  { error: 'an object with frames in it' },
);

export type TransformsFile = z.infer<typeof fileSchema>;
type FrameEntry = z.infer<typeof frameSchema>;

/** More frames than any capture has: somebody plays. */
const MAX_FRAMES = 50_000;

/** Other programs' names of fields, and ours for them. */
const ALIASES: Record<string, string> = {
  fx: 'fl_x',
  fy: 'fl_y',
  width: 'w',
  height: 'h',
  transform: 'transform_matrix',
};

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

/** @throws InputError for what is no JSON, or JSON of another kind */
export async function readJson({ source, root }: DatasetFiles, file: string): Promise<TransformsFile> {
  const where = `${file} of ${source.name}`;
  const value = parseJson(decodeText(await source.read(root + file)), where);
  // nerfstudio's `ns-export cameras` writes a bare list.
  const plain = plainFields(Array.isArray(value) ? { frames: value } : value);
  const parsed = fileSchema.safeParse(plain);
  if (!parsed.success) throw faultOf(parsed.error.issues[0], plain, 'content', where);
  const { frames } = parsed.data;
  if (frames.length > MAX_FRAMES) throw inputError('frames', where, `at most ${MAX_FRAMES}`, `${frames.length}`);
  return parsed.data;
}

/** Without nulls, under our names. */
function plainFields(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== null);
  const own = new Set(entries.map(([key]) => key));
  return Object.fromEntries(
    entries.map(([key, field]) => {
      const alias = Object.hasOwn(ALIASES, key) ? ALIASES[key] : key;
      return [own.has(alias) ? key : alias, field];
    }),
  );
}

function faultOf(issue: z.core.$ZodIssue, value: unknown, whole: string, where: string) {
  const found = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value);
  const text = found === undefined ? 'none' : excerpt(found);
  return inputError(issue.path.map(String).join('.') || whole, where, issue.message, text);
}

/** Frames with pose and lens; those that are none are left out. */
export function framesOf(json: TransformsFile, where: string, split: Frame['split'], notes: string[]): Frame[] {
  const make = (entry: unknown, index: number): Frame => {
    const plain = plainFields(entry);
    const parsed = frameSchema.safeParse(plain);
    if (!parsed.success) throw faultOf(parsed.error.issues[0], plain, 'content', `frame ${index} of ${where}`);
    const frame = parsed.data;
    const place = `frame ${index} (${frame.file_path}) of ${where}`;
    return {
      name: plainPath(frame.file_path),
      split,
      cameraToWorld: checkedPose(frame.transform_matrix, place),
      ...(frame.mask_path !== undefined && { mask: plainPath(frame.mask_path) }),
      intrinsics: intrinsicsOf(lensFields(json, frame), place, notes),
    };
  };
  return usableOf(json.frames, make, 'frames', notes);
}

const FOCAL = ['fl_x', 'fl_y', 'camera_angle_x', 'camera_angle_y', 'x_fov', 'y_fov'] as const;
const SIZE = ['w', 'h', 'cx', 'cy'] as const;

/**
 * What a frame says of its lens counts in front of what the file says for all, and as a whole: an angle of its own
 * is not to be read beside the file's focal length, and a focal length of the file's is one of the file's pixels.
 */
function lensFields(json: TransformsFile, frame: FrameEntry): FrameEntry {
  const shared: Record<string, unknown> = { ...json };
  const own: Record<string, unknown> = { ...frame };
  if (FOCAL.some((key) => frame[key] !== undefined)) {
    for (const key of FOCAL) delete shared[key];
    const otherSize = (frame.w ?? json.w) !== json.w || (frame.h ?? json.h) !== json.h;
    if (otherSize) for (const key of SIZE) delete shared[key];
  } else if (json.w !== undefined && json.h !== undefined && frame.cx === undefined && frame.cy === undefined) {
    for (const key of SIZE) delete own[key];
  }
  return { ...shared, ...own } as FrameEntry;
}

function intrinsicsOf(raw: FrameEntry, where: string, notes: string[]): RawIntrinsics {
  const fx = positive(raw.fl_x, 'fl_x', where);
  const fy = positive(raw.fl_y, 'fl_y', where);
  const angleX = angle(raw.camera_angle_x, 'camera_angle_x', where) ?? degrees(raw.x_fov, 'x_fov', where);
  const angleY = angle(raw.camera_angle_y, 'camera_angle_y', where) ?? degrees(raw.y_fov, 'y_fov', where);
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

function degrees(value: number | undefined, what: string, where: string): number | undefined {
  if (value === undefined) return undefined;
  if (!(value > 0 && value < 180)) throw inputError(what, where, 'an angle between 0 and 180 degrees', String(value));
  return (value * Math.PI) / 180;
}

function lensOf(raw: FrameEntry, where: string, notes: string[]): Distortion | null {
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
