// What is shown, in words of styles: mixes of finished styles over the plain field. One mix is for all that is outside the
// regions, and for those regions that have none of their own.

import { type Blend, type BlendPart, blendOf, REGION_COUNT, type RegionVolume } from '../nerf/blend.ts';
import type { Appearance } from '../nerf/field.ts';

/** A style on a field: its appearance and what it is called, part by part. */
export interface StyledAppearance {
  appearance: Appearance;
  names: string[];
}

export interface StyleMix {
  /** Their weights count relative to each other; none: the plain field. */
  styles: readonly { style: StyledAppearance; weight: number }[];
  /** Of all of them against the plain field, 0..1. */
  strength: number;
}

/** The regions of a field, and the mix of each that has one of its own. */
export interface RegionMixes {
  volume: RegionVolume;
  /** Of regions 1..4; null: as outside. */
  mixes: readonly (StyleMix | null)[];
}

export const PLAIN_MIX: StyleMix = { styles: [], strength: 1 };

/** One style; null: none. */
export const mixOf = (style: StyledAppearance | null, strength = 1): StyleMix =>
  style ? { styles: [{ style, weight: 1 }], strength } : PLAIN_MIX;

/** The blend that shows these mixes; the plain field takes what the styles leave. */
export function blendOfMixes(plain: Appearance, outside: StyleMix, regions: RegionMixes | null = null): Blend {
  const mixes = [outside];
  for (let r = 0; r < REGION_COUNT; r++) mixes.push(regions?.mixes[r] ?? outside);
  const shares = new Map<Appearance, number[]>();
  const add = (appearance: Appearance, region: number, share: number) => {
    const of = shares.get(appearance) ?? new Array(mixes.length).fill(0);
    of[region] += share;
    shares.set(appearance, of);
  };
  mixes.forEach(({ styles, strength }, region) => {
    const total = styles.reduce((sum, { weight }) => sum + weight, 0);
    const styled = total > 0 ? strength : 0;
    if (styled > 0) for (const { style, weight } of styles) add(style.appearance, region, (styled * weight) / total);
    if (styled < 1) add(plain, region, 1 - styled);
  });
  const parts: BlendPart[] = [...shares].map(([appearance, of]) => ({ appearance, shares: of }));
  if (parts.length === 1) return blendOf(parts[0].appearance);
  return { parts, regions: regions?.volume ?? null };
}
