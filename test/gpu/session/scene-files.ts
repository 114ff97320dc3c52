// Made-up scenes as the files of a folder, so that a session loads them by the road that a person's own take.

import sharp from 'sharp';
import { benchScene } from '../../../src/bench/scene.ts';
import { encodePng } from '../../../src/export/png.ts';
import type { FileSource, Scene } from '../../../src/scene/types.ts';
import { encoded, memorySource } from '../../scene-fixtures.ts';

/** The first four pictures of the bench's scene. */
export function benchFiles(): FileSource {
  const files: Record<string, Uint8Array<ArrayBuffer> | object> = {};
  const frames = benchScene()
    .train.slice(0, 4)
    .map(({ camera: { cameraToWorld: m }, picture }, i) => {
      files[`${i}.png`] = encodePng(picture, { level: 1 });
      return { file_path: `${i}.png`, transform_matrix: [0, 4, 8, 12].map((row) => m.slice(row, row + 4)) };
    });
  files['transforms.json'] = { camera_angle_x: 0.7, frames };
  return memorySource(files);
}

/** All that a ball's views hold. */
export async function ballFiles({ train }: Scene): Promise<FileSource> {
  const frames = train.map(({ name, camera }) => ({
    file_path: name,
    // The loader turns +Z up into +Y up.
    transform_matrix: [0, 2, 1, 3].map((row) =>
      [0, 1, 2, 3].map((column) => camera.cameraToWorld[4 * row + column] * (row === 2 ? -1 : 1)),
    ),
  }));
  const entries = await Promise.all(
    train.map(async ({ name, picture: { data, width, height } }) => {
      return [name, await encoded(sharp(data, { raw: { width, height, channels: 4 } }).png())] as const;
    }),
  );
  return memorySource({ 'transforms.json': { camera_angle_x: 0.85, frames }, ...Object.fromEntries(entries) });
}
