// From files to photographs: which pictures of a folder are meant, and each as luminance at the working size.

import { inputError } from '../errors.ts';
import { storedPicture } from '../scene/orientation.ts';
import { byName, endingOf, folderOf, isBesidePhotographs } from '../scene/paths.ts';
import { readPictureHeader } from '../scene/picture-header.ts';
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
  const orientation = (await decoder.orientation?.(bytes)) ?? readPictureHeader(bytes)?.orientation ?? 1;
  const shown = await decoder.size(bytes, where);
  const factor = Math.min(1, WORKING_SIDE / Math.max(shown.width, shown.height));
  const picture = storedPicture(
    await decoder.decode(bytes, where, {
      width: Math.max(1, Math.round(shown.width * factor)),
      height: Math.max(1, Math.round(shown.height * factor)),
    }),
    orientation,
  );
  const { width, height } = picture;
  const full = orientation >= 5 ? { width: shown.height, height: shown.width } : shown;
  const { focal35, camera } = readExifLens(bytes);
  return {
    name: path,
    width,
    height,
    grey: luminance(picture.data),
    orientation,
    fullWidth: full.width,
    fullHeight: full.height,
    focalPrior: focal35 === null ? null : focalPixels(focal35, width, height),
    cameraKey: `${full.width}x${full.height} ${camera} ${focal35 ?? ''}`.trim(),
  };
}
