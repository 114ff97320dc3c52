// How near the field begins for a scene's cameras: matter just before a lens explains one picture and fogs all others.

import { sharedCentre } from '../export/camera-path.ts';
import type { FieldConfig } from '../nerf/config.ts';
import type { Scene } from '../scene/types.ts';

/** Share of the way from a camera to what all look at that is taken to be empty. */
const EMPTY_SHARE = 0.4;
/** Cameras that look within this angle of the centre (cosine) look at it. */
const LOOKS_AT = 0.8;

/** The preset's field, with the ray range that this scene's cameras allow. */
export function fieldConfigFor(config: FieldConfig, scene: Scene): FieldConfig {
  const cameras = [...scene.train, ...scene.test].map(({ camera }) => camera);
  const centre = sharedCentre(cameras);
  let looking = 0;
  let nearest = Number.POSITIVE_INFINITY;
  for (const { cameraToWorld: m } of cameras) {
    const to = [3, 7, 11].map((i, axis) => centre[axis] - m[i]);
    const distance = Math.hypot(...to);
    const cosine = -(m[2] * to[0] + m[6] * to[1] + m[10] * to[2]) / Math.max(distance, 1e-9);
    if (cosine > LOOKS_AT) looking++;
    nearest = Math.min(nearest, distance);
  }
  // Cameras in a room that look about see from the preset's near on.
  if (looking < 0.8 * cameras.length) return config;
  return { ...config, near: Math.max(config.near, EMPTY_SHARE * nearest) };
}
