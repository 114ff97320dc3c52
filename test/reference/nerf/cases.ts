// The rays of test/fixtures/nerf/composite.json, made from the pattern as generate.py makes them, and a small field.

import type { FieldConfig } from '../../../src/nerf/config.ts';
import type { Camera } from '../../../src/scene/types.ts';
import { pattern } from '../pattern.ts';

export function rayOfCase({ count, seed, offset }: { count: number; seed: number; offset: number }) {
  const dt = pattern(count, seed).map((v) => 0.05 + 0.1 * v);
  let sum = 0.3;
  const t = dt.map((v) => {
    sum += v;
    return sum - v / 2;
  });
  return {
    t,
    dt,
    raw: pattern(count, seed + 1).map((v) => 5 * v - 1 + offset),
    rgb: pattern(3 * count, seed + 2),
    background: Array.from(pattern(3, seed + 3)),
    dPixel: Array.from(pattern(3, seed + 4), (v) => 2 * v - 1),
  };
}

/** A field small enough for plain loops: two dense levels, two hashed ones. */
export const SMALL_FIELD: FieldConfig = {
  levels: 4,
  log2TableSize: 8,
  minResolution: 4,
  maxResolution: 24,
  densityHidden: 8,
  colourHidden: 8,
  occupancyResolution: 32,
  stepMin: 0.05,
  cone: 0.02,
  near: 0.1,
  far: 8,
  samplesPerRay: 96,
};

/** A camera on a circle round the origin, a little above it, looking at it. @param angle radians */
export function cameraAround(angle: number, width: number, height: number, distance = 2.6): Camera {
  const at = [distance * Math.sin(angle) * 0.95, distance * 0.3, distance * Math.cos(angle) * 0.95];
  const size = Math.hypot(...at);
  const back = at.map((v) => v / size);
  const right = [Math.cos(angle), 0, -Math.sin(angle)];
  const up = [
    back[1] * right[2] - back[2] * right[1],
    back[2] * right[0] - back[0] * right[2],
    back[0] * right[1] - back[1] * right[0],
  ];
  const cameraToWorld = [0, 1, 2].flatMap((row) => [right[row], up[row], back[row], at[row]]);
  const focal = Math.max(width, height) * 1.1;
  return {
    width,
    height,
    fx: focal,
    fy: focal,
    cx: width / 2,
    cy: height / 2,
    distortion: null,
    cameraToWorld: [...cameraToWorld, 0, 0, 0, 1],
  };
}
