// How near the field begins for a scene's cameras: matter just before a lens explains one picture and fogs all others.

import type { FieldConfig } from '../nerf/config.ts';
import type { Scene } from '../scene/types.ts';

/** The preset's field, with the ray range that this scene's cameras allow. */
export function fieldConfigFor(config: FieldConfig, scene: Scene): FieldConfig {
  const distances = [...scene.train, ...scene.test].map(({ camera }) => {
    const outside = [3, 7, 11].map((i) => Math.max(0, Math.abs(camera.cameraToWorld[i]) - 1));
    return Math.hypot(...outside);
  });
  // Half of the way from the nearest camera to the unit box; cameras inside the box see from the preset's near on.
  const near = Math.max(config.near, 0.5 * Math.min(...distances));
  return { ...config, near };
}
