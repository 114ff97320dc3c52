// Lenses, rays and matrices: values worked out by hand, and what must hold for any input.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { directionOf, distort, undistort } from '../../../src/scene/distortion.ts';
import {
  column,
  cross,
  dot,
  invertAffine,
  isRigid,
  multiply,
  norm,
  orthonormalised,
  type Vec3,
} from '../../../src/scene/matrix.ts';
import { nearestToAxes } from '../../../src/scene/placement.ts';
import { pixelOfPoint, rayOfPixel, resizedCamera } from '../../../src/scene/rays.ts';
import type { Camera, Distortion } from '../../../src/scene/types.ts';

const lens = (values: Partial<Distortion>): Distortion => ({
  model: 'perspective',
  k1: 0,
  k2: 0,
  k3: 0,
  k4: 0,
  p1: 0,
  p2: 0,
  ...values,
});
/** The phone of a real capture. */
const PHONE = lens({ k1: 0.0578421, k2: -0.0805099, p1: -0.000980296, p2: 0.00015575 });
const real = (min: number, max: number) => fc.double({ min, max, noNaN: true });

describe('distortion', () => {
  it('follows the formula', () => {
    // r = .05, d = 1 + .1 .05 + .2 .0025 + .3 .000125 = 1.0055375
    const [x, y] = distort(lens({ k1: 0.1, k2: 0.2, k3: 0.3, p1: 0.01, p2: 0.02 }), 0.1, 0.2);
    expect(x).toBeCloseTo(0.1 * 1.0055375 + 2 * 0.01 * 0.02 + 0.02 * (0.05 + 0.02), 12);
    expect(y).toBeCloseTo(0.2 * 1.0055375 + 2 * 0.02 * 0.02 + 0.01 * (0.05 + 0.08), 12);
    const [u, v] = distort(lens({ model: 'fisheye', k1: 0.1 }), 1, 0); // 45 degrees
    const angle = Math.PI / 4;
    expect([u, v]).toBeAllclose([angle * (1 + 0.1 * angle * angle), 0]);
  });

  it('is undone for any point of a phone picture, barrel or pincushion', () => {
    const lenses = [PHONE, lens({ k1: -0.25, k2: 0.06 }), lens({ k1: 0.2, k2: 0.1, k3: 0.02, p1: 0.003, p2: -0.002 })];
    fc.assert(
      fc.property(fc.constantFrom(...lenses), real(-0.6, 0.6), real(-0.6, 0.6), (phone, x, y) => {
        expect(undistort(phone, ...distort(phone, x, y))).toBeAllclose([x, y], { absolute: 1e-9 });
      }),
    );
  });

  it('is undone for fisheye lenses, beyond 90 degrees as well', () => {
    const wide = lens({ model: 'fisheye', k1: 0.02, k2: -0.005, k3: 0.001, k4: -0.0001 });
    fc.assert(
      fc.property(real(-3, 3), real(-3, 3), (x, y) => {
        expect(undistort(wide, ...distort(wide, x, y))).toBeAllclose([x, y], { absolute: 1e-7, relative: 1e-7 });
      }),
    );
    const plain = lens({ model: 'fisheye' });
    expect(directionOf(plain, (100 * Math.PI) / 180, 0)).toBeAllclose([
      Math.sin((100 * Math.PI) / 180),
      0,
      Math.cos((100 * Math.PI) / 180),
    ]);
    expect(directionOf(plain, 0, 0)).toEqual([0, 0, 1]);
  });
});

describe('rays', () => {
  const camera: Camera = {
    width: 40,
    height: 20,
    fx: 30,
    fy: 32,
    cx: 21,
    cy: 9,
    distortion: null,
    cameraToWorld: [0, 0, 1, 2, 0, 1, 0, 3, -1, 0, 0, 4, 0, 0, 0, 1], // looks along -x, from (2, 3, 4)
  };

  it('start at the camera, look down -z, y of the image running down', () => {
    const centre = rayOfPixel(camera, 21, 9);
    expect(centre.origin).toEqual([2, 3, 4]);
    expect(centre.direction).toBeAllclose([-1, 0, 0]);
    const corner = rayOfPixel(camera, 51, 41); // one focal length right and down
    expect(corner.direction).toBeAllclose([-1, -1, -1].map((x) => x / Math.sqrt(3)));
  });

  it('meet the point whose pixel they are asked for', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(null, PHONE, lens({ model: 'fisheye', k1: 0.02 })),
        real(0, 40),
        real(0, 20),
        real(0.1, 9),
        (distortion, x, y, t) => {
          const lensed = { ...camera, distortion };
          const { origin, direction } = rayOfPixel(lensed, x, y);
          expect(norm(direction)).toBeCloseTo(1, 12);
          const pixel = pixelOfPoint(lensed, origin.map((o, i) => o + t * direction[i]) as Vec3);
          expect([pixel.x, pixel.y]).toBeAllclose([x, y], { absolute: 1e-6 });
          expect(pixel.depth).toBeGreaterThan(0);
        },
      ),
    );
    expect(pixelOfPoint(camera, [3, 3, 4])).toEqual({ x: Number.NaN, y: Number.NaN, depth: -1 });
  });

  it('are the same for a picture of another size', () => {
    const half = resizedCamera({ ...camera, distortion: PHONE }, 20, 10);
    expect(rayOfPixel(half, 5, 2).direction).toBeAllclose(
      rayOfPixel({ ...camera, distortion: PHONE }, 10, 4).direction,
    );
  });
});

describe('matrices', () => {
  const entry = real(-3, 3);
  const affine = fc.array(entry, { minLength: 12, maxLength: 12 }).map((m) => {
    for (let i = 0; i < 3; i++) m[i * 5] += 8; // diagonally heavy: invertible
    return [...m, 0, 0, 0, 1];
  });

  it('times their inverse are one', () => {
    fc.assert(
      fc.property(affine, (m) => {
        const one = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
        expect(multiply(m, invertAffine(m))).toBeAllclose(one, { absolute: 1e-9 });
        expect(multiply(invertAffine(m), m)).toBeAllclose(one, { absolute: 1e-9 });
      }),
    );
    expect(() => invertAffine([1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1])).toThrow(RangeError);
  });

  it('become rigid, keeping the viewing axis', () => {
    fc.assert(
      fc.property(affine, (m) => {
        const rigid = orthonormalised(m);
        expect(isRigid(rigid)).toBe(true);
        expect(norm(cross(column(rigid, 2), column(m, 2)))).toBeLessThan(1e-9 * norm(column(m, 2)) + 1e-9);
        expect(dot(column(rigid, 2), column(m, 2))).toBeGreaterThan(0);
      }),
    );
    expect(isRigid([2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1])).toBe(false);
    expect(isRigid([-1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1])).toBe(false);
  });
});

it('the point nearest to axes is theirs when they meet, and null when they are parallel', () => {
  const focus: Vec3 = [1, -2, 3];
  const positions: Vec3[] = [
    [5, 0, 0],
    [0, 5, 1],
    [-4, 1, 7],
    [2, 2, -6],
  ];
  const towards = positions.map((p) => {
    const d = focus.map((f, i) => f - p[i]) as Vec3;
    return d.map((x) => x / norm(d)) as Vec3;
  });
  expect(nearestToAxes(positions, towards)).toBeAllclose(focus, { absolute: 1e-9 });
  expect(
    nearestToAxes(
      positions,
      positions.map((): Vec3 => [0, 0, 1]),
    ),
  ).toBeNull();
});
