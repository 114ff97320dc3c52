// A style's picture from a file, for page and command alike: read at the size that styles need, and refused where
// there is nothing to learn from.

import { inputError } from '../errors.ts';
import type { Picture, PictureDecoder } from '../scene/types.ts';

/** Long side in pixels: strokes are matched at the view's size, so larger pictures only cost time. */
const MAX_LONG_SIDE = 1024;

/** @throws InputError when it is no picture, too large a one, or one of which nothing is visible */
export async function decodeStyle(
  decoder: PictureDecoder,
  bytes: Uint8Array<ArrayBuffer>,
  where: string,
): Promise<Picture> {
  const { width, height } = await decoder.size(bytes, where);
  const scale = MAX_LONG_SIDE / Math.max(width, height);
  const within = (n: number) => Math.max(1, Math.round(n * scale));
  const picture = await decoder.decode(
    bytes,
    where,
    scale < 1 ? { width: within(width), height: within(height) } : undefined,
  );
  if (!picture.data.some((value, i) => i % 4 === 3 && value > 0)) {
    throw inputError('style', where, 'something visible', 'every pixel transparent');
  }
  return picture;
}
