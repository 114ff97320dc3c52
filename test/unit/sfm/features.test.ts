// Features on pictures whose truth is known: blobs at given places, and the same picture turned and enlarged.

import { describe, expect, it } from 'vitest';
import { mulberry32 } from '../../../src/random.ts';
import { Blurrer, gaussianHalf } from '../../../src/sfm/features/blur.ts';
import { quickAngle } from '../../../src/sfm/features/orientation.ts';
import { ScaleSpace } from '../../../src/sfm/features/pyramid.ts';
import { extractFeatures, SIFT } from '../../../src/sfm/features/sift.ts';
import { Matcher, prepareDescriptors } from '../../../src/sfm/matching/nearest.ts';
import type { Features } from '../../../src/sfm/types.ts';
import { mutualMatches } from '../../reference/sfm/nearest.ts';

const space = new ScaleSpace();

/** Soft blobs of several sizes and signs, at places that are no whole pixels. */
function blobs(width: number, height: number, at: (x: number, y: number) => [number, number] = (x, y) => [x, y]) {
  const random = mulberry32(7);
  const list = Array.from({ length: 60 }, () => ({
    x: width * (0.1 + 0.8 * random()),
    y: height * (0.1 + 0.8 * random()),
    sigma: 2 + 4 * random(),
    stretch: 0.6 + 0.8 * random(),
    height: random() < 0.5 ? -0.3 : 0.3,
  }));
  const grey = new Float32Array(width * height).fill(0.5);
  for (let j = 0; j < height; j++) {
    for (let i = 0; i < width; i++) {
      const [x, y] = at(i + 0.5, j + 0.5);
      for (const blob of list) {
        if (Math.abs(x - blob.x) > 30 || Math.abs(y - blob.y) > 40) continue;
        const u = (x - blob.x) / blob.sigma;
        const v = (y - blob.y) / (blob.sigma * blob.stretch);
        grey[j * width + i] += blob.height * Math.exp(-0.5 * (u * u + v * v));
      }
    }
  }
  return grey;
}

function matched(a: Features, b: Features): [number, number][] {
  const matches = new Matcher().match(
    prepareDescriptors(a.descriptors, a.count),
    prepareDescriptors(b.descriptors, b.count),
  );
  return Array.from({ length: matches.length / 2 }, (_, k) => [matches[2 * k], matches[2 * k + 1]]);
}

describe('the blur', () => {
  it('is the plain sum over the kernel, edges repeated', () => {
    const [width, height, sigma] = [37, 21, 1.7];
    const random = mulberry32(3);
    const source = Float32Array.from({ length: width * height }, () => random());
    const half = gaussianHalf(sigma);
    const weight = (k: number) => half[Math.abs(k)];
    const clamp = (v: number, n: number) => Math.min(n - 1, Math.max(0, v));
    const found = new Blurrer().blur(source, width, height, sigma, new Float32Array(width * height));
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (let j = 1 - half.length; j < half.length; j++) {
          for (let i = 1 - half.length; i < half.length; i++) {
            sum += weight(i) * weight(j) * source[clamp(y + j, height) * width + clamp(x + i, width)];
          }
        }
        expect(found[y * width + x]).toBeCloseTo(sum, 5);
      }
    }
  });
});

describe('features', () => {
  it('lie on a blob to a tenth of a pixel, in both ways of looking', () => {
    const size = 96;
    const [x, y, sigma] = [43.3, 51.8, 4];
    const grey = Float32Array.from({ length: size * size }, (_, i) => {
      const [dx, dy] = [(i % size) + 0.5 - x, Math.floor(i / size) + 0.5 - y];
      return 0.2 + 0.6 * Math.exp((-dx * dx - 1.3 * dy * dy) / (2 * sigma * sigma));
    });
    for (const doubleBelow of [0, 1000]) {
      const found = extractFeatures(grey, size, size, space, { ...SIFT, doubleBelow });
      const nearest = Math.min(...[...found.x].map((fx, i) => Math.hypot(fx - x, found.y[i] - y)));
      expect(nearest).toBeLessThan(0.1);
    }
  });

  it('turn with the picture', () => {
    const size = 160;
    const a = extractFeatures(blobs(size, size), size, size, space);
    const turned = blobs(size, size, (x, y) => [y, size - x]); // what was at (x, y) is now at (size - y, x)
    const b = extractFeatures(turned, size, size, space);
    const pairs = matched(a, b);
    expect(pairs.length).toBeGreaterThan(40);
    const right = pairs.filter(([i, j]) => Math.hypot(b.x[j] - (size - a.y[i]), b.y[j] - a.x[i]) < 0.3);
    expect(right.length).toBeGreaterThan(0.95 * pairs.length);
  });

  it('grow with the picture', () => {
    const size = 160;
    const a = extractFeatures(blobs(size, size), size, size, space);
    const b = extractFeatures(
      blobs(size, size, (x, y) => [x / 1.3 + 10, y / 1.3 + 10]),
      size,
      size,
      space,
    );
    const pairs = matched(a, b);
    expect(pairs.length).toBeGreaterThan(25);
    const right = pairs.filter(
      ([i, j]) => Math.hypot(b.x[j] - 1.3 * (a.x[i] - 10), b.y[j] - 1.3 * (a.y[i] - 10)) < 0.6,
    );
    expect(right.length).toBeGreaterThan(0.9 * pairs.length);
    const ratios = right.map(([i, j]) => b.scale[j] / a.scale[i]).sort((x, y) => x - y);
    expect(ratios[ratios.length >> 1]).toBeCloseTo(1.3, 1);
  });

  it('are as many as were asked for, the largest first, and none of a bare wall', () => {
    const size = 160;
    const found = extractFeatures(blobs(size, size), size, size, space, { ...SIFT, count: 25 });
    expect(found.count).toBe(25);
    expect(found.descriptors.length).toBe(25 * 128);
    expect([...found.scale]).toEqual([...found.scale].sort((x, y) => y - x));
    expect(extractFeatures(new Float32Array(64 * 64).fill(0.4), 64, 64, space).count).toBe(0);
    expect(extractFeatures(new Float32Array(1), 1, 1, space).count).toBe(0);
  });

  it('have descriptors of length 512', () => {
    const found = extractFeatures(blobs(96, 96), 96, 96, space);
    for (let i = 0; i < found.count; i++) {
      const square = found.descriptors.subarray(i * 128, i * 128 + 128).reduce((sum, value) => sum + value * value, 0);
      expect(Math.abs(Math.sqrt(square) - 512)).toBeLessThan(8);
    }
  });
});

describe('matching', () => {
  it('finds what plain loops find, whatever the counts', () => {
    const random = mulberry32(21);
    const bytes = (count: number) =>
      Uint8Array.from({ length: count * 128 }, () => (random() < 0.5 ? 90 * random() : 0));
    for (const [n, m] of [
      [1, 1],
      [7, 13],
      [30, 9],
      [64, 64],
    ]) {
      const [a, b] = [bytes(n), bytes(m)];
      for (let k = 0; k < Math.min(n, m); k += 2) b.set(a.subarray(k * 128, k * 128 + 128), ((k * 5) % m) * 128);
      const options = { ratio: 0.9, distance: 1.5 };
      const found = new Matcher().match(prepareDescriptors(a, n), prepareDescriptors(b, m), options);
      expect([...found]).toEqual(mutualMatches(a, b, options.ratio, options.distance).flat());
    }
    expect(new Matcher().match(prepareDescriptors(new Uint8Array(0), 0), prepareDescriptors(bytes(3), 3)).length).toBe(
      0,
    );
  });
});

describe('the quick angle', () => {
  it('is that of atan2 to a part in two thousand of a turn', () => {
    for (let k = 0; k < 720; k++) {
      const angle = (k / 720) * 2 * Math.PI;
      expect(Math.abs(quickAngle(Math.sin(angle), Math.cos(angle)) - angle)).toBeLessThan(0.003);
    }
    expect(quickAngle(0, 0)).toBe(0);
  });
});
