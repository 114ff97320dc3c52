// A video as a folder of photographs: its frames as JPEG files in memory.

import { basename, extname } from 'node:path';
import { registerNodeWebCodecs } from '../export/video-node.ts';
import { optionalPackage } from '../optional-package.ts';
import type { FileSource } from '../scene/types.ts';
import { readVideo } from '../sfm/video/read.ts';
import type { Io } from './io.ts';
import { Progress } from './progress.ts';

const ENDINGS = new Set(['.mp4', '.mov', '.m4v', '.webm', '.mkv']);
/** JPEG quality: features must not be sought in blocks. */
const QUALITY = 95;

export const isVideo = (path: string): boolean => ENDINGS.has(extname(path).toLowerCase());

/** Sharp frames at even distances, turned upright. @throws InputError when nothing here decodes it */
export async function openVideo(io: Io, path: string): Promise<FileSource & { notes: string[] }> {
  await registerNodeWebCodecs();
  const { default: sharp } = await optionalPackage('sharp', () => import('sharp'));
  const { FilePathSource } = await import('mediabunny');
  const name = basename(path);
  const progress = new Progress(io);
  // The decoder's threads do not keep Node alive: without anything else to wait for it would end in the middle.
  const alive = setInterval(() => {}, 1000);
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  try {
    const onProgress = (fraction: number, text: string) => progress.update('video', fraction, text);
    const video = await readVideo(new FilePathSource(path), name, { signal: io.signal, onProgress });
    for await (const { index, picture } of video.frames) {
      const { width, height, data } = picture;
      const raw = sharp(data, { raw: { width, height, channels: 4 } });
      const jpeg = await raw
        .rotate(video.rotation)
        .removeAlpha()
        .jpeg({ quality: QUALITY, chromaSubsampling: '4:4:4' });
      files.set(`frame_${String(index).padStart(5, '0')}.jpg`, new Uint8Array(await jpeg.toBuffer()));
    }
    progress.end();
    const notes = [`${files.size} of ${video.measured} frames of the video were taken, sharp ones at even distances`];
    if (video.fault !== null) notes.push(`the video could not be decoded to its end: ${video.fault}`);
    return {
      name,
      notes,
      list: async () => [...files.keys()],
      read: async (file) => files.get(file) ?? new Uint8Array(),
    };
  } finally {
    clearInterval(alive);
    progress.end();
  }
}
