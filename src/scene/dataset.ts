// What a reader of one dataset format hands to the loader, before any picture is opened: frames with poses in the
// dataset's own world and intrinsics for whatever picture size the dataset speaks of.

import { excerpt, inputError } from '../errors.ts';
import { type Mat4, norm, orthonormalised } from './matrix.ts';
import type { Distortion, FileSource } from './types.ts';

/** As far as the dataset says; the rest follows from the picture's size. Pixels, angles in radians. */
export interface RawIntrinsics {
  width?: number;
  height?: number;
  fx?: number;
  fy?: number;
  cx?: number;
  cy?: number;
  angleX?: number;
  angleY?: number;
  distortion: Distortion | null;
}

export interface Frame {
  /** The picture's name as the dataset gives it. */
  name: string;
  /** 'all': the dataset has no split of its own. */
  split: 'all' | 'train' | 'test';
  /** Row-major 4x4, camera-to-world, OpenGL axes, rigid; dataset world. */
  cameraToWorld: Mat4;
  /** The picture's mask as the dataset names it, black where nothing is to be learned. */
  mask?: string;
  intrinsics: RawIntrinsics;
}

export interface Dataset {
  /** The file (or files) with the poses, for messages. */
  file: string;
  frames: Frame[];
  /** instant-ngp's unit box, or placed by where the cameras look. */
  placement:
    | { kind: 'box'; scale: number; offset: [number, number, number]; aabbScale: number; onlyFor?: 'cut-outs' }
    | { kind: 'cameras' };
  notes: string[];
}

/** What a format's reader is given. */
export interface DatasetFiles {
  source: FileSource;
  /** Fires when the user has had enough: long readers look now and then. */
  signal?: AbortSignal;
  /** All files, as `source.list()` says. */
  paths: string[];
  /** Folder of the dataset, '' or ending in '/'. */
  root: string;
}

/** Positions and columns of poses are held to this: beyond, doubles lose what a scene is measured in. */
const LARGEST = 1e12;

/** @throws InputError saying which frame, for a matrix that is no camera */
export function checkedPose(rows: unknown, where: string): Mat4 {
  const flat = Array.isArray(rows) ? rows.flat().map((value) => (isQuotedNumber(value) ? Number(value) : value)) : [];
  if (flat.length !== 16 && flat.length !== 12) {
    throw inputError('camera matrix', where, '4x4 or 3x4 numbers', `${flat.length} of them`);
  }
  const bad = flat.find((value) => typeof value !== 'number' || !Number.isFinite(value));
  if (bad !== undefined) throw inputError('camera matrix', where, 'finite numbers', excerpt(bad));
  const large = (flat as number[]).find((value) => Math.abs(value) > LARGEST);
  if (large !== undefined) throw inputError('camera matrix', where, `numbers of at most ${LARGEST}`, String(large));
  const m = [...(flat as number[]).slice(0, 12), 0, 0, 0, 1];
  const lengths = [0, 1, 2].map((i) => norm([m[i], m[4 + i], m[8 + i]]));
  const volume = lengths[0] * lengths[1] * lengths[2];
  const det = // of the columns brought to length 1: 1 for a rotation, whatever its scale
    volume > 1e-18
      ? (m[0] * (m[5] * m[10] - m[6] * m[9]) -
          m[1] * (m[4] * m[10] - m[6] * m[8]) +
          m[2] * (m[4] * m[9] - m[5] * m[8])) /
        volume
      : 0;
  if (Math.abs(det) < 1e-3) throw inputError('camera matrix', where, 'a rotation', 'a singular matrix');
  if (det < 0) throw inputError('camera matrix', where, 'a right-handed rotation', 'a mirrored one');
  if (det < 0.95) throw inputError('camera matrix', where, 'columns at right angles', 'a skewed matrix');
  // Products of columns far from length 1 would leave what `orthonormalised` calls a direction.
  if (Math.min(...lengths) < 0.1 || Math.max(...lengths) > 10) {
    for (let i = 0; i < 12; i++) if (i % 4 < 3) m[i] /= lengths[i % 4];
  }
  return orthonormalised(m);
}

const isQuotedNumber = (value: unknown): boolean =>
  typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value));

/** A finite, positive number. */
export function positive(value: number | undefined, what: string, where: string): number | undefined {
  if (value === undefined || (Number.isFinite(value) && value > 0)) return value;
  throw inputError(what, where, 'a number above 0', String(value));
}
