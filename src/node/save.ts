// Pictures and videos of a field onto the disk: each file appears whole or not at all.

import { extname } from 'node:path';
import { inputError } from '../errors.ts';
import { writeFileAtomic } from '../export/atomic-file.ts';
import { encodePng } from '../export/png.ts';
import { type RenderVideoOptions, renderVideo, type ViewSource } from '../export/render-path.ts';
import { registerNodeWebCodecs } from '../export/video-node.ts';
import type { Camera, Picture } from '../scene/types.ts';

/** A .png. @throws InputError for another ending */
export async function savePicture(path: string, picture: Picture): Promise<void> {
  if (extname(path).toLowerCase() !== '.png') throw inputError('picture', path, 'a name that ends in .png', 'another');
  await writeFileAtomic(path, encodePng(picture));
}

/** An .mp4 (H.264) or .webm (VP9) of the views at these cameras, which have the video's size. */
export async function saveVideo(
  path: string,
  source: ViewSource,
  cameras: readonly Camera[],
  { fps = 30, ...options }: RenderVideoOptions & { fps?: number } = {},
): Promise<void> {
  const container = ({ '.mp4': 'mp4', '.webm': 'webm' } as Record<string, 'mp4' | 'webm' | undefined>)[
    extname(path).toLowerCase()
  ];
  if (!container) throw inputError('video', path, 'a name that ends in .mp4 or .webm', 'another');
  if (cameras.length === 0) throw inputError('video', path, 'at least one camera', 'none');
  await registerNodeWebCodecs();
  const { width, height } = cameras[0];
  await writeFileAtomic(path, await renderVideo(source, cameras, { width, height, fps, container }, options));
}
