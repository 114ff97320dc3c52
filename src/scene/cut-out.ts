// Is it a thing cut out of its surroundings, or photographs in which some pixels happen to be transparent? The first is
// trained on random backgrounds in a box of its own; to take the second for it ruins both.

import type { Picture } from './types.ts';

/** Share of a picture that must be clear for it to be cut out: far more than a retouched corner or the rim of a lens. */
const CLEAR_SHARE = 0.05;
/** Share of the pictures: a close view of a cut-out may well be filled by it. */
const CUT_OUT_SHARE = 0.5;

/** True when at least half of the pictures are cut out. */
export function isCutOut(pictures: readonly Picture[]): boolean {
  const cutOut = pictures.filter((picture) => clearShare(picture) >= CLEAR_SHARE).length;
  return cutOut >= CUT_OUT_SHARE * pictures.length && cutOut > 0;
}

/** Share of the pixels that are not there, or not wholly. */
function clearShare({ data }: Picture): number {
  let clear = 0;
  for (let i = 3; i < data.length; i += 4) if (data[i] < 200) clear++;
  return clear / (data.length / 4);
}

/** Makes all pixels opaque. @returns whether one was not */
export function withoutAlpha({ data }: Picture): boolean {
  let found = false;
  for (let i = 3; i < data.length; i += 4) {
    if (data[i] === 255) continue;
    data[i] = 255;
    found = true;
  }
  return found;
}
