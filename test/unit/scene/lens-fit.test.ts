// Lenses that are said by another model: the picture's points come out where the true model has them.

import { describe, expect, it } from 'vitest';
import { COLMAP_MODELS, colmapIntrinsics } from '../../../src/scene/colmap-lens.ts';
import { distort } from '../../../src/scene/distortion.ts';
import { fitRational } from '../../../src/scene/lens-fit.ts';

const [WIDTH, HEIGHT] = [1600, 1200];
const modelOf = (name: string) => COLMAP_MODELS.find(([each]) => each === name)!;
const intrinsics = (name: string, params: number[]) =>
  colmapIntrinsics({ id: 1, model: modelOf(name), width: WIDTH, height: HEIGHT, params }, 'cameras.txt');

/** Largest distance in pixels between a true lens and ours, over ideal points that the picture shows. */
function missOf(name: string, params: number[], truth: (x: number, y: number) => [number, number]): number {
  const { fx = 0, fy = 0, distortion } = intrinsics(name, params);
  let [miss, seen] = [0, 0];
  for (let x = -3; x <= 3; x += 0.02) {
    for (let y = -3; y <= 3; y += 0.05) {
      const [u, v] = truth(x, y);
      const [px, py] = [params[0] * u, params[1] * v];
      if (Math.abs(px) > WIDTH / 2 || Math.abs(py) > HEIGHT / 2) continue;
      const [ou, ov] = distort(distortion!, x, y);
      miss = Math.max(miss, Math.hypot(fx * ou - px, fy * ov - py));
      seen++;
    }
  }
  expect(seen).toBeGreaterThan(500);
  return miss;
}

describe('a FOV lens', () => {
  it('is a fisheye of ours, to a quarter of a pixel', () => {
    for (const omega of [0.2, 0.6, 0.9]) {
      const miss = missOf('FOV', [900, 910, 800, 600, omega], (x, y) => {
        const r = Math.hypot(x, y);
        const scale = r < 1e-9 ? (2 * Math.tan(omega / 2)) / omega : Math.atan(2 * r * Math.tan(omega / 2)) / omega / r;
        return [x * scale, y * scale];
      });
      expect(miss).toBeLessThan(0.26);
    }
    expect(intrinsics('FOV', [900, 900, 800, 600, 0]).distortion).toBeNull();
  });
});

describe('a rational lens', () => {
  const rational =
    (k: number[], p1: number, p2: number) =>
    (x: number, y: number): [number, number] => {
      const s = x * x + y * y;
      const d = (1 + s * (k[0] + s * (k[1] + s * k[2]))) / (1 + s * (k[3] + s * (k[4] + s * k[5])));
      return [x * d + 2 * p1 * x * y + p2 * (s + 2 * x * x), y * d + 2 * p2 * x * y + p1 * (s + 2 * y * y)];
    };

  it('is one of polynomials, to a quarter of a pixel', () => {
    const k = [0.1, 0.02, 0, 0.25, 0.03, 0];
    const params = [1300, 1310, 800, 600, k[0], k[1], 0.001, -0.0005, ...k.slice(2)];
    expect(missOf('FULL_OPENCV', params, rational(k, 0.001, -0.0005))).toBeLessThan(0.26);
    // Without its denominator nothing is fitted.
    expect(intrinsics('FULL_OPENCV', [1300, 1310, 800, 600, -0.1, 0.02, 0, 0, 0, 0, 0, 0]).distortion).toMatchObject({
      k1: -0.1,
      k2: 0.02,
      k3: 0,
    });
  });

  it('is refused in a sentence where that would miss, or where it folds', () => {
    expect(() => intrinsics('FULL_OPENCV', [300, 300, 800, 600, 0, 0, 0, 0, 0, 3, 0, 9])).toThrow(
      /camera model in cameras.txt: expected one that OPENCV or OPENCV_FISHEYE can say, found FULL_OPENCV that /,
    );
    expect(fitRational([-1, 0, 0, 0, 0, 0], 2)).toBeNull();
    expect(() => intrinsics('THIN_PRISM_FISHEYE', [900, 900, 800, 600, 0, 0, 0, 0, 0, 0, 0.1, 0])).toThrow(/sx1/);
  });
});
