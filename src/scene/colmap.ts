// Reads a COLMAP reconstruction, binary or text. COLMAP's poses are world-to-camera in OpenCV axes (y down, looking
// down +z), quaternion w x y z; ours are camera-to-world in OpenGL axes: inverted, then the y and z axes negated. A
// run that broke apart leaves several models, each in a world of its own: the largest is taken, and that is said.
// Rigs and frames of COLMAP 3.12 are in files beside these, which still hold each image's own pose. The point cloud
// is not read.

import { InputError, inputError } from '../errors.ts';
import { binaryCameras, binaryImages } from './colmap-binary.ts';
import { type ColmapCamera, colmapIntrinsics } from './colmap-lens.ts';
import { textCameras, textImages } from './colmap-text.ts';
import { checkedPose, type Dataset, type DatasetFiles, type Frame, type RawIntrinsics } from './dataset.ts';
import { invertAffine } from './matrix.ts';
import { byName, fileNameOf, folderOf } from './paths.ts';
import { usableOf } from './usable.ts';

export interface ColmapImage {
  name: string;
  camera: number;
  /** w x y z, not normalised. */
  quaternion: number[];
  translation: number[];
}

interface Model {
  /** '' or ending in '/', in the file source. */
  folder: string;
  ending: 'bin' | 'txt';
}

/** Files of a model. */
export const COLMAP_FILES = /^(cameras|images|points3D|frames|rigs)\.(bin|txt)$/i;

/** Folders that lie between a project and a model in it, as COLMAP and the programs round it name them. */
export const BETWEEN =
  /^(\d+|sparse\w*|models?|colmap\w*|dense|undistorted|distorted|text|txt|bin|triangulated|aligned)$/i;
const MAX_MODELS = 100;

/** All models among `paths`, by the folder that their project is in. */
export function colmapModels(paths: readonly string[]): Map<string, Model[]> {
  const present = new Set(paths);
  const models = new Map<string, Model[]>();
  for (const path of [...paths].sort(byName)) {
    const ending = { 'images.bin': 'bin', 'images.txt': 'txt' }[fileNameOf(path)] as Model['ending'] | undefined;
    const folder = folderOf(path);
    if (!ending || !present.has(`${folder}cameras.${ending}`)) continue;
    const root = projectOf(folder, present);
    const list = models.get(root) ?? [];
    if (list.some((model) => model.folder === folder)) continue; // .txt beside .bin: the same once more
    models.set(root, [...list, { folder, ending }]);
  }
  return models;
}

/** A model's project: above the folders of custom, or the folder that a model of any other name lies in. */
function projectOf(folder: string, paths: ReadonlySet<string>): string {
  const parts = folder.split('/').slice(0, -1);
  const isOfCustom = parts.length > 0 && BETWEEN.test(parts.at(-1)!);
  while (parts.length > 0 && BETWEEN.test(parts.at(-1)!)) parts.pop();
  if (!isOfCustom && parts.length > 0) {
    const own = parts.join('/');
    const hasMore = [...paths].some((path) => path.startsWith(`${own}/`) && path.slice(own.length + 1).includes('/'));
    if (!hasMore) parts.pop();
  }
  return parts.length > 0 ? `${parts.join('/')}/` : '';
}

export async function readColmap(files: DatasetFiles, models: readonly Model[]): Promise<Dataset> {
  if (models.length > MAX_MODELS) {
    throw inputError('COLMAP models', files.source.name, `at most ${MAX_MODELS}`, `${models.length}`);
  }
  const notes: string[] = [];
  const read = (await Promise.all(models.map((model) => readModel(files, model, models.length > 1 ? notes : null))))
    .filter((model) => model !== null)
    .sort((a, b) => b.frames.length - a.frames.length); // stable: the first of equals
  if (read.length === 0) {
    const [first] = notes.map((note) => note.replace(/^.*? was not used: /, ''));
    throw inputError('COLMAP models', files.source.name, 'one that can be read', first);
  }
  const [largest, ...others] = read;
  if (others.length > 0) {
    const rest = others.map(({ file, frames }) => `${file} (${frames.length})`).join(', ');
    notes.unshift(
      `of ${read.length} COLMAP models the largest was taken: ${largest.file}, ${largest.frames.length} pictures, not ${rest}`,
    );
  }
  return {
    file: largest.file,
    frames: largest.frames,
    placement: { kind: 'cameras' },
    notes: [...notes, ...largest.notes],
  };
}

/** @param faults where a model that cannot be read is told of; null where it is the only one and is refused */
async function readModel(files: DatasetFiles, { folder, ending }: Model, faults: string[] | null) {
  const open = async (file: string) => {
    const path = `${folder}${file}.${ending}`;
    const shown = path.startsWith(files.root) ? path.slice(files.root.length) : path;
    return { bytes: await files.source.read(path), where: `${shown} of ${files.source.name}`, shown };
  };
  try {
    const [cameraFile, imageFile] = [await open('cameras'), await open('images')];
    const [readCameras, readImages] = ending === 'bin' ? [binaryCameras, binaryImages] : [textCameras, textImages];
    const cameras = new Map(whole(cameraFile, readCameras).map((camera) => [camera.id, camera]));
    const images = whole(imageFile, readImages);
    const notes: string[] = [];
    return { file: imageFile.shown, frames: framesOf(files, cameras, images, cameraFile, imageFile, notes), notes };
  } catch (error) {
    if (!faults || !(error instanceof InputError)) throw error;
    faults.push(`a COLMAP model was not used: ${error.message}`);
    return null;
  }
}

function framesOf(
  files: DatasetFiles,
  cameras: ReadonlyMap<number, ColmapCamera>,
  images: readonly ColmapImage[],
  cameraFile: { where: string },
  imageFile: { where: string },
  notes: string[],
): Frame[] {
  // Names are relative to the folder of pictures, which is not said; by custom it is images/.
  const present = new Set(files.paths);
  const pictures = files.paths.some((path) => path.startsWith(`${files.root}images/`)) ? 'images/' : '';
  const lenses = new Map<number, RawIntrinsics>();
  const lensOf = (id: number, where: string): RawIntrinsics => {
    const camera = cameras.get(id);
    if (!camera) throw inputError('camera', where, 'one of cameras', `number ${id}`);
    if (!lenses.has(id)) lenses.set(id, colmapIntrinsics(camera, `camera ${id} of ${cameraFile.where}`));
    return lenses.get(id)!;
  };
  const make = (image: ColmapImage): Frame => {
    const where = `image ${image.name} of ${imageFile.where}`;
    const prefix = present.has(files.root + image.name) ? '' : pictures;
    return {
      name: prefix + image.name,
      split: 'all',
      cameraToWorld: poseOf(image, where),
      intrinsics: lensOf(image.camera, where),
    };
  };
  return usableOf(images, make, 'images', notes);
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

function poseOf({ quaternion, translation }: ColmapImage, where: string) {
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
