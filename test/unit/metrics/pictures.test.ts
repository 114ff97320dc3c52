// What is told of a painting beside its distance: how far its palette is from the style's and how its detail is spread over
// octaves. Against PyTorch (test/fixtures/metrics/generate_pictures.py) and what must hold of any picture.

import { describe, expect, it } from 'vitest';
import { octaveEnergies } from '../../../src/metrics/octaves.ts';
import { paletteDistance, spreadDirections } from '../../../src/metrics/palette-distance.ts';
import fixture from '../../fixtures/metrics/pictures.json' with { type: 'json' };
import { pattern } from '../../reference/pattern.ts';

const { height, width } = fixture;
const image = pattern(height * width * 3, 1);
const few = pattern(40 * 3, 2).map((v) => 0.2 + 0.5 * v);
const flat = (r: number, g: number, b: number, count = 7) =>
  Float64Array.from({ length: 3 * count }, (_, i) => [r, g, b][i % 3]);

describe('palette distance', () => {
  it('is what PyTorch makes of it', () => {
    expect(paletteDistance(image, few)).toBeCloseTo(fixture.palette, 12);
  });

  it('is 0 for the same colours in another order and number, the same both ways, and grows with a shift', () => {
    const turned = Float64Array.from(few, (_, i) => few[few.length - 3 - 3 * Math.floor(i / 3) + (i % 3)]);
    expect(paletteDistance(few, turned)).toBeLessThan(1e-12);
    expect(paletteDistance(flat(0.3, 0.5, 0.2), flat(0.3, 0.5, 0.2, 50))).toBeLessThan(1e-12);
    expect(paletteDistance(few, image)).toBeCloseTo(paletteDistance(image, few), 12);
    const shifted = (by: number) =>
      paletteDistance(
        few,
        few.map((v, i) => v + (i % 3 ? 0 : by)),
      );
    // A shift of one channel by x moves each projection by its share of it: half of x on average over the half sphere.
    expect(shifted(0.2)).toBeCloseTo(0.1, 2);
    expect(shifted(0.4)).toBeCloseTo(0.2, 2);
  });

  it('tells two colours from their mean, which mean and covariance along one channel would not', () => {
    const two = Float64Array.from({ length: 600 }, (_, i) => (Math.floor(i / 3) % 2 ? 0.9 : 0.1));
    expect(paletteDistance(two, flat(0.5, 0.5, 0.5))).toBeGreaterThan(0.25);
  });

  it('looks along directions of unit length that spread over the half sphere', () => {
    const directions = spreadDirections(64);
    const mean = [0, 1, 2].map((c) => directions.reduce((sum, d) => sum + d[c], 0) / 64);
    for (const d of directions) expect(Math.hypot(...d)).toBeCloseTo(1, 12);
    expect(mean).toBeAllclose([0, 0, 0.5], { absolute: 0.02, relative: 0 });
  });

  it('refuses what are no colours', () => {
    expect(() => paletteDistance([], few)).toThrow('expected colours');
    expect(() => paletteDistance(few, [1, 2])).toThrow('expected colours');
  });
});

describe('octaves', () => {
  it('are what PyTorch makes of them', () => {
    expect(octaveEnergies(image, width, height)).toBeAllclose(fixture.octaves, { absolute: 1e-14, relative: 1e-9 });
  });

  it('are empty of a flat picture, and a picture of half the contrast has a quarter', () => {
    expect(octaveEnergies(flat(0.2, 0.4, 0.6, 256), 16, 16)).toBeAllclose([0, 0, 0], { absolute: 1e-20, relative: 0 });
    const whole = octaveEnergies(image, width, height);
    const half = octaveEnergies(
      image.map((v) => 0.25 + v / 2),
      width,
      height,
    );
    expect(half).toBeAllclose(
      whole.map((v) => v / 4),
      { absolute: 1e-12, relative: 1e-9 },
    );
  });

  it('tell fine stripes from broad ones', () => {
    const stripes = (period: number) =>
      octaveEnergies(
        Float64Array.from({ length: 32 * 32 * 3 }, (_, i) => (Math.floor(i / 3) % period < period / 2 ? 1 : 0)),
        32,
        32,
      );
    const [fine, broad] = [stripes(2), stripes(8)];
    expect(fine[0]).toBeGreaterThan(10 * fine[1]);
    expect(broad[2]).toBeGreaterThan(broad[0]);
  });

  it('refuses a picture that has no such octave', () => {
    expect(() => octaveEnergies(new Float64Array(7 * 9 * 3), 7, 9)).toThrow('at least 8 a side');
  });
});
