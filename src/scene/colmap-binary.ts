// COLMAP's cameras.bin and images.bin: little-endian records one after another. Counts are believed only as far as
// the bytes go: reading past the end throws RangeError, which the caller makes a sentence of.

import { inputError } from '../errors.ts';
import type { ColmapImage } from './colmap.ts';
import { COLMAP_MODELS, type ColmapCamera, MAX_IMAGES } from './colmap-lens.ts';

/** Little-endian values one after another. */
class Cursor {
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  i32 = (): number => this.#view.getInt32(this.#skip(4), true);
  u64 = (): number => Number(this.#view.getBigUint64(this.#skip(8), true));
  f64 = (): number => this.#view.getFloat64(this.#skip(8), true);
  f64s = (count: number): number[] => Array.from({ length: count }, this.f64);

  text(): string {
    const start = this.#at;
    while (this.#view.getUint8(this.#at) !== 0) this.#at++;
    return new TextDecoder().decode(
      new Uint8Array(this.#view.buffer, this.#view.byteOffset + start, this.#at++ - start),
    );
  }

  skip(bytes: number): void {
    if (this.#at + bytes > this.#view.byteLength) throw new RangeError('past the end');
    this.#at += bytes;
  }

  #skip(bytes: number): number {
    this.#at += bytes;
    return this.#at - bytes;
  }
}

export function binaryCameras(bytes: Uint8Array, where: string): ColmapCamera[] {
  const cursor = new Cursor(bytes);
  const cameras: ColmapCamera[] = [];
  const count = cursor.u64();
  if (count > MAX_IMAGES) throw inputError('cameras', where, `at most ${MAX_IMAGES}`, String(count));
  for (let left = count; left > 0; left--) {
    const [id, modelId, width, height] = [cursor.i32(), cursor.i32(), cursor.u64(), cursor.u64()];
    const model = COLMAP_MODELS[modelId];
    // Nobody can tell how many numbers follow: what comes after is lost, too.
    if (!model) throw inputError('camera model', where, `0 to ${COLMAP_MODELS.length - 1}`, `${modelId}`);
    cameras.push({ id, model, width, height, params: cursor.f64s(model.length - 1) });
  }
  return cameras;
}

export function binaryImages(bytes: Uint8Array, where: string): ColmapImage[] {
  const cursor = new Cursor(bytes);
  const images: ColmapImage[] = [];
  const count = cursor.u64();
  if (count > MAX_IMAGES) throw inputError('images', where, `at most ${MAX_IMAGES}`, String(count));
  for (let left = count; left > 0; left--) {
    cursor.i32(); // the image's own number
    const [quaternion, translation, camera] = [cursor.f64s(4), cursor.f64s(3), cursor.i32()];
    images.push({ quaternion, translation, camera, name: cursor.text() });
    cursor.skip(cursor.u64() * 24); // x, y and the 3D point of each feature
  }
  return images;
}
