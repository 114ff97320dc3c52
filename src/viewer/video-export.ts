// A camera path to a video file: each frame is rendered at its own size, packed, read back and encoded. The canvas is
// never captured: it may be smaller, hidden, or not be presented at all.

import { throwIfAborted } from '../errors.ts';
import { createVideoWriter } from '../export/video.ts';
import { Recorder } from '../gpu/recorder.ts';
import type { Camera, Picture } from '../scene/types.ts';
import type { ImpastoSession, RenderChoice, ShownStyles } from '../session/types.ts';
import { PackedView, type ViewPacker } from './viewport/packed-view.ts';

export interface VideoExportOptions {
  container: 'mp4' | 'webm';
  width: number;
  height: number;
  fps: number;
  cameras: readonly Camera[];
  /** The styles that are shown in all frames. */
  of: ShownStyles;
  signal: AbortSignal;
  onProgress(fraction: number): void;
}

/** The video's bytes. What was changed about the wish (odd sizes) is in `notes`. */
export async function exportVideo(
  session: ImpastoSession,
  packer: ViewPacker,
  options: VideoExportOptions,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; notes: readonly string[] }> {
  const { width, height, cameras, of, signal, onProgress } = options;
  const writer = await createVideoWriter(options);
  const stills = new StillRenderer(session, packer, width, height);
  try {
    for (const [i, camera] of cameras.entries()) {
      throwIfAborted(signal);
      await writer.add(await stills.render(camera, { of }));
      onProgress((i + 1) / cameras.length);
    }
    throwIfAborted(signal);
    return { bytes: await writer.finish(), notes: writer.notes };
  } catch (error) {
    await writer.cancel();
    throw error;
  } finally {
    stills.destroy();
  }
}

/** Pictures of the field at a fixed size. */
export class StillRenderer {
  private readonly target;
  private readonly packed: PackedView;

  constructor(
    private readonly session: ImpastoSession,
    private readonly packer: ViewPacker,
    width: number,
    height: number,
  ) {
    this.target = session.createTarget(width, height);
    this.packed = new PackedView(packer.gpu.device, width, height);
  }

  async render(camera: Camera, options?: Pick<RenderChoice, 'original' | 'of'>): Promise<Picture> {
    await this.session.render(camera, this.target, options);
    const rec = new Recorder(this.packer.gpu, 'StillRenderer.pack');
    this.packer.encode(rec, this.target, this.packed);
    rec.submit();
    return await this.packed.read();
  }

  destroy(): void {
    this.session.destroyTarget(this.target);
    this.packed.destroy();
  }
}
