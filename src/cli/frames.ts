// Renders cameras one after another with the field as it is, and hands each frame over as a picture, with its
// depth where asked. Cut off by the signal between frames.

import { Cancelled } from '../errors.ts';
import type { Camera, Picture } from '../scene/types.ts';
import type { Engine } from './engine.ts';
import { pictureFromRgb } from './picture.ts';

export interface Frame {
  picture: Picture;
  /** View-space z, [H, W], in `depthUnit`s. */
  depth: Float32Array | null;
}

/**
 * @param options.original shows the field without its style
 * @param options.depthUnit what a scene unit is called in the depths handed over; 1 leaves them in scene units
 */
export async function renderFrames(
  engine: Pick<Engine, 'session' | 'progress' | 'signal'>,
  cameras: readonly Camera[],
  size: readonly [number, number],
  options: { depth?: boolean; depthUnit?: number; original?: boolean; task?: string },
  onFrame: (frame: Frame, index: number) => Promise<void>,
): Promise<void> {
  const { session, progress, signal } = engine;
  const { depthUnit = 1 } = options;
  const [width, height] = size;
  const target = session.createTarget(width, height);
  const task = options.task ?? 'render';
  try {
    for (let i = 0; i < cameras.length; i++) {
      if (signal.aborted) throw new Cancelled();
      progress.update(task, i / cameras.length, `frame ${i + 1} of ${cameras.length}`);
      await session.render(cameras[i], target, { original: options.original });
      const picture = pictureFromRgb(await target.rgb.readF32(), width, height);
      const depth = options.depth ? (await target.depth.readF32()).map((z) => z * depthUnit) : null;
      await onFrame({ picture, depth }, i);
    }
    progress.update(task, 1, `${cameras.length} frames`);
  } finally {
    session.destroyTarget(target);
  }
}
