// SIFT (Lowe 2004) to a count: the same number of features from a small picture as from a large one. What is found
// beyond the count goes by contrast; what is kept is ordered by size, the largest first, as preselection wants it.

import { DESCRIPTOR_LENGTH, type Features } from '../types.ts';
import { describe } from './descriptor.ts';
import { findExtrema } from './extrema.ts';
import { orientationsOf } from './orientation.ts';
import { type ScaleSpace, sigmaAt } from './pyramid.ts';

export interface SiftOptions {
  /** Features at most. */
  count: number;
  /** Least contrast of a blob, luminance in [0, 1]; Lowe's 0.04 and VLFeat's 0.02 / 3 bracket what is usual. */
  contrast: number;
  /** Pictures with a long side below this are looked at in twice their size first. */
  doubleBelow: number;
}

export const SIFT: SiftOptions = { count: 1500, contrast: 0.02 / 3, doubleBelow: 1000 };

interface Found {
  x: number;
  y: number;
  scale: number;
  angle: number;
  contrast: number;
  /** Where its descriptor is in the buffer of all. */
  at: number;
}

/** @param grey [H, W] luminance in [0, 1] */
export function extractFeatures(
  grey: Float32Array,
  width: number,
  height: number,
  space: ScaleSpace,
  options: SiftOptions = SIFT,
): Features {
  const doubled = Math.max(width, height) < options.doubleBelow;
  const found: Found[] = [];
  let descriptors = new Uint8Array(DESCRIPTOR_LENGTH * 2 * options.count);
  for (const octave of space.octaves(grey, width, height, doubled)) {
    // The best of each octave are enough: the whole has no more than `count`.
    const extrema = findExtrema(octave, options.contrast).sort(
      (a, b) => b.contrast - a.contrast || a.y - b.y || a.x - b.x,
    );
    const first = doubled ? 0.5 : 1;
    for (const { x, y, s, contrast } of extrema.slice(0, options.count)) {
      for (const angle of orientationsOf(octave, x, y, s)) {
        const at = found.length * DESCRIPTOR_LENGTH;
        if (at + DESCRIPTOR_LENGTH > descriptors.length) {
          const larger = new Uint8Array(2 * descriptors.length);
          larger.set(descriptors);
          descriptors = larger;
        }
        describe(octave, x, y, s, angle, descriptors, at);
        found.push({
          // Every second pixel is kept from octave to octave: pixel indices scale, centres are half a first pixel in.
          x: x * octave.step + 0.5 * first,
          y: y * octave.step + 0.5 * first,
          scale: sigmaAt(s) * octave.step,
          angle,
          contrast,
          at,
        });
      }
    }
  }
  found.sort((a, b) => b.contrast - a.contrast || a.at - b.at);
  const kept = found.slice(0, options.count).sort((a, b) => b.scale - a.scale || a.at - b.at);
  const column = (of: (feature: Found) => number) => Float32Array.from(kept, of);
  const packed = new Uint8Array(kept.length * DESCRIPTOR_LENGTH);
  kept.forEach(({ at }, i) => {
    packed.set(descriptors.subarray(at, at + DESCRIPTOR_LENGTH), i * DESCRIPTOR_LENGTH);
  });
  return {
    count: kept.length,
    x: column((f) => f.x),
    y: column((f) => f.y),
    scale: column((f) => f.scale),
    angle: column((f) => f.angle),
    descriptors: packed,
  };
}

/** Luminance in [0, 1] of sRGB bytes as they are (Rec. 601 weights, as SIFT is customarily run); alpha is not looked at. */
export function luminance(rgba: Uint8ClampedArray): Float32Array<ArrayBuffer> {
  const grey = new Float32Array(rgba.length / 4);
  for (let i = 0, at = 0; i < grey.length; i++, at += 4) {
    grey[i] = (0.299 * rgba[at] + 0.587 * rgba[at + 1] + 0.114 * rgba[at + 2]) / 255;
  }
  return grey;
}
