// A camera path rendered straight into an encoder; gives back the whole file, which exists nowhere before.

import { createNodeVideoWriter } from '../export/video-node.ts';
import type { Camera } from '../scene/types.ts';
import type { Engine } from './engine.ts';
import { renderFrames } from './frames.ts';

export interface VideoPlan {
  cameras: readonly Camera[];
  fps: number;
  size: readonly [number, number];
}

/** @param file decides the container by its ending, .webm or .mp4 */
export async function renderVideo(
  engine: Engine,
  plan: VideoPlan,
  file: string,
  options: { original?: boolean } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const [width, height] = plan.size;
  const container = file.toLowerCase().endsWith('.webm') ? 'webm' : 'mp4';
  const writer = await createNodeVideoWriter({ width, height, fps: plan.fps, container });
  try {
    for (const note of writer.notes) engine.progress.note(`impasto: ${note}`);
    await renderFrames(engine, plan.cameras, plan.size, options, ({ picture }) => writer.add(picture));
    return await writer.finish();
  } catch (error) {
    await writer.cancel();
    throw error;
  }
}
