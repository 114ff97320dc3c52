// Undoes a picture's EXIF orientation. Decoders show photographs upright, but pose estimators (COLMAP, and the readers
// of instant-ngp and nerfstudio) work on pixels as they are stored. Where a dataset's width and height say which of
// the two its poses are for, they decide; where they cannot (a half turn, a square picture, no size named), it is the
// stored one.

import type { Picture } from './types.ts';

/** The stored picture of a shown one; EXIF orientation 1..8. 5..8 exchange width and height. */
export function storedPicture(shown: Picture, orientation: number): Picture {
  const exchanged = orientation >= 5;
  const [width, height] = exchanged ? [shown.height, shown.width] : [shown.width, shown.height];
  const out = new Uint8ClampedArray(width * height * 4);
  const from = new Uint32Array(shown.data.buffer, shown.data.byteOffset, width * height);
  const to = new Uint32Array(out.buffer);
  // Does the shown x run against the stored axis it lies along? And the shown y?
  const flipX = [2, 3, 6, 7].includes(orientation);
  const flipY = [3, 4, 7, 8].includes(orientation);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [alongX, alongY] = exchanged ? [y, x] : [x, y];
      const shownX = flipX ? shown.width - 1 - alongX : alongX;
      const shownY = flipY ? shown.height - 1 - alongY : alongY;
      to[y * width + x] = from[shownY * shown.width + shownX];
    }
  }
  return { width, height, data: out };
}

interface NamedSize {
  width?: number;
  height?: number;
  cx?: number;
  cy?: number;
}

/** Which pixels the poses are for: 'stored' where the named size betrays it, 'unknown' where nothing does. */
export function turnOf(
  named: NamedSize,
  shown: { width: number; height: number },
  orientation: number,
): 'shown' | 'stored' | 'unknown' {
  if (orientation === 1) return 'shown';
  // The principal point lies near the middle: twice of it is as good as a size to tell the shape.
  const size = named.width && named.height ? named : { width: 2 * (named.cx ?? 0), height: 2 * (named.cy ?? 0) };
  const canTell = orientation >= 5 && shown.width !== shown.height && size.width! > 0 && size.height! > 0;
  if (!canTell) return 'unknown';
  return isOnItsSide(size, shown) ? 'stored' : 'shown';
}

/** True when the size that a dataset names is that of the picture lying on its side. */
export function isOnItsSide(
  named: { width?: number; height?: number },
  shown: { width: number; height: number },
): boolean {
  if (!named.width || !named.height || shown.width === shown.height) return false;
  const logRatio = Math.log(named.width / named.height);
  const shownRatio = Math.log(shown.width / shown.height);
  return Math.abs(logRatio + shownRatio) < Math.abs(logRatio - shownRatio);
}
