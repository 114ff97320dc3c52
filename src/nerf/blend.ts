// Any combination of the plain field, finished styles, strengths and regions, as one picture: colours are blended sample
// by sample in one march, which for styles of one geometry equals blending composited pictures, but also allows shares
// that differ from place to place. At x a part has the share (1 - sum w_r(x)) shares[0] + sum w_r(x) shares[r].

import type { Tensor } from '../gpu/tensor.ts';
import type { Appearance } from './field.ts';

/** Regions that a volume can hold. */
export const REGION_COUNT = 4;

export interface BlendPart {
  appearance: Appearance;
  /** Share in each region: [0] outside all regions, [1..4] in regions 1..4; 0..1. */
  shares: readonly number[];
}

/** Where the regions are: weights at the centres of the cells of the box in field coordinates, [0, 1]^3. */
export interface RegionVolume {
  /** Cells a side. */
  resolution: number;
  /** 4 x unorm8, regions 1..4 from the lowest byte up; they sum to 1 at most. [resolution^3] u32, x fastest */
  weights: Tensor;
}

/** The shares of all parts sum to 1 in each region. */
export interface Blend {
  parts: readonly BlendPart[];
  /** null: all is outside, shares[0] count alone. */
  regions: RegionVolume | null;
}

/** One appearance, everywhere. */
export function blendOf(appearance: Appearance): Blend {
  return { parts: [{ appearance, shares: new Array(1 + REGION_COUNT).fill(1) }], regions: null };
}

const sharesThatCount = ({ regions }: Blend, { shares }: BlendPart) => (regions ? shares : shares.slice(0, 1));

/** The parts that are seen anywhere: the others cost nothing. */
export function visibleParts(blend: Blend): BlendPart[] {
  return blend.parts.filter((part) => sharesThatCount(blend, part).some((share) => share > 0));
}

/** The one appearance that the blend is, to the bit; null where it is a mix. */
export function soleAppearance(blend: Blend): Appearance | null {
  const [part, other] = visibleParts(blend);
  return !other && sharesThatCount(blend, part).every((share) => share === 1) ? part.appearance : null;
}

/** Whether two blends show the same, as long as nothing in them is painted on. */
export function sameBlend(a: Blend, b: Blend): boolean {
  const [ofA, ofB] = [visibleParts(a), visibleParts(b)];
  const sole = soleAppearance(a);
  if (sole) return sole === soleAppearance(b);
  return (
    a.regions === b.regions &&
    ofA.length === ofB.length &&
    ofA.every(({ appearance, shares }, i) => {
      return appearance === ofB[i].appearance && shares.every((share, r) => share === ofB[i].shares[r]);
    })
  );
}

/** Middle grey as the blend outside all regions colours it: what its colours lie around. sRGB 0..1 */
export function middleColour({ parts }: Blend): [number, number, number] {
  const colour: [number, number, number] = [0, 0, 0];
  for (const { appearance, shares } of parts) {
    for (const c of [0, 1, 2]) {
      const [r, g, b, offset] = appearance.colourMap.slice(4 * c, 4 * c + 4);
      colour[c] += shares[0] * Math.min(1, Math.max(0, 0.5 * (r + g + b) + offset));
    }
  }
  return colour;
}
