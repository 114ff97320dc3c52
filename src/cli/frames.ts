// Renders along cameras for a command: its progress on stderr, cut off by its signal; as pictures, or straight into a
// video file.

import { type Frame, type RenderPathOptions, renderPath, renderVideo } from '../export/render-path.ts';
import { registerNodeWebCodecs } from '../export/video-node.ts';
import type { Camera } from '../scene/types.ts';
import type { Engine } from './engine.ts';

export type { Frame } from '../export/render-path.ts';

/** @param options.task what the progress is called, 'render' by default */
export async function renderFrames(
  engine: Pick<Engine, 'session' | 'progress' | 'signal'>,
  cameras: readonly Camera[],
  size: readonly [number, number],
  { task = 'render', ...options }: Pick<RenderPathOptions, 'depth' | 'depthUnit' | 'original'> & { task?: string },
  onFrame: (frame: Frame, index: number) => Promise<void>,
): Promise<void> {
  await renderPath(engine.session, cameras, size, onFrame, { ...options, ...reporting(engine, task) });
}

export interface VideoPlan {
  cameras: readonly Camera[];
  fps: number;
  size: readonly [number, number];
}

/** @param file decides the container by its ending, .webm or .mp4 */
export async function renderVideoFile(
  engine: Engine,
  { cameras, fps, size: [width, height] }: VideoPlan,
  file: string,
  options: { original?: boolean } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  await registerNodeWebCodecs();
  const container = file.toLowerCase().endsWith('.webm') ? 'webm' : 'mp4';
  const video = { width, height, fps, container } as const;
  const onNote = (note: string) => engine.progress.note(`impasto: ${note}`);
  return await renderVideo(engine.session, cameras, video, { ...options, onNote, ...reporting(engine, 'render') });
}

function reporting({ progress, signal }: Pick<Engine, 'progress' | 'signal'>, task: string): RenderPathOptions {
  return {
    signal,
    onProgress: (done, total) =>
      progress.update(task, done / total, done < total ? `frame ${done + 1} of ${total}` : `${total} frames`),
  };
}
