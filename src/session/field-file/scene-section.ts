// The scene in a field file: its cameras and where it lies, so that turntables can be made without the photographs.

import { z } from 'zod';
import { NO_PICTURE } from '../../scene/picture.ts';
import type { Scene, View } from '../../scene/types.ts';
import { bounded, numbers, type Section, whole } from './section.ts';

/** Of photographs that were never reduced, pixels. */
const LARGEST_SIDE = 65_536;
/** Of cameras round the unit box, and of their lenses in pixels. */
const FARTHEST = 1e7;
/** Worlds come in all units. */
const WORLD = 1e18;

const cameraSchema = z.object({
  width: whole.positive().max(LARGEST_SIDE),
  height: whole.positive().max(LARGEST_SIDE),
  fx: z.number().positive().max(FARTHEST),
  fy: z.number().positive().max(FARTHEST),
  cx: bounded(FARTHEST),
  cy: bounded(FARTHEST),
  distortion: z
    .object({
      model: z.enum(['perspective', 'fisheye']),
      k1: bounded(FARTHEST),
      k2: bounded(FARTHEST),
      k3: bounded(FARTHEST),
      k4: bounded(FARTHEST),
      p1: bounded(FARTHEST),
      p2: bounded(FARTHEST),
    })
    .nullable(),
  cameraToWorld: numbers(16, FARTHEST),
});

const viewSchema = z.object({ name: z.string(), camera: cameraSchema });

export const sceneSchema = z.object({
  unbounded: z.boolean(),
  scene: z.object({
    name: z.string(),
    source: z.string(),
    hasAlpha: z.boolean(),
    downscale: z.number().positive(),
    sceneFromWorld: numbers(16, WORLD),
    worldFromScene: numbers(16, WORLD),
    train: z.array(viewSchema).min(1),
    test: z.array(viewSchema),
  }),
});

type Meta = z.infer<typeof sceneSchema>;

export const sceneSection: Section<Meta, Scene, Scene> = {
  async write({ name, source, hasAlpha, downscale, sceneFromWorld, worldFromScene, train, test, unbounded }) {
    const views = (list: View[]) => list.map(({ name, camera }) => ({ name, camera }));
    const placed = { name, source, hasAlpha, downscale, sceneFromWorld, worldFromScene };
    return { meta: { unbounded, scene: { ...placed, train: views(train), test: views(test) } }, tensors: [] };
  },

  read({ meta: { unbounded, scene } }) {
    const view = (of: z.infer<typeof viewSchema>): View => ({ ...of, picture: NO_PICTURE });
    return () => ({ ...scene, train: scene.train.map(view), test: scene.test.map(view), unbounded, notes: [] });
  },
};
