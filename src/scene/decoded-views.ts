// Pictures of a scene, decoded a few at a time straight to the size they are trained at, each with its camera at that
// size. The first good picture sets the reduction for all.

import { InputError, inputError, throwIfAborted } from '../errors.ts';
import { coveringSubset } from './coverage.ts';
import type { Frame, RawIntrinsics } from './dataset.ts';
import { applyMask, type MaskFile } from './masks.ts';
import { isOnItsSide, storedPicture, turnOf } from './orientation.ts';
import { readPictureHeader } from './picture-header.ts';
import { resizedCamera } from './rays.ts';
import type { Camera, FileSource, LoadSceneOptions, Picture, PictureDecoder } from './types.ts';

/** Bytes that all pictures of a scene may have once decoded: as many again lie on the GPU. */
export const PICTURE_BYTES = 2 * 2 ** 30;

/** Pictures in the making at a time: enough to keep decoders busy, few enough to hold little memory. */
const CONCURRENCY = 4;

export interface Usable extends Frame {
  /** Of the picture, in the file source. */
  path: string;
  maskFile: MaskFile | null;
}

/** A view whose camera is not placed in the scene yet: its pose is the frame's. */
export interface DecodedView {
  camera: Camera;
  picture: Picture;
}

/** The factor all pictures are reduced by, set by the first one where the options leave it open; counts oddities. */
export class Reduction {
  #factor: number | null;
  rescaled = 0;
  /** Turned back from how EXIF shows them: their named size betrays it ... */
  turned = 0;
  /** ... or nothing does, and stored is what pose estimators see. */
  asStored = 0;
  mismatches = 0;
  masked = 0;
  /** Sum over the masked views of the share that is ignored. */
  maskedShare = 0;
  /** First sentence of masks that could not be used. */
  maskFault: string | null = null;

  constructor(readonly options: LoadSceneOptions) {
    this.#factor = options.downscale ?? (options.maxSide ? null : 1);
  }

  get factor(): number {
    return this.#factor ?? 1;
  }

  target(full: { width: number; height: number }): { width: number; height: number } {
    this.#factor ??= Math.max(1, Math.ceil(Math.max(full.width, full.height) / this.options.maxSide!));
    const reduced = (side: number) => Math.max(1, Math.round(side / this.#factor!));
    return { width: reduced(full.width), height: reduced(full.height) };
  }

  notes(): string[] {
    const notes: string[] = [];
    if (this.mismatches > 0)
      notes.push(`intrinsics stretched to the shape of their pictures, which is another: ${this.mismatches} views`);
    if (this.rescaled > 0) notes.push(`intrinsics scaled to the pictures' true size: ${this.rescaled} views`);
    if (this.turned > 0) notes.push(`pictures turned back to how they are stored, as their poses are: ${this.turned}`);
    if (this.asStored > 0)
      notes.push(
        `pictures taken as they are stored, not as their EXIF turns them, as pose estimators do: ${this.asStored}`,
      );
    if (this.masked > 0) {
      const share = Math.round((100 * this.maskedShare) / this.masked);
      notes.push(`${this.masked} pictures have masks, which leave out ${share} % of them`);
    }
    if (this.maskFault !== null) notes.push(`masks that cannot be used were left out: ${this.maskFault}`);
    if (this.factor > 1) notes.push(`pictures were reduced to 1/${this.factor}`);
    return notes;
  }
}

export interface Decoded {
  views: Map<Usable, DecodedView>;
  failures: InputError[];
  /** What was left out for want of room, in words. */
  notes: string[];
}

export async function decodeAll(
  files: FileSource,
  frames: Usable[],
  reduction: Reduction,
  options: LoadSceneOptions,
): Promise<Decoded> {
  const views = new Map<Usable, DecodedView>();
  const failures: InputError[] = [];
  const notes: string[] = [];
  const most = options.pictureBytes ?? PICTURE_BYTES;
  let [done, bytes, crowded] = [0, 0, 0];
  let wanted = frames;
  const load = async (frame: Usable): Promise<void> => {
    throwIfAborted(options.signal);
    // Pictures larger than the first, by which they were counted.
    if (bytes > most) crowded++;
    else {
      try {
        const view = await loadView(files, frame, reduction, options);
        views.set(frame, view);
        bytes += view.picture.data.length;
      } catch (error) {
        throwIfAborted(options.signal); // a read that the signal cut off is no fault
        if (!(error instanceof InputError)) throw error;
        failures.push(error);
      }
    }
    throwIfAborted(options.signal);
    options.onProgress?.(++done, wanted.length, frame.name);
  };
  // The first good picture sets the reduction, before others are under way: the result is the same in any timing.
  let next = 0;
  while (next < frames.length && views.size === 0) await load(frames[next++]);
  wanted = [...frames.slice(0, next), ...fitting(frames.slice(next), bytes, most - bytes, notes)];
  const lane = async () => {
    while (next < wanted.length) await load(wanted[next++]);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));
  if (crowded > 0) notes.push(`${crowded} pictures were left out: those before them take ${megabytes(bytes)} already`);
  return { views, failures, notes };
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;

/** As many frames as there is room for, training and held-out views by the same share, each from all sides. */
function fitting(frames: Usable[], bytesEach: number, room: number, notes: string[]): Usable[] {
  const count = Math.max(1, Math.floor(room / Math.max(1, bytesEach)));
  if (frames.length <= count) return frames;
  const share = count / frames.length;
  const kept = (['train', 'test'] as const).flatMap((part) => {
    const all = frames.filter(({ split }) => split === part);
    return coveringSubset(all, Math.floor(share * all.length));
  });
  const all = megabytes(bytesEach * (frames.length + 1));
  notes.push(`${kept.length + 1} of ${frames.length + 1} pictures are used, from all sides: all would take ${all}`);
  return kept;
}

async function loadView(
  files: FileSource,
  frame: Usable,
  reduction: Reduction,
  { decoder }: LoadSceneOptions,
): Promise<DecodedView> {
  const bytes = await files.read(frame.path);
  const where = `${frame.path} of ${files.name}`;
  const shown = await decoder.size(bytes, where);
  const { width, height } = frame.intrinsics;
  const orientation = (await decoder.orientation?.(bytes)) ?? readPictureHeader(bytes)?.orientation ?? 1;
  const turn = turnOf(frame.intrinsics, shown, orientation);
  const full = turn !== 'shown' && orientation >= 5 ? { width: shown.height, height: shown.width } : shown;
  if (width && height && isOnItsSide(frame.intrinsics, full)) {
    const found = `${full.width}x${full.height}, lying on its side with nothing to say which way it was turned`;
    throw inputError('picture', where, `about ${width}x${height}, as its camera has it`, found);
  }
  let picture = await decoder.decode(bytes, where, reduction.target(shown));
  if (turn !== 'shown') {
    picture = storedPicture(picture, orientation);
    if (turn === 'stored') reduction.turned++;
    else reduction.asStored++;
  }
  if (frame.maskFile) await mask(files, picture, frame.maskFile, reduction, decoder);
  const camera = cameraOf(frame.intrinsics, full, frame.cameraToWorld);
  if (width && height && (width !== full.width || height !== full.height)) {
    // Half a pixel of rounding in a reduced copy is no other shape.
    const stretched = Math.abs(full.width / width - full.height / height) * Math.max(width, height) > 1.5;
    if (stretched) reduction.mismatches++;
    else reduction.rescaled++;
  }
  return { camera: resizedCamera(camera, picture.width, picture.height), picture };
}

/** Marks in the picture what its mask ignores. A mask that cannot be read is done without; one that leaves nothing is not. */
async function mask(
  files: FileSource,
  picture: Picture,
  { path, ignored }: MaskFile,
  reduction: Reduction,
  decoder: PictureDecoder,
): Promise<void> {
  const where = `mask ${path} of ${files.name}`;
  const { width, height } = picture;
  let share: number;
  try {
    const bytes = await files.read(path);
    const full = await decoder.size(bytes, where);
    const isOfShape = Math.abs(full.width * height - full.height * width) <= 2 * Math.max(full.width, full.height);
    if (!isOfShape || full.width < width) {
      throw inputError('size', where, `the shape of its picture, ${width}x${height}`, `${full.width}x${full.height}`);
    }
    share = applyMask(picture, await decoder.decode(bytes, where, { width, height }), ignored);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    reduction.maskFault ??= error.message;
    return;
  }
  if (share === 1) throw inputError('picture', where, 'some pixels to be left', 'a mask of all of them');
  reduction.masked++;
  reduction.maskedShare += share;
}

/** Intrinsics at the picture's true size, from whatever the dataset says of them. */
export function cameraOf(raw: RawIntrinsics, full: { width: number; height: number }, cameraToWorld: number[]): Camera {
  // Pixels are of the size the dataset names; without one, of the picture.
  const width = raw.width ?? full.width;
  const height = raw.height ?? full.height;
  const fromAngle = (side: number, angle?: number) => (angle ? (0.5 * side) / Math.tan(0.5 * angle) : undefined);
  const x = raw.fx ?? fromAngle(width, raw.angleX);
  const y = raw.fy ?? (raw.fx ? undefined : fromAngle(height, raw.angleY));
  const fx = x ?? y!; // one of the two was checked to be there
  const camera: Camera = {
    width,
    height,
    fx,
    fy: y ?? fx, // square pixels
    cx: raw.cx ?? width / 2,
    cy: raw.cy ?? height / 2,
    distortion: raw.distortion,
    cameraToWorld,
  };
  return resizedCamera(camera, full.width, full.height);
}
