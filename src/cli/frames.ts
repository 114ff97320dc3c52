// Renders cameras one after another with the field as it is, and hands each frame over as a picture, with its
// depth where asked. Cut off by the signal between frames.

import { Cancelled } from '../errors.ts';
import type { Tensor } from '../gpu/tensor.ts';
import { inBands } from '../nerf/bands.ts';
import type { Camera, Picture } from '../scene/types.ts';
import type { Engine } from './engine.ts';
import { pictureFromRgb } from './picture.ts';

export interface Frame {
  picture: Picture;
  /** View-space z, [H, W], in `depthUnit`s. */
  depth: Float32Array | null;
}

const readF32 = async (tensor: Tensor, count: number) => (await tensor.read(count)) as Float32Array;

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
  const task = options.task ?? 'render';
  for (let i = 0; i < cameras.length; i++) {
    if (signal.aborted) throw new Cancelled();
    progress.update(task, i / cameras.length, `frame ${i + 1} of ${cameras.length}`);
    const picture: Picture = { width, height, data: new Uint8ClampedArray(width * height * 4) };
    const depth = options.depth ? new Float32Array(width * height) : null;
    await inBands(
      session.gpu,
      width,
      height,
      (target) => session.render(cameras[i], target, { original: options.original }),
      async ({ rgb, depth: z }, { first, count }) => {
        const band = pictureFromRgb(await readF32(rgb, 3 * count * width), width, count);
        picture.data.set(band.data, 4 * first * width);
        depth?.set(
          (await readF32(z, count * width)).map((value) => value * depthUnit),
          first * width,
        );
      },
    );
    await onFrame({ picture, depth }, i);
  }
  progress.update(task, 1, `${cameras.length} frames`);
}
