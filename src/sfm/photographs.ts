// From files to photographs: which pictures of a folder are meant, and each as luminance at the working size.

import { inputError } from '../errors.ts';
import { byName, endingOf, folderOf, isBesidePhotographs } from '../scene/paths.ts';
import type { FileSource, PictureDecoder } from '../scene/types.ts';
import { focalPixels, readExifLens } from './exif.ts';
import { luminance } from './features/sift.ts';
import type { Photograph } from './types.ts';

/** Long side that features are sought at. */
const WORKING_SIDE = 1200;
const ENDINGS = new Set(['.jpg', '.jpeg', '.png', '.webp', '.avif', '.tif', '.tiff', '.heic', '.heif']);
/** Folders that hold something beside the photographs themselves. */
const BESIDE = /^(masks?|depths?|images_\d+|thumbnails?|sparse|segmentations?)$/i;

/** Paths of the photographs, by name. @throws InputError when there are none */
export function photographsAmong(paths: readonly string[], where: string): string[] {
  const pictures = paths.filter(
    (path) =>
      ENDINGS.has(endingOf(path)) &&
      !isBesidePhotographs(path) &&
      !folderOf(path)
        .split('/')
        .some((part) => BESIDE.test(part)),
  );
  if (pictures.length > 0) return pictures.sort(byName);
  throw inputError('photographs', where, 'pictures (JPEG, PNG, WebP)', `none among ${paths.length} files`);
}

/** @throws InputError when it is no picture */
export async function readPhotograph(files: FileSource, path: string, decoder: PictureDecoder): Promise<Photograph> {
  const bytes = await files.read(path);
  const where = `${path} of ${files.name}`;
  const full = await decoder.size(bytes, where);
  const factor = Math.min(1, WORKING_SIDE / Math.max(full.width, full.height));
  const width = Math.max(1, Math.round(full.width * factor));
  const height = Math.max(1, Math.round(full.height * factor));
  const picture = await decoder.decode(bytes, where, { width, height });
  const { focal35, camera } = readExifLens(bytes);
  return {
    name: path,
    width,
    height,
    grey: luminance(picture.data),
    fullWidth: full.width,
    fullHeight: full.height,
    focalPrior: focal35 === null ? null : focalPixels(focal35, width, height),
    cameraKey: `${full.width}x${full.height} ${camera} ${focal35 ?? ''}`.trim(),
  };
}
