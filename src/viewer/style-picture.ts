// A small image of a style's picture for the panel.

import type { Picture } from '../scene/types.ts';

const THUMBNAIL = 96;

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
