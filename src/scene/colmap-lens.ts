// COLMAP's camera models: what each parameter is, and the lens of ours that says the same.

import { inputError } from '../errors.ts';
import { positive, type RawIntrinsics } from './dataset.ts';
import { fitFov, fitRational } from './lens-fit.ts';
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
  if (value.sx1 || value.sy1) throw inputError('camera model', where, 'a fisheye without sx1 and sy1', name);
  if (!params.every(Number.isFinite)) throw inputError('camera parameters', where, 'finite numbers', params.join(', '));
  const { k1 = 0, k2 = 0, k3 = 0, k4 = 0, p1 = 0, p2 = 0 } = value;
  const fisheye = name.includes('FISHEYE');
  if (fisheye && (p1 !== 0 || p2 !== 0)) throw inputError('camera model', where, 'a fisheye without p1 and p2', name);
  const distortion: Distortion | null =
    fisheye || [k1, k2, k3, p1, p2].some((k) => k !== 0)
      ? { model: fisheye ? 'fisheye' : 'perspective', k1, k2, k3, k4, p1, p2 }
      : null;
  const lens = {
    width: positive(width, 'width', where),
    height: positive(height, 'height', where),
    fx: positive(value.fx ?? value.f, 'focal length', where),
    fy: positive(value.fy ?? value.f, 'focal length', where),
    cx: value.cx,
    cy: value.cy,
    distortion,
  };
  const isRational = name === 'FULL_OPENCV' && [value.k4, value.k5, value.k6].some((k) => k !== 0);
  return isRational || (name === 'FOV' && value.omega !== 0) ? fitted(lens, value, name, where) : lens;
}

/** A fit that misses by more pixels would blur what is learnt. */
const MOST_MISS = 0.25;

/** FOV and the rational terms of FULL_OPENCV, said by one of our two models. */
function fitted(
  lens: RawIntrinsics,
  value: Record<string, number | undefined>,
  name: string,
  where: string,
): RawIntrinsics {
  const { width = 0, height = 0, fx = Number.NaN, fy = Number.NaN } = lens;
  const [cx, cy] = [lens.cx ?? width / 2, lens.cy ?? height / 2];
  const corner = Math.hypot(Math.max(cx, width - cx) / fx, Math.max(cy, height - cy) / fy);
  const fit =
    name === 'FOV'
      ? fitFov(Math.abs(value.omega!), corner)
      : fitRational(
          ['k1', 'k2', 'k3', 'k4', 'k5', 'k6'].map((key) => value[key]!),
          corner,
        );
  const miss = fit ? fit.miss * Math.max(fx, fy) : Number.POSITIVE_INFINITY;
  if (!fit || miss > MOST_MISS) {
    const found = fit ? `${name} that misses by ${miss.toFixed(1)} pixels` : `${name} that folds inside of the picture`;
    throw inputError('camera model', where, 'one that OPENCV or OPENCV_FISHEYE can say', found);
  }
  const { distortion, focalFactor } = fit;
  const tangential = { p1: value.p1 ?? 0, p2: value.p2 ?? 0 };
  return { ...lens, fx: fx * focalFactor, fy: fy * focalFactor, distortion: { ...distortion, ...tangential } };
}
