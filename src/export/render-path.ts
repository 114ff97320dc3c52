// Views of a field as pictures, one after another: each is rendered at its own size, packed on the GPU and read back in
// four bytes a pixel. Cut off by the signal between frames. One loop for the page's videos and stills, for the command
// and for a host's own; a canvas is never captured: it may be smaller, hidden, or not be presented at all.

import { throwIfAborted } from '../errors.ts';
import type { Gpu } from '../gpu/device.ts';
import { Recorder } from '../gpu/recorder.ts';
import { inBands } from '../nerf/bands.ts';
import type { RenderTarget } from '../nerf/types.ts';
import type { Camera, Picture } from '../scene/types.ts';
import { PackedView, ViewPacker } from './packed-view.ts';
import { createVideoWriter, type VideoOptions } from './video.ts';

/** What of a field is drawn; by default all that is shown. See RenderChoice of the session. */
export interface ViewChoice {
  /** Without its style. */
  original?: boolean;
  /** These styles in place of those that are shown. */
  of?: { styles: readonly { id: string; weight: number }[]; strength?: number };
}

/** What views are drawn by: a session. */
export interface ViewSource {
  readonly gpu: Gpu;
  render(camera: Camera, target: RenderTarget, options?: ViewChoice): Promise<void>;
}

/**
 * A picture of the field, as large as one likes: where the adapter cannot hold a whole view, it is
 * drawn in bands.
 * @param depth gets view-space z, [H, W] scene units
 */
export async function renderStill(
  source: ViewSource,
  camera: Camera,
  [width, height]: readonly [number, number],
  choice?: ViewChoice,
  depth?: Float32Array,
): Promise<Picture> {
  const { gpu } = source;
  const packer = await ViewPacker.of(gpu);
  const data = new Uint8ClampedArray(width * height * 4);
  await inBands(
    gpu,
    width,
    height,
    (target) => source.render(camera, target, choice),
    async (target, { first, count }) => {
      const packed = new PackedView(gpu.device, width, count);
      try {
        const rec = new Recorder(gpu, 'renderStill.pack');
        packer.encode(rec, { ...target, height: count }, packed);
        rec.submit();
        data.set((await packed.read()).data, 4 * first * width);
        depth?.set((await target.depth.read(count * width)) as Float32Array, first * width);
      } finally {
        packed.destroy();
      }
    },
  );
  return { width, height, data };
}

export interface Frame {
  picture: Picture;
  /** View-space z, [H, W], in `depthUnit`s; null where it was not asked for. */
  depth: Float32Array<ArrayBuffer> | null;
}

export interface RenderPathOptions extends ViewChoice {
  depth?: boolean;
  /** What a scene unit is called in the depths handed over; 1, the default, leaves them in scene units. */
  depthUnit?: number;
  signal?: AbortSignal;
  /** Before each frame, and once at the end. */
  onProgress?: (done: number, total: number) => void;
}

/** Renders cameras one after another with the field as it is. @throws Cancelled */
export async function renderPath(
  source: ViewSource,
  cameras: readonly Camera[],
  size: readonly [width: number, height: number],
  onFrame: (frame: Frame, index: number) => Promise<void>,
  { original, of, depth = false, depthUnit = 1, signal, onProgress }: RenderPathOptions = {},
): Promise<void> {
  for (const [i, camera] of cameras.entries()) {
    throwIfAborted(signal);
    onProgress?.(i, cameras.length);
    const z = depth ? new Float32Array(size[0] * size[1]) : null;
    const picture = await renderStill(source, camera, size, { original, of }, z ?? undefined);
    await onFrame({ picture, depth: z?.map((value) => value * depthUnit) ?? null }, i);
  }
  throwIfAborted(signal);
  onProgress?.(cameras.length, cameras.length);
}

export interface RenderVideoOptions extends Omit<RenderPathOptions, 'depth' | 'depthUnit'> {
  /** Told before the first frame: what is changed about the wish (odd sizes), in words. */
  onNote?: (note: string) => void;
}

/** A camera path as a whole video file, which exists nowhere before. Needs WebCodecs: browsers have it, ./node brings it. */
export async function renderVideo(
  source: ViewSource,
  cameras: readonly Camera[],
  video: VideoOptions,
  { onNote, ...options }: RenderVideoOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const writer = await createVideoWriter(video);
  try {
    for (const note of writer.notes) onNote?.(note);
    await renderPath(source, cameras, [video.width, video.height], ({ picture }) => writer.add(picture), options);
    return await writer.finish();
  } catch (error) {
    await writer.cancel();
    throw error;
  }
}
