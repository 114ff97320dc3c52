// Is it a thing cut out of its surroundings, or photographs in which some pixels happen to be transparent? The first is
// trained on random backgrounds in a box of its own; to take the second for it ruins both: there, what is transparent
// is what nothing is known of.

import { MASKED_PIXEL } from './masks.ts';
import type { Picture } from './types.ts';

/** Share of a picture that must be clear for it to be cut out: far more than a retouched corner or the rim of a lens. */
const CLEAR_SHARE = 0.05;
/** Share of the pictures: a close view of a cut-out may well be filled by it. */
const CUT_OUT_SHARE = 0.5;
/** Alpha from which on a pixel of a photograph is there: exporters have 254 as well. */
const THERE = 200;

/** True when at least half of the pictures are cut out. */
export function isCutOut(pictures: readonly Picture[]): boolean {
  const cutOut = pictures.filter((picture) => clearShare(picture) >= CLEAR_SHARE).length;
  return cutOut >= CUT_OUT_SHARE * pictures.length && cutOut > 0;
}

const pixelsOf = ({ data, width, height }: Picture): Uint32Array =>
  new Uint32Array(data.buffer, data.byteOffset, width * height);

/** Share of the pixels that are not there, or not wholly, and not because of a mask. */
function clearShare(picture: Picture): number {
  const pixels = pixelsOf(picture);
  let clear = 0;
  for (const pixel of pixels) if (pixel >>> 24 < THERE && pixel !== MASKED_PIXEL) clear++;
  return clear / pixels.length;
}

/** Makes a photograph of the picture: pixels that are there opaque, others masked. @returns whether some are masked so */
export function asPhotograph(picture: Picture): boolean {
  const pixels = pixelsOf(picture);
  let found = false;
  for (let i = 0; i < pixels.length; i++) {
    const alpha = pixels[i] >>> 24;
    if (alpha === 255 || pixels[i] === MASKED_PIXEL) continue;
    if (alpha < THERE) found = true;
    pixels[i] = alpha < THERE ? MASKED_PIXEL : (pixels[i] | 0xff00_0000) >>> 0;
  }
  return found;
}
