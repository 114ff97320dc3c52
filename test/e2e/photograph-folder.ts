// A capture as a telephone makes it: a folder of JPEGs, 1080 x 1920, with a transforms.json. The pictures are of a
// busy texture, so that they are as large as photographs are (a third of a megabyte each); a few of them, again and again.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

export const PHOTOGRAPH = { width: 1080, height: 1920 };

const DIFFERENT = 5;

/** @returns bytes of all pictures */
export async function writePhotographs(folder: string, count: number): Promise<number> {
  const { width, height } = PHOTOGRAPH;
  mkdirSync(join(folder, 'images'), { recursive: true });
  const raw = { width, height, channels: 3 } as const;
  const grain = new Uint8Array(width * height * 3);
  for (let i = 0; i < grain.length; i++) grain[i] = 64 + ((Math.imul(i, 2654435761) >>> 20) & 127);
  const texture = await sharp(grain, { raw }).blur(0.8).raw().toBuffer();
  const pictures = await Promise.all(
    Array.from({ length: DIFFERENT }, (_, i) =>
      sharp(texture, { raw })
        .modulate({ hue: 36 * i })
        .jpeg({ quality: 85 })
        .toBuffer(),
    ),
  );
  let bytes = 0;
  const frames = [];
  for (let i = 0; i < count; i++) {
    const name = `images/${String(i).padStart(3, '0')}.jpg`;
    const picture = pictures[i % DIFFERENT];
    writeFileSync(join(folder, name), picture);
    bytes += picture.length;
    frames.push({ file_path: name, transform_matrix: onCircle((2 * Math.PI * i) / count) });
  }
  const transforms = { w: width, h: height, fl_x: 1500, fl_y: 1500, cx: width / 2, cy: height / 2, frames };
  writeFileSync(join(folder, 'transforms.json'), JSON.stringify(transforms));
  return bytes;
}

/** Camera-to-world rows: 3 units from the centre, level, looking at it; +Z up. */
function onCircle(angle: number): number[][] {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return [
    [-s, 0, c, 3 * c],
    [c, 0, s, 3 * s],
    [0, 1, 0, 0],
    [0, 0, 0, 1],
  ];
}
