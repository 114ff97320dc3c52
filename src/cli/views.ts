// Cameras and sizes of a scene that commands render with.

import { inputError } from '../errors.ts';
import type { Scene } from '../scene/types.ts';
import type { ImpastoSession } from '../session/types.ts';

/** The scene of the field in hand; a checkpoint brings its cameras along, without pictures. */
export function sceneOf(session: ImpastoSession): Scene {
  const { scene } = session.state;
  if (!scene?.train.length) throw inputError('checkpoint', null, 'the cameras of its scene', 'none');
  return scene;
}

/** Even frame size like the training pictures', its long side within `longest`. */
export function frameSize(scene: Scene, longest = 1920): [number, number] {
  const { width, height } = scene.train[0].camera;
  const scale = Math.min(1, longest / Math.max(width, height));
  const even = (n: number) => Math.max(16, 2 * Math.round((n * scale) / 2));
  return [even(width), even(height)];
}
