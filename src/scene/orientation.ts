// Undoes a picture's EXIF orientation. Decoders show photographs upright, but most pose estimators work on pixels as
// they are stored: where a dataset's width and height are exchanged against the upright picture, its poses are for
// the stored one, and the picture is turned back to it.

import type { Picture } from './types.ts';

/** The stored picture of a shown one; orientation 5..8, those that exchange width and height. */
export function storedPicture(shown: Picture, orientation: number): Picture {
  const [width, height] = [shown.height, shown.width];
  const out = new Uint8ClampedArray(width * height * 4);
  const from = new Uint32Array(shown.data.buffer, shown.data.byteOffset, width * height);
  const to = new Uint32Array(out.buffer);
  const flipX = orientation === 6 || orientation === 7; // shown x runs against stored y
  const flipY = orientation === 7 || orientation === 8; // shown y runs against stored x
  for (let y = 0; y < height; y++) {
    const shownX = flipX ? height - 1 - y : y;
    for (let x = 0; x < width; x++) {
      const shownY = flipY ? width - 1 - x : x;
      to[y * width + x] = from[shownY * shown.width + shownX];
    }
  }
  return { width, height, data: out };
}

/** True when the size that a dataset names is that of the shown picture lying on its side. */
export function isOnItsSide(
  named: { width?: number; height?: number },
  shown: { width: number; height: number },
): boolean {
  if (!named.width || !named.height || shown.width === shown.height) return false;
  const logRatio = Math.log(named.width / named.height);
  const shownRatio = Math.log(shown.width / shown.height);
  return Math.abs(logRatio + shownRatio) < Math.abs(logRatio - shownRatio);
}
