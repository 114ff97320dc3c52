// Reads a COLMAP reconstruction, binary or text: cameras and images of sparse/0 (or sparse, or the folder itself).
// COLMAP's poses are world-to-camera in OpenCV axes (y down, looking down +z), quaternion w x y z; ours are
// camera-to-world in OpenGL axes: inverted, then the y and z axes negated. The point cloud is not read.

import { InputError, inputError } from '../errors.ts';
import { checkedPose, type Dataset, type DatasetFiles, type Frame, positive, type RawIntrinsics } from './dataset.ts';
import { invertAffine } from './matrix.ts';
import type { Distortion } from './types.ts';

/** Folders of the reconstruction below the dataset's root. */
const FOLDERS = ['sparse/0/', 'sparse/', 'colmap/sparse/0/', ''];
export const COLMAP_MARKS = FOLDERS.flatMap((folder) => [`${folder}images.bin`, `${folder}images.txt`]);

/** COLMAP's camera models by id: name, and what each parameter is. `f` is both focal lengths. */
const MODELS: [string, ...string[]][] = [
  ['SIMPLE_PINHOLE', 'f', 'cx', 'cy'],
  ['PINHOLE', 'fx', 'fy', 'cx', 'cy'],
  ['SIMPLE_RADIAL', 'f', 'cx', 'cy', 'k1'],
  ['RADIAL', 'f', 'cx', 'cy', 'k1', 'k2'],
  ['OPENCV', 'fx', 'fy', 'cx', 'cy', 'k1', 'k2', 'p1', 'p2'],
  ['OPENCV_FISHEYE', 'fx', 'fy', 'cx', 'cy', 'k1', 'k2', 'k3', 'k4'],
  ['FULL_OPENCV', 'fx', 'fy', 'cx', 'cy', 'k1', 'k2', 'p1', 'p2', 'k3', 'k4', 'k5', 'k6'],
  ['FOV', 'fx', 'fy', 'cx', 'cy', 'omega'],
  ['SIMPLE_RADIAL_FISHEYE', 'f', 'cx', 'cy', 'k1'],
  ['RADIAL_FISHEYE', 'f', 'cx', 'cy', 'k1', 'k2'],
  ['THIN_PRISM_FISHEYE', 'fx', 'fy', 'cx', 'cy', 'k1', 'k2', 'p1', 'p2', 'k3', 'k4', 'sx1', 'sy1'],
];

interface ImageRecord {
  name: string;
  camera: number;
  quaternion: number[];
  translation: number[];
}

export async function readColmap(files: DatasetFiles): Promise<Dataset> {
  const has = (file: string) => files.paths.includes(files.root + file);
  const folder = FOLDERS.find((f) => has(`${f}images.bin`) || has(`${f}images.txt`))!;
  const ending = has(`${folder}images.bin`) ? 'bin' : 'txt';
  const open = async (file: string) => {
    const path = `${folder}${file}.${ending}`;
    return { bytes: await files.source.read(files.root + path), where: `${path} of ${files.source.name}` };
  };
  const [cameraFile, imageFile] = [await open('cameras'), await open('images')];
  const [readCameras, readImages] = ending === 'bin' ? [binaryCameras, binaryImages] : [textCameras, textImages];
  const cameras = whole(cameraFile, readCameras);
  const images = whole(imageFile, readImages);
  // Names are relative to the folder of pictures, which is not said; by custom it is images/.
  const pictures = files.paths.some((path) => path.startsWith(`${files.root}images/`)) ? 'images/' : '';
  return {
    format: 'COLMAP',
    file: `${folder}images.${ending}`,
    frames: images.map((image): Frame => {
      const where = `image ${image.name} of ${imageFile.where}`;
      const intrinsics = cameras.get(image.camera);
      if (!intrinsics) throw inputError('camera', where, 'one of cameras', `number ${image.camera}`);
      return { name: pictures + image.name, split: 'all', cameraToWorld: poseOf(image, where), intrinsics };
    }),
    placement: { kind: 'cameras' },
    notes: [],
  };
}

/** Runs a reader; bytes that end too soon become a sentence. */
function whole<T>(file: { bytes: Uint8Array; where: string }, read: (bytes: Uint8Array, where: string) => T): T {
  try {
    return read(file.bytes, file.where);
  } catch (error) {
    if (error instanceof InputError || !(error instanceof RangeError)) throw error;
    throw inputError('data', file.where, 'all that it counts', `only ${file.bytes.length} bytes`);
  }
}

function poseOf({ quaternion, translation }: ImageRecord, where: string) {
  const length = Math.hypot(...quaternion);
  const [w, x, y, z] = quaternion.map((q) => q / length);
  const [tx, ty, tz] = translation;
  const worldToCamera = [
    ...[1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y), tx],
    ...[2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x), ty],
    ...[2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y), tz],
    ...[0, 0, 0, 1],
  ];
  if (!worldToCamera.every(Number.isFinite)) checkedPose(worldToCamera, where); // says what is wrong
  const m = invertAffine(worldToCamera);
  for (const row of [0, 4, 8]) {
    m[row + 1] *= -1;
    m[row + 2] *= -1;
  }
  return checkedPose(m, where);
}

function intrinsicsOf(model: [string, ...string[]], width: number, height: number, params: number[], where: string) {
  const [name, ...names] = model;
  const value = Object.fromEntries(names.map((key, i) => [key, params[i]])) as Record<string, number | undefined>;
  const unusable = ['k5', 'k6', 'sx1', 'sy1'].some((key) => value[key]) || (name === 'FULL_OPENCV' && value.k4);
  if (unusable || name === 'FOV') {
    throw inputError('camera model', where, 'one that OPENCV or OPENCV_FISHEYE can say', name);
  }
  if (!params.every(Number.isFinite)) throw inputError('camera parameters', where, 'finite numbers', params.join(', '));
  const { k1 = 0, k2 = 0, k3 = 0, k4 = 0, p1 = 0, p2 = 0 } = value;
  const fisheye = name.includes('FISHEYE');
  if (fisheye && (p1 !== 0 || p2 !== 0)) throw inputError('camera model', where, 'a fisheye without p1 and p2', name);
  const distortion: Distortion | null =
    fisheye || [k1, k2, k3, p1, p2].some((k) => k !== 0)
      ? { model: fisheye ? 'fisheye' : 'perspective', k1, k2, k3, k4, p1, p2 }
      : null;
  return {
    width,
    height,
    fx: positive(value.fx ?? value.f, 'focal length', where),
    fy: positive(value.fy ?? value.f, 'focal length', where),
    cx: value.cx,
    cy: value.cy,
    distortion,
  } satisfies RawIntrinsics;
}

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

function binaryCameras(bytes: Uint8Array, where: string): Map<number, RawIntrinsics> {
  const cursor = new Cursor(bytes);
  const cameras = new Map<number, RawIntrinsics>();
  for (let left = cursor.u64(); left > 0; left--) {
    const [id, modelId, width, height] = [cursor.i32(), cursor.i32(), cursor.u64(), cursor.u64()];
    const model = MODELS[modelId];
    if (!model) throw inputError('camera model', where, `0 to ${MODELS.length - 1}`, `${modelId}`);
    cameras.set(id, intrinsicsOf(model, width, height, cursor.f64s(model.length - 1), `camera ${id} of ${where}`));
  }
  return cameras;
}

function binaryImages(bytes: Uint8Array): ImageRecord[] {
  const cursor = new Cursor(bytes);
  const images: ImageRecord[] = [];
  for (let left = cursor.u64(); left > 0; left--) {
    cursor.i32(); // the image's own number
    const [quaternion, translation, camera] = [cursor.f64s(4), cursor.f64s(3), cursor.i32()];
    images.push({ quaternion, translation, camera, name: cursor.text() });
    cursor.skip(cursor.u64() * 24); // x, y and the 3D point of each feature
  }
  return images;
}

const lines = (bytes: Uint8Array): string[] =>
  new TextDecoder()
    .decode(bytes)
    .split(/\r?\n/)
    .filter((line) => !line.startsWith('#'));

function textCameras(bytes: Uint8Array, where: string): Map<number, RawIntrinsics> {
  const cameras = new Map<number, RawIntrinsics>();
  for (const line of lines(bytes).filter((l) => l.trim() !== '')) {
    const [id, name, width, height, ...params] = line.trim().split(/\s+/);
    const model = MODELS.find((m) => m[0] === name);
    const place = `camera ${id} of ${where}`;
    if (!model) throw inputError('camera model', place, 'one of COLMAP', name ?? 'none');
    if (params.length < model.length - 1) {
      throw inputError('camera parameters', place, `${model.length - 1} numbers`, `${params.length}`);
    }
    cameras.set(Number(id), intrinsicsOf(model, Number(width), Number(height), params.map(Number), place));
  }
  return cameras;
}

function textImages(bytes: Uint8Array, where: string): ImageRecord[] {
  // Two lines an image; the second, its features, may be empty.
  const all = lines(bytes);
  const images: ImageRecord[] = [];
  for (let i = 0; i < all.length; i += 2) {
    if (all[i].trim() === '') continue;
    const found = /^\s*\d+((?:\s+\S+){7})\s+(\d+)\s+(.+?)\s*$/.exec(all[i]);
    if (!found) throw inputError('image', where, 'number, quaternion, position, camera, name', all[i].slice(0, 60));
    const numbers = found[1].trim().split(/\s+/).map(Number);
    images.push({
      quaternion: numbers.slice(0, 4),
      translation: numbers.slice(4),
      camera: Number(found[2]),
      name: found[3],
    });
  }
  return images;
}
