// Which pixels of a photograph are not to be learned from: people who walk through, the turntable, the tripod. Masks lie
// beside photographs in one of the ways below; what they ignore gives no loss, no colour statistics, no figure.
//
// In pictures a masked pixel is one code, transparent of a colour that nobody paints: so it needs no room of its own, and
// whoever weighs colours by alpha leaves it out.

import type { Frame } from './dataset.ts';
import { endingOf, type FileFinder, fileNameOf, folderOf, plainPath } from './paths.ts';
import type { Picture } from './types.ts';

/** RGBA8, little-endian: alpha 0. The same number stands in training_rays.wgsl. */
export const MASKED_PIXEL = 0x0053_414d;

export interface MaskFile {
  path: string;
  /** What of it is ignored: black as COLMAP and nerfstudio have it, what is not black as instant-ngp. */
  ignored: 'black' | 'bright';
}

/**
 * The mask of a frame's picture, where there is one: nerfstudio's `mask_path`, instant-ngp's dynamic_mask_NAME.png and
 * mask_NAME.png, COLMAP's masks/NAME.png or masks/NAME.jpg.png (or NAME_mask.png) beside or in place of its folder.
 * @param picture path of the photograph in the file source
 */
export function findMask(frame: Frame, picture: string, root: string, finder: FileFinder): MaskFile | null {
  if (frame.mask) {
    const path = finder.find(root, frame.mask);
    if (path && path !== picture) return { path, ignored: 'black' };
  }
  const folder = folderOf(picture);
  const name = fileNameOf(picture);
  const stem = name.slice(0, name.length - endingOf(name).length);
  for (const each of [`dynamic_mask_${stem}`, `mask_${stem}`]) {
    const path = finder.findInside('', `${folder}${each}.png`);
    if (path) return { path, ignored: 'bright' };
  }
  // images/cam0/1.jpg has its mask in masks/cam0/, images/masks/cam0/ or, flattened, in masks/.
  const inside = folder.startsWith(root) ? folder.slice(root.length) : folder;
  const below = inside.split('/').slice(1).join('/');
  const folders = [
    `${root}masks/${below}`,
    `${root}masks/${inside}`,
    `${root}mask/${below}`,
    `${root}masks/`,
    `${folder}masks/`,
  ];
  for (const place of new Set(folders.map(plainPath))) {
    for (const each of [name, stem, `${stem}_mask`]) {
      const path = finder.findInside('', `${place}/${each}.png`) ?? finder.findInside('', `${place}/${each}`);
      if (path && path !== picture) return { path, ignored: 'black' };
    }
  }
  return null;
}

/** Reduced masks have greys where their edges were: the half of white for black ones, any light for bright ones. */
const HALF = 128;
const ANY = 8;

/**
 * Marks what the mask ignores.
 * @param mask of the picture's size
 * @returns share of the pixels that were marked
 */
export function applyMask(picture: Picture, mask: Picture, ignored: MaskFile['ignored']): number {
  const pixels = new Uint32Array(picture.data.buffer, picture.data.byteOffset, picture.width * picture.height);
  let count = 0;
  for (let i = 0; i < pixels.length; i++) {
    const [r, g, b, a] = [0, 1, 2, 3].map((c) => mask.data[4 * i + c]);
    const light = (Math.max(r, g, b) * a) / 255;
    if (ignored === 'black' ? light >= HALF : light < ANY) continue;
    pixels[i] = MASKED_PIXEL;
    count++;
  }
  return count / pixels.length;
}

/** Pixels that count, for each 1, else 0; null where all do. [H, W] */
export function keptPixels({ data, width, height }: Picture): Uint8Array | null {
  const pixels = new Uint32Array(data.buffer, data.byteOffset, width * height);
  if (!pixels.includes(MASKED_PIXEL)) return null;
  return Uint8Array.from(pixels, (pixel) => (pixel === MASKED_PIXEL ? 0 : 1));
}
