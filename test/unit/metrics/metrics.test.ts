// PSNR and SSIM against SciPy's values, with their invariants; reprojection on scenes that are known in closed form.

import { describe, expect, test } from 'vitest';
import { orbitPose, pinhole } from '../../../src/export/camera-path.ts';
import {
  type ConsistencyFrame,
  consistencyError,
  consistencyOverPath,
  type MaskedDistance,
  type PathPair,
} from '../../../src/metrics/consistency.ts';
import { heatColour, heatMap, NOT_COMPARED, WHITE_ERROR } from '../../../src/metrics/heat-map.ts';
import { psnr } from '../../../src/metrics/psnr.ts';
import { type CurvePoint, settled } from '../../../src/metrics/settling.ts';
import { ssim } from '../../../src/metrics/ssim.ts';
import type { Camera } from '../../../src/scene/types.ts';
import fixture from '../../fixtures/metrics/metrics.json';

const { width, height } = fixture;

/** The same formulas as test/fixtures/metrics/generate.py. */
function picture(noise: boolean): Float32Array {
  const out = new Float32Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++, i++) {
        let value = 0.5 + 0.35 * Math.sin(x / (2 + c) + y / 5);
        if (noise) {
          value = 0.9 * (0.5 + 0.35 * Math.sin((x + 0.4) / (2 + c) + y / 5)) + 0.03;
          value += 0.08 * (((x * 7 + y * 13 + c * 5) % 11) / 10 - 0.5);
        }
        out[i] = Math.round(Math.min(Math.max(value, 0), 1) * 255) / 255;
      }
    }
  }
  return out;
}

describe('psnr and ssim', () => {
  const [a, b] = [picture(false), picture(true)];
  test('agree with SciPy', () => {
    expect([...a.subarray(0, 12)].map((v) => Math.round(v * 255))).toEqual(fixture.a_first);
    expect([...b.subarray(0, 12)].map((v) => Math.round(v * 255))).toEqual(fixture.b_first);
    // Float32 pictures: relative 6e-8 a value, amplified by C2 in the quotient.
    expect([ssim(a, b, width, height)]).toBeAllclose([fixture.ssim], { absolute: 1e-6 });
    expect([psnr(a, b)]).toBeAllclose([fixture.psnr], { absolute: 1e-5 });
  });
  test('equal pictures: 1 and infinite; symmetric; a known difference has a known PSNR', () => {
    expect(ssim(a, a, width, height)).toBeCloseTo(1, 12);
    expect(psnr(a, a)).toBe(Number.POSITIVE_INFINITY);
    expect(ssim(a, b, width, height)).toBeCloseTo(ssim(b, a, width, height), 12);
    expect(
      psnr(
        a,
        a.map((v) => v + 0.1),
      ),
    ).toBeCloseTo(20, 4);
  });

  test('sizes are checked', () => {
    expect(() => ssim(a, b.subarray(3), width, height)).toThrow('expected twice [33, 29, 3]');
    expect(() => ssim(new Float32Array(300), new Float32Array(300), 10, 10)).toThrow('at least 11x11');
    expect(() => psnr(a, b.subarray(3))).toThrow('two pictures of one size');
  });
});

/** A sphere of radius r at x before the wall z = -2, each point coloured by `shade`, as a frame from one camera. */
interface Ball {
  x: number;
  r: number;
}
type Shade = (point: number[], direction: number[]) => [number, number, number];

const smooth: Shade = ([x, y, z]) => [
  0.5 + 0.3 * Math.sin(1.3 * x + z),
  0.5 + 0.3 * Math.sin(1.1 * y - 0.5 * z),
  0.5 + 0.3 * Math.cos(0.9 * x + 0.7 * y),
];

function renderBalls(camera: Camera, balls: Ball[], shade: Shade): ConsistencyFrame {
  const { width, height, fx, fy, cx, cy, cameraToWorld: m } = camera;
  const rgb = new Float32Array(width * height * 3);
  const depth = new Float32Array(width * height);
  const opacity = new Float32Array(width * height).fill(1);
  const origin = [m[3], m[7], m[11]];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const local = [(x + 0.5 - cx) / fx, -(y + 0.5 - cy) / fy, -1];
      const d = [0, 1, 2].map((r) => m[4 * r] * local[0] + m[4 * r + 1] * local[1] + m[4 * r + 2] * local[2]);
      // d has view z = -1, so the ray parameter is view-space z itself.
      let t = d[2] < -1e-9 ? (-2 - origin[2]) / d[2] : 1e3;
      for (const ball of balls) {
        const o = [origin[0] - ball.x, origin[1], origin[2]];
        const a = d[0] ** 2 + d[1] ** 2 + d[2] ** 2;
        const half = o[0] * d[0] + o[1] * d[1] + o[2] * d[2];
        const root = half * half - a * (o[0] ** 2 + o[1] ** 2 + o[2] ** 2 - ball.r ** 2);
        if (root > 0) t = Math.min(t, (-half - Math.sqrt(root)) / a);
      }
      depth[i] = t;
      const point = [0, 1, 2].map((r) => origin[r] + t * d[r]);
      rgb.set(shade(point, d), 3 * i);
    }
  }
  return { rgb, depth, opacity, camera };
}

const from = (azimuthRad: number) => pinhole(orbitPose([0, 0, 0], 4, azimuthRad, 0.15), 121, 67, 110);

describe('reprojection consistency', () => {
  test('a frame against itself: no error, every pixel compared', () => {
    const frame = renderBalls(from(0.2), [{ x: 0, r: 0.8 }], smooth);
    const same = consistencyError(frame, frame);
    expect(same.maskShare).toBe(1);
    expect(same.rmse).toBeLessThan(1e-6);
  });

  test('Lambertian sphere and wall: near zero where both see, hidden parts masked', () => {
    const a = renderBalls(from(-0.15), [{ x: 0, r: 0.8 }], smooth);
    const b = renderBalls(from(0.15), [{ x: 0, r: 0.8 }], smooth);
    const error = consistencyError(a, b);
    // What is left is bilinear sampling of a smooth texture: second derivatives times pixel^2 / 8.
    expect(error.rmse).toBeLessThan(2e-3);
    // Without the occlusion test, wall behind the ball would be compared with the ball.
    const unmasked = consistencyError(a, b, { depthTolerance: Number.POSITIVE_INFINITY });
    expect(unmasked.pixels).toBeGreaterThan(error.pixels + 100);
    expect(unmasked.rmse).toBeGreaterThan(20 * error.rmse);
    expect(error.maskShare).toBeGreaterThan(0.5);
    expect(error.maskShare).toBeLessThan(0.9);
  });

  test('the mask is exactly what both see', () => {
    // Which points of a does b see? Asked of the geometry, not of b's depth map.
    const balls = [{ x: 0, r: 0.8 }];
    const [cameraA, cameraB] = [from(-0.15), from(0.15)];
    const a = renderBalls(cameraA, balls, (p) => p as [number, number, number]);
    const b = renderBalls(cameraB, balls, smooth);
    const m = cameraB.cameraToWorld;
    let [visible, inFrame] = [0, 0];
    for (let i = 0; i < a.depth.length; i++) {
      const p = [a.rgb[3 * i], a.rgb[3 * i + 1], a.rgb[3 * i + 2]];
      const v = [p[0] - m[3], p[1] - m[7], p[2] - m[11]];
      const [vx, vy, vz] = [0, 1, 2].map((c) => m[c] * v[0] + m[4 + c] * v[1] + m[8 + c] * v[2]);
      const sx = cameraB.cx - (cameraB.fx * vx) / vz;
      const sy = cameraB.cy + (cameraB.fy * vy) / vz;
      if (sx < 0.5 || sy < 0.5 || sx > 120.5 || sy > 66.5) continue;
      inFrame++;
      // Hidden where the segment from b to the point passes through the ball before its end.
      const qa = v[0] ** 2 + v[1] ** 2 + v[2] ** 2;
      const half = m[3] * v[0] + m[7] * v[1] + m[11] * v[2];
      const root = half * half - qa * (m[3] ** 2 + m[7] ** 2 + m[11] ** 2 - 0.64);
      if (!(root > 0 && (-half - Math.sqrt(root)) / qa < 0.999)) visible++;
    }
    expect(visible).toBeLessThan(inFrame - 100);
    // Silhouette pixels mix two depths in b and are left out: about one ring of the outline, seen from both.
    const { pixels } = consistencyError(a, b);
    expect(pixels).toBeLessThanOrEqual(visible);
    expect(pixels).toBeGreaterThan(visible - 300);
  });

  test('a colour shift by direction gives exactly that error', () => {
    const a = renderBalls(from(-0.1), [], () => [0.2, 0.5, 0.5]);
    const b = renderBalls(from(0.1), [], () => [0.5, 0.5, 0.5]);
    expect(consistencyError(a, b).rmse).toBeCloseTo(Math.sqrt(0.09 / 3), 6);
  });

  test('what is transparent in either frame is left out', () => {
    const a = renderBalls(from(0), [], smooth);
    const b = renderBalls(from(0), [], () => [9, 9, 9]);
    b.opacity.fill(0);
    expect(consistencyError(a, b)).toMatchObject({ pixels: 0, maskShare: 0, rmse: Number.NaN });
    b.opacity.fill(1);
    a.opacity.fill(0, 0, 121 * 60);
    expect(consistencyError(a, b).pixels).toBe(121 * 7);
  });

  test('over a path squared errors are pooled, at both ranges', async () => {
    // Grey levels 0, .1, .2 ...: any pair (t, t + g) differs by .1 g everywhere.
    const frames = Array.from({ length: 9 }, (_, t) => renderBalls(from(0), [], () => [0.1 * t, 0.1 * t, 0.1 * t]));
    const short = await consistencyOverPath(frames, 1);
    const long = await consistencyOverPath(frames, 7);
    expect(short).toMatchObject({ gap: 1, pairs: 8, maskShare: 1 });
    expect(long).toMatchObject({ gap: 7, pairs: 2, maskShare: 1 });
    expect([short.rmse, long.rmse]).toBeAllclose([0.1, 0.7], { relative: 1e-5 });
    expect((await consistencyOverPath(frames.slice(0, 3), 7)).rmse).toBeNaN();
    expect(long.each.map((pair) => pair.frames)).toEqual([
      [0, 7],
      [1, 8],
    ]);
    for (const pair of long.each) expect(pair.rmse).toBeCloseTo(0.7, 5);
  });

  test('each pair can be seen, and measured otherwise over its mask', async () => {
    const frames = [0, 1, 2].map((t) => renderBalls(from(0.15 * t), [{ x: 0, r: 0.8 }], smooth));
    const seen: PathPair[] = [];
    const distance: MaskedDistance = async (a, b, width, height, mask) => {
      expect([a.length, b.length]).toEqual([3 * width * height, 3 * width * height]);
      return mask.reduce((sum, v) => sum + v, 0);
    };
    const path = await consistencyOverPath(frames, 1, { distance, onPair: (pair) => void seen.push(pair) });
    expect(seen.map((pair) => pair.frames)).toEqual([
      [0, 1],
      [1, 2],
    ]);
    expect(path.distance).toBe((seen[0].pixels + seen[1].pixels) / 2);
    const [{ rgb, seen: warped, mask }] = seen;
    // Outside the mask the warped picture is the frame itself: nothing there may count.
    expect(mask.every((on, i) => on === 1 || [0, 1, 2].every((c) => warped[3 * i + c] === rgb[3 * i + c]))).toBe(true);
    expect(warped).not.toEqual(rgb);
    expect(path.each.map(({ distance }) => distance)).toEqual(seen.map((pair) => pair.pixels));
    expect((await consistencyOverPath(frames, 1)).distance).toBeNaN();
  });

  test('a heat map is black for none, white for much, grey where nothing is compared', () => {
    const a = new Float32Array(9).fill(0.2);
    const b = Float32Array.from([0.2, 0.2, 0.2, 0.3, 0.3, 0.3, 0.9, 0.9, 0.9]);
    expect([...heatMap(a, b, 3, 1).data]).toEqual([0, 0, 0, 255, 255, 0, 0, 255, 255, 255, 255, 255]);
    expect([...heatMap(a, b, 3, 1, Float32Array.of(1, 1, 0)).data.slice(8)]).toEqual([...NOT_COMPARED, 255]);
    expect([0, WHITE_ERROR / 2, WHITE_ERROR, 1].map(heatColour)).toEqual([
      [0, 0, 0],
      [255, 127.5, 0],
      [255, 255, 255],
      [255, 255, 255],
    ]);
  });

  test('sizes are checked', () => {
    const frame = renderBalls(from(0), [], smooth);
    expect(() => consistencyError({ ...frame, depth: frame.depth.subarray(1) }, frame)).toThrow(
      'frame a: expected 121x67 pixels, got rgb 8107, depth 8106',
    );
  });
});

describe('a curve that settles', () => {
  // Falls from 1 to .2 over ten points, then stays; four are averaged.
  const curve = Array.from({ length: 20 }, (_, i): CurvePoint => {
    return { step: 4 * (i + 1), seconds: 2 * (i + 1), style: Math.max(0.2, 1 - 0.08 * (i + 1)) };
  });

  test('has nearly arrived where the mean has come 90 % of the way', () => {
    // .28 is 90 % of the way; the mean of four is .32 at the tenth, .26 at the eleventh.
    expect(settled(curve, 1)).toMatchObject({ step: 44, seconds: 22 });
    expect(settled(curve, 1)!.style).toBeCloseTo((0.36 + 0.28 + 0.2 + 0.2) / 4, 9);
    // Half of it: .64 at the sixth, .56 at the seventh.
    expect(settled(curve, 1, 0.5)!.step).toBe(28);
  });

  test('never does where it does not fall', () => {
    expect(settled(curve, 0.2)).toBeNull();
    expect(settled([], 1)).toBeNull();
  });
});
