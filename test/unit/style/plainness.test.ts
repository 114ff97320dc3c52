// How bare a style's picture is, and what content then weighs.

import { describe, expect, it } from 'vitest';
import type { Picture } from '../../../src/scene/types.ts';
import { contentForPlain, plainness } from '../../../src/style/plainness.ts';

/** @param level of red, green and blue at a place, 0..1 */
function picture(width: number, height: number, level: (x: number, y: number) => readonly number[]): Picture {
  const data = new Uint8ClampedArray(4 * width * height);
  for (let p = 0; p < width * height; p++) {
    data.set([...level((p % width) / width, Math.floor(p / width) / height).map((v) => 255 * v), 255], 4 * p);
  }
  return { width, height, data };
}

const paper = [0.9, 0.86, 0.78];
const ink = picture(96, 64, (x) => (x < 0.25 ? [x, 0.1, 0.1] : paper));
const gradient = picture(64, 64, (x, y) => [x, y, 1 - x]);

describe('plainness', () => {
  it('is the share of the largest colour, of all pictures together', () => {
    expect(plainness([ink])).toBeCloseTo(0.75, 1);
    expect(plainness([picture(40, 40, () => paper)])).toBe(1);
    expect(plainness([gradient])).toBeLessThan(0.03);
    expect(plainness([ink, gradient])).toBeCloseTo(0.375, 1);
  });

  it('takes grain as the one colour that it is, and pictures of a pixel', () => {
    const grain = picture(128, 128, (x, y) => paper.map((v) => v + ((x * 128 + y * 128) % 2 ? 0.08 : -0.08)));
    expect(plainness([grain])).toBe(1);
    expect(plainness([picture(1, 1, () => paper)])).toBe(1);
  });
});

describe('contentForPlain', () => {
  it('leaves what is painted all over alone, and holds content three times as fast over bare paper', () => {
    expect(contentForPlain([gradient])).toBe(1);
    expect(contentForPlain([ink])).toBe(3);
    const half = picture(64, 64, (x, y) => (y < 0.3125 ? paper : [x, y, 0.2]));
    expect(contentForPlain([half])).toBeGreaterThan(1.2);
    expect(contentForPlain([half])).toBeLessThan(3);
  });
});
