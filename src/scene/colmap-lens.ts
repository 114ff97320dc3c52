// COLMAP's camera models: what each parameter is, and the lens of ours that says the same.

import { inputError } from '../errors.ts';
import { positive, type RawIntrinsics } from './dataset.ts';
import type { Distortion } from './types.ts';

/** By id: name, and what each parameter is. `f` is both focal lengths. */
export const COLMAP_MODELS: readonly [string, ...string[]][] = [
  ['SIMPLE_PINHOLE', 'f', 'cx', 'cy'],
  ['PINHOLE', 'fx', 'fy', 'cx', 'cy'],
  ['SIMPLE_RADIAL', 'f', 'cx', 'cy', 'k1'],
  ['RADIAL', 'f', 'cx', 'cy', 'k1', 'k2'],
  ['OPENCV', 'fx', 'fy', 'cx', 'cy', 'k1', 'k2', 'p1', 'p2'],
  ['OPENCV_FISHEYE', 'fx', 'fy', 'cx', 'cy', 'k1', 'k2', 'k3', 'k4'],
  ['FULL_OPENCV', 'fx', 'fy', 'cx', 'cy', 'k1', 'k2', 'p1', 'p2', 'k3', 'k4', 'k5', 'k6'],
  ['FOV', 'fx', 'fy', 'cx', 'cy', 'omega'],
  ['SIMPLE_RADIAL_FISHEYE', 'f', 'cx', 'cy', 'k1'],
  ['RADIAL_FISHEYE', 'f', 'cx', 'cy', 'k1', 'k2'],
  ['THIN_PRISM_FISHEYE', 'fx', 'fy', 'cx', 'cy', 'k1', 'k2', 'p1', 'p2', 'k3', 'k4', 'sx1', 'sy1'],
];

/** More images, and cameras, than any reconstruction of a scene has. */
export const MAX_IMAGES = 50_000;

export interface ColmapCamera {
  id: number;
  model: readonly [string, ...string[]];
  width: number;
  height: number;
  params: number[];
}

/** @throws InputError for numbers that are no camera */
export function colmapIntrinsics({ model, width, height, params }: ColmapCamera, where: string): RawIntrinsics {
  const [name, ...names] = model;
  const value = Object.fromEntries(names.map((key, i) => [key, params[i]])) as Record<string, number | undefined>;
  const unusable = ['k5', 'k6', 'sx1', 'sy1'].some((key) => value[key]) || (name === 'FULL_OPENCV' && value.k4);
  if (unusable || name === 'FOV') {
    throw inputError('camera model', where, 'one that OPENCV or OPENCV_FISHEYE can say', name);
  }
  if (!params.every(Number.isFinite)) throw inputError('camera parameters', where, 'finite numbers', params.join(', '));
  const { k1 = 0, k2 = 0, k3 = 0, k4 = 0, p1 = 0, p2 = 0 } = value;
  const fisheye = name.includes('FISHEYE');
  if (fisheye && (p1 !== 0 || p2 !== 0)) throw inputError('camera model', where, 'a fisheye without p1 and p2', name);
  const distortion: Distortion | null =
    fisheye || [k1, k2, k3, p1, p2].some((k) => k !== 0)
      ? { model: fisheye ? 'fisheye' : 'perspective', k1, k2, k3, k4, p1, p2 }
      : null;
  return {
    width: positive(width, 'width', where),
    height: positive(height, 'height', where),
    fx: positive(value.fx ?? value.f, 'focal length', where),
    fy: positive(value.fy ?? value.f, 'focal length', where),
    cx: value.cx,
    cy: value.cy,
    distortion,
  };
}
