// A scene made of nothing, for timing: a checkered ball on white seen from all round. Its pictures do not matter,
// only that training empties the space around the ball, as it does around any subject.

import { turntable } from '../export/camera-path.ts';
import type { Scene, View } from '../scene/types.ts';

const SIDE = 128;
const VIEWS = 12;
const RADIUS = 0.6;

export function benchScene(): Scene {
  const cameras = turntable({
    centre: [0, 0, 0],
    radius: 2.4,
    elevationRad: 0.4,
    frames: VIEWS,
    width: SIDE,
    height: SIDE,
    fovRad: 0.7,
  });
  const train = cameras.map((camera, i): View => {
    const data = new Uint8ClampedArray(SIDE * SIDE * 4).fill(255);
    const m = camera.cameraToWorld;
    for (let y = 0, o = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++, o += 4) {
        const ray = [(x + 0.5 - camera.cx) / camera.fx, (camera.cy - y - 0.5) / camera.fy, -1];
        const d = [0, 4, 8].map((row) => m[row] * ray[0] + m[row + 1] * ray[1] + m[row + 2] * ray[2]);
        const o3 = [m[3], m[7], m[11]];
        const [a, b] = [dot(d, d), dot(o3, d)];
        const root = b * b - a * (dot(o3, o3) - RADIUS ** 2);
        if (root < 0) continue;
        const t = (-b - Math.sqrt(root)) / a;
        const dark = d.reduce((n, di, axis) => n + Math.floor((o3[axis] + t * di) * 6), 0) & 1;
        data.set(dark ? [40, 70, 120] : [230, 170, 60], o);
      }
    }
    return { name: `view ${i}`, camera, picture: { width: SIDE, height: SIDE, data } };
  });
  const identity = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
  return {
    name: 'bench',
    source: 'made up',
    train,
    test: [],
    hasAlpha: false,
    unbounded: false,
    sceneFromWorld: identity,
    worldFromScene: identity,
    downscale: 1,
    notes: [],
  };
}

const dot = (a: number[], b: number[]) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
