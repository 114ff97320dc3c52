// Views of solids made by analysis: a box of two colours, a ball on a plane. Colour, depth and which solid it is, a pixel.

import { dot, type Vec3 } from '../../src/scene/matrix.ts';
import { rayOfPixel } from '../../src/scene/rays.ts';
import type { Camera } from '../../src/scene/types.ts';
import type { SurfaceView } from '../../src/session/regions/surface.ts';

export interface Solid {
  /** Smallest positive distance along the ray, or infinity. */
  hit(origin: Vec3, direction: Vec3): number;
  colour: Vec3;
}

export const box = (low: Vec3, high: Vec3, colour: Vec3): Solid => ({
  colour,
  hit(origin, direction) {
    let [near, far] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let a = 0; a < 3; a++) {
      const [t0, t1] = [(low[a] - origin[a]) / direction[a], (high[a] - origin[a]) / direction[a]];
      near = Math.max(near, Math.min(t0, t1));
      far = Math.min(far, Math.max(t0, t1));
    }
    return near > 0 && near < far ? near : Number.POSITIVE_INFINITY;
  },
});

export const ball = (centre: Vec3, radius: number, colour: Vec3): Solid => ({
  colour,
  hit(origin, direction) {
    const to: Vec3 = [origin[0] - centre[0], origin[1] - centre[1], origin[2] - centre[2]];
    const b = dot(to, direction);
    const inside = b * b - dot(to, to) + radius * radius;
    const t = -b - Math.sqrt(inside);
    return inside >= 0 && t > 0 ? t : Number.POSITIVE_INFINITY;
  },
});

/** A square pinhole camera that looks at the origin. */
export function cameraAt(eye: Vec3, side: number): Camera {
  const length = Math.hypot(...eye);
  const back: Vec3 = [eye[0] / length, eye[1] / length, eye[2] / length];
  const flat = Math.hypot(back[0], back[2]);
  const right: Vec3 = [back[2] / flat, 0, -back[0] / flat];
  const up: Vec3 = [
    back[1] * right[2] - back[2] * right[1],
    back[2] * right[0] - back[0] * right[2],
    back[0] * right[1] - back[1] * right[0],
  ];
  const rows = [0, 1, 2].flatMap((r) => [right[r], up[r], back[r], eye[r]]);
  return {
    width: side,
    height: side,
    fx: 1.4 * side,
    fy: 1.4 * side,
    cx: side / 2,
    cy: side / 2,
    distortion: null,
    cameraToWorld: [...rows, 0, 0, 0, 1],
  };
}

/** Cameras all round, at two heights. */
export const camerasRound = (count: number, side: number, far = 3): Camera[] =>
  Array.from({ length: count }, (_, i) => {
    const [angle, up] = [(2 * Math.PI * i) / count, i % 2 ? 0.25 : 0.7];
    return cameraAt(
      [far * Math.cos(up) * Math.cos(angle), far * Math.sin(up), far * Math.cos(up) * Math.sin(angle)],
      side,
    );
  });

/** What a camera sees of solids. `which`: index of the solid, -1 for none. [H, W] */
export function viewOf(camera: Camera, solids: readonly Solid[]): SurfaceView & { which: Int8Array } {
  const { width, height, cameraToWorld: m } = camera;
  const view = {
    camera,
    rgb: new Float32Array(3 * width * height).fill(1),
    depth: new Float32Array(width * height).fill(20),
    opacity: new Float32Array(width * height),
    which: new Int8Array(width * height).fill(-1),
  };
  for (let i = 0; i < width * height; i++) {
    const { origin, direction } = rayOfPixel(camera, (i % width) + 0.5, Math.floor(i / width) + 0.5);
    let nearest = Number.POSITIVE_INFINITY;
    solids.forEach((solid, s) => {
      const t = solid.hit(origin, direction);
      if (t >= nearest) return;
      nearest = t;
      view.which[i] = s;
      view.rgb.set(solid.colour, 3 * i);
      view.depth[i] = t * -dot(direction, [m[2], m[6], m[10]]);
      view.opacity[i] = 1;
    });
  }
  return view;
}
