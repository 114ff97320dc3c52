// Whether a checkpoint and the photographs that are open belong together.

import { expect, it } from 'vitest';
import type { Scene } from '../../../src/scene/types.ts';
import { sameScene } from '../../../src/session/base-field.ts';

const IDENTITY = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

/** Two views of this width that stand at these heights. */
function scene(heights: number[], width = 8): Scene {
  const train = heights.map((y, i) => ({
    name: `train/00${i}.webp`,
    camera: {
      ...{ width, height: width, fx: width, fy: width, cx: width / 2, cy: width / 2, distortion: null },
      cameraToWorld: IDENTITY.map((value, k) => (k === 7 ? y : value)),
    },
    picture: { width: 0, height: 0, data: new Uint8ClampedArray(0) },
  }));
  const placement = { sceneFromWorld: IDENTITY, worldFromScene: IDENTITY };
  return {
    name: 's',
    source: '',
    train,
    test: [],
    hasAlpha: false,
    unbounded: true,
    downscale: 1,
    notes: [],
    ...placement,
  };
}

it('knows the views of a scene again at any size of its pictures', () => {
  expect(sameScene(scene([0, 1]), scene([0, 1], 4))).toBe(true);
});

it('tells scenes apart whose pictures have the same names', () => {
  expect(sameScene(scene([0, 1]), scene([0, 1.01]))).toBe(false);
  expect(sameScene(scene([0, 1]), scene([0, 1, 2]))).toBe(false);
  expect(sameScene(scene([0, 1, 2]), scene([0, 1]))).toBe(false);
});
