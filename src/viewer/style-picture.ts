// A style's picture: decoded once, brought to a size that styles need, with a small image for the panel.

import type { Picture, PictureDecoder } from '../scene/types.ts';

/** Strokes are matched at the view's size, so larger pictures only cost time. Long side in pixels. */
const MAX_LONG_SIDE = 1024;
const THUMBNAIL = 96;

/** @throws InputError when it is no picture */
export async function decodeStyle(
  decoder: PictureDecoder,
  bytes: Uint8Array<ArrayBuffer>,
  where: string,
): Promise<Picture> {
  const { width, height } = await decoder.size(bytes, where);
  const scale = Math.min(1, MAX_LONG_SIDE / Math.max(width, height));
  const target =
    scale < 1
      ? { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
      : undefined;
  return await decoder.decode(bytes, where, target);
}

/** A square image address, filled and cropped. */
export function thumbnailOf(picture: Picture): string {
  const whole = document.createElement('canvas');
  whole.width = picture.width;
  whole.height = picture.height;
  whole.getContext('2d')?.putImageData(new ImageData(picture.data, picture.width, picture.height), 0, 0);
  const small = document.createElement('canvas');
  small.width = small.height = THUMBNAIL;
  const scale = THUMBNAIL / Math.min(picture.width, picture.height);
  const [width, height] = [picture.width * scale, picture.height * scale];
  small.getContext('2d')?.drawImage(whole, (THUMBNAIL - width) / 2, (THUMBNAIL - height) / 2, width, height);
  return small.toDataURL('image/jpeg', 0.8);
}
