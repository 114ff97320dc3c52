// Looks as blends: shares sum to 1 in every region, and a look that is one appearance is known as that.

import { describe, expect, it } from 'vitest';
import { middleColour, type RegionVolume, sameBlend, soleAppearance, visibleParts } from '../../../src/nerf/blend.ts';
import { type Appearance, IDENTITY_MAP } from '../../../src/nerf/field.ts';
import { blendOfMixes, mixOf, PLAIN_MIX } from '../../../src/session/style-mix.ts';

const appearance = (viewDependent = false) => ({ viewDependent }) as Appearance;
const plain = appearance(true);
const style = (name: string) => ({ appearance: appearance(), names: [name] });
const [wave, ink] = [style('wave'), style('ink')];
const volume = { resolution: 2 } as RegionVolume;

describe('blendOfMixes', () => {
  it('is the plain field or the one style alone at the ends of the strength', () => {
    expect(soleAppearance(blendOfMixes(plain, PLAIN_MIX))).toBe(plain);
    expect(soleAppearance(blendOfMixes(plain, mixOf(wave, 0)))).toBe(plain);
    expect(soleAppearance(blendOfMixes(plain, mixOf(wave, 1)))).toBe(wave.appearance);
    expect(soleAppearance(blendOfMixes(plain, mixOf(wave, 0.5)))).toBeNull();
    const mix = (weight: number) => ({
      styles: [
        { style: wave, weight: 1 },
        { style: ink, weight },
      ],
      strength: 1,
    });
    expect(soleAppearance(blendOfMixes(plain, mix(0)))).toBe(wave.appearance);
    expect(visibleParts(blendOfMixes(plain, mix(3))).map(({ shares }) => shares[0])).toEqual([0.25, 0.75]);
    expect(soleAppearance(blendOfMixes(plain, { styles: [{ style: wave, weight: 0 }], strength: 1 }))).toBe(plain);
  });

  it('gives every region shares that sum to 1, and those without a look what is outside', () => {
    const outside = { styles: [{ style: wave, weight: 1 }], strength: 0.75 };
    const both = { styles: [wave, ink].map((s) => ({ style: s, weight: 1 })), strength: 0.5 };
    const blend = blendOfMixes(plain, outside, { volume, mixes: [mixOf(ink), null, PLAIN_MIX, both] });
    expect(blend.regions).toBe(volume);
    const sharesOf = (of: Appearance) => blend.parts.find((part) => part.appearance === of)!.shares;
    expect(sharesOf(plain)).toEqual([0.25, 0, 0.25, 1, 0.5]);
    expect(sharesOf(wave.appearance)).toEqual([0.75, 0, 0.75, 0, 0.25]);
    expect(sharesOf(ink.appearance)).toEqual([0, 1, 0, 0, 0.25]);
  });

  it('comes down to one appearance where all regions show it', () => {
    const blend = blendOfMixes(plain, mixOf(wave), { volume, mixes: [null, mixOf(wave), null, null] });
    expect(soleAppearance(blend)).toBe(wave.appearance);
  });
});

describe('sameBlend', () => {
  it('knows equal shares in equal regions, whatever is not seen', () => {
    const half = () => blendOfMixes(plain, mixOf(wave, 0.5));
    expect(sameBlend(half(), half())).toBe(true);
    expect(sameBlend(half(), blendOfMixes(plain, mixOf(wave, 0.25)))).toBe(false);
    expect(sameBlend(half(), blendOfMixes(plain, mixOf(ink, 0.5)))).toBe(false);
    expect(sameBlend(blendOfMixes(plain, mixOf(wave, 0)), blendOfMixes(plain, PLAIN_MIX))).toBe(true);
    const inRegion = (of: RegionVolume) =>
      blendOfMixes(plain, PLAIN_MIX, { volume: of, mixes: [mixOf(wave), null, null, null] });
    expect(sameBlend(inRegion(volume), inRegion(volume))).toBe(true);
    expect(sameBlend(inRegion(volume), inRegion({ ...volume }))).toBe(false);
  });
});

describe('middleColour', () => {
  it('is grey for the plain field, what a style makes of grey, and between them in between', () => {
    const grey: Partial<Appearance> = { viewDependent: true, colourMap: IDENTITY_MAP };
    const plain = grey as Appearance;
    const colourMap = [0, 0.5, 0, 0.1, 0, 0, 0, 1.5, 1, 1, 0, -0.25];
    const painted: Partial<Appearance> = { viewDependent: false, colourMap };
    const red = { appearance: painted as Appearance, names: ['red'] };
    const at = (strength: number) => middleColour(blendOfMixes(plain, mixOf(red, strength)));
    expect(at(0)).toEqual([0.5, 0.5, 0.5]);
    expect(at(1)).toBeAllclose([0.35, 1, 0.75], { absolute: 1e-9 });
    expect(at(0.5)).toBeAllclose([0.425, 0.75, 0.625], { absolute: 1e-9 });
  });
});
