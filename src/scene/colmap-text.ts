// COLMAP's cameras.txt and images.txt, and what other programs write under these names: decimal commas of a country's
// Windows, NaN in MSVC's spelling, lines of features left out. Linear in the length of the file, line by line.

import { inputError } from '../errors.ts';
import type { ColmapImage } from './colmap.ts';
import { COLMAP_MODELS, type ColmapCamera, MAX_IMAGES } from './colmap-lens.ts';
import { decodeText } from './text.ts';

const linesOf = (bytes: Uint8Array): string[] =>
  decodeText(bytes)
    .split(/\r\n|\n|\r/)
    .filter((line) => !line.startsWith('#'));

/** Alone, and not with a trim in the same expression, which would be quadratic in a run of them. */
const BLANKS = /[ \t\u00a0]+/;
const fieldsOf = (line: string): string[] => line.split(BLANKS).filter((field) => field !== '');

/** '1,5' is one and a half to half of the world; '-nan(ind)' is NaN. */
const numberOf = (field: string): number => Number(/^[^,]*,[^,.]*$/.test(field) ? field.replace(',', '.') : field);

export function textCameras(bytes: Uint8Array, where: string): ColmapCamera[] {
  const cameras: ColmapCamera[] = [];
  for (const line of linesOf(bytes)) {
    const [id, name, width, height, ...params] = fieldsOf(line);
    if (id === undefined) continue;
    const model = COLMAP_MODELS.find((m) => m[0] === name);
    const place = `camera ${id} of ${where}`;
    if (!model) throw inputError('camera model', place, 'one of COLMAP', name ?? 'none');
    if (params.length < model.length - 1) {
      throw inputError('camera parameters', place, `${model.length - 1} numbers`, `${params.length}`);
    }
    cameras.push({ id: Number(id), model, width: Number(width), height: Number(height), params: params.map(numberOf) });
  }
  return cameras;
}

/** An image's own line: number, quaternion, position, camera, name (which may have blanks). Null for any other. */
function imageOf(line: string): ColmapImage | null {
  const fields = line.trimStart().split(BLANKS, 64); // enough to tell; lines of features have thousands
  if (fields.length < 10 || !/^\d+$/.test(fields[0]) || !/^\d+$/.test(fields[8])) return null;
  // Nothing but numbers is a line of features, which come in threes; a name is a text.
  const isFeatures = fields.length % 3 === 0 || fields.length === 64;
  if (isFeatures && fields.every((field) => !Number.isNaN(Number(field)))) return null;
  const numbers = fields.slice(1, 8).map(numberOf);
  return {
    quaternion: numbers.slice(0, 4),
    translation: numbers.slice(4),
    camera: Number(fields[8]),
    name: nameIn(line),
  };
}

/** What follows the ninth field, blanks inside kept, those around it not. */
function nameIn(line: string): string {
  let at = 0;
  const isBlank = (i: number) => line[i] === ' ' || line[i] === '\t' || line[i] === '\u00a0';
  for (let field = 0; field < 9; field++) {
    while (isBlank(at)) at++;
    while (at < line.length && !isBlank(at)) at++;
  }
  return line.slice(at).trim();
}

/**
 * Two lines an image, the second its features, which may be empty. Scripts leave it out: what follows an image is
 * passed over only where it is no image itself.
 */
export function textImages(bytes: Uint8Array, where: string): ColmapImage[] {
  const all = linesOf(bytes);
  const images: ColmapImage[] = [];
  for (let i = 0; i < all.length; i++) {
    if (all[i].trim() === '') continue;
    const image = imageOf(all[i]);
    if (!image) throw inputError('image', where, 'number, quaternion, position, camera, name', all[i].slice(0, 60));
    images.push(image);
    if (images.length > MAX_IMAGES) throw inputError('images', where, `at most ${MAX_IMAGES}`, 'more');
    if (i + 1 < all.length && !imageOf(all[i + 1])) i++;
  }
  return images;
}
