// The scene in a field file: its cameras and where it lies, so that turntables can be made without the photographs.

import { z } from 'zod';
import { NO_PICTURE } from '../../scene/picture.ts';
import type { Scene, View } from '../../scene/types.ts';
import { numbers, type Section, whole } from './section.ts';

const cameraSchema = z.object({
  width: whole,
  height: whole,
  fx: z.number().positive(),
  fy: z.number().positive(),
  cx: z.number(),
  cy: z.number(),
  distortion: z
    .object({
      model: z.enum(['perspective', 'fisheye']),
      k1: z.number(),
      k2: z.number(),
      k3: z.number(),
      k4: z.number(),
      p1: z.number(),
      p2: z.number(),
    })
    .nullable(),
  cameraToWorld: numbers(16),
});

const viewSchema = z.object({ name: z.string(), camera: cameraSchema });

export const sceneSchema = z.object({
  unbounded: z.boolean(),
  scene: z.object({
    name: z.string(),
    source: z.string(),
    hasAlpha: z.boolean(),
    downscale: z.number().positive(),
    sceneFromWorld: numbers(16),
    worldFromScene: numbers(16),
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
