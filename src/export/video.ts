// Frames to a video file, in the page and in Node alike: WebCodecs encodes, mediabunny writes the container.
// H.264 in .mp4, VP9 in .webm. Frames go in as I420 tagged BT.709 limited (see i420.ts), at most a handful wait
// in the encoder (add() holds the caller back), and the file exists only after finish(). Leaves out sound.

import { Cancelled, inputError } from '../errors.ts';
import type { Picture } from '../scene/types.ts';
import { mendAvcRecord } from './avcc.ts';
import { evenUp, i420FromPicture } from './i420.ts';

export interface VideoOptions {
  width: number;
  height: number;
  fps: number;
  container: 'mp4' | 'webm';
  /** Bits a second. Default: 0.25 bits a pixel, 1 Mbit/s at least: brush strokes are all edges. */
  bitrate?: number;
  /** sRGB 0..255, behind transparent pixels. Default white. */
  background?: readonly [number, number, number];
}

export interface VideoWriter {
  /** True size of the video: odd sizes grow by one pixel, since 4:2:0 colour comes in pairs. */
  readonly width: number;
  readonly height: number;
  /** What was changed and why, in words, for the user; empty when all went as asked. */
  readonly notes: readonly string[];
  /** WebCodecs' codec string in use. */
  readonly codec: string;
  /** Every frame has the asked size. Resolves when the encoder can take another. */
  add(frame: Picture): Promise<void>;
  /** The whole file. @throws InputError when no frame was added */
  finish(): Promise<Uint8Array<ArrayBuffer>>;
  /** Drops everything; later add() and finish() throw Cancelled. Safe to call at any time, also twice. */
  cancel(): Promise<void>;
}

/** @throws InputError for sizes or rates that cannot be, or where nothing here encodes the codec */
export async function createVideoWriter(options: VideoOptions): Promise<VideoWriter> {
  checkOptions(options);
  const { fps, container, background } = options;
  const [width, height] = [evenUp(options.width), evenUp(options.height)];
  const notes: string[] = [];
  if (width !== options.width || height !== options.height) {
    notes.push(`${options.width}x${options.height} was made ${width}x${height}: video sizes are even`);
  }
  const bitrate = options.bitrate ?? Math.max(Math.round(0.25 * width * height * fps), 1_000_000);
  const codec = await supportedCodec(container, width, height, fps, bitrate);

  // Only now: pages and programs that write no video do not wait for it.
  const { BufferTarget, Mp4OutputFormat, Output, Quality, VideoSample, VideoSampleSource, WebMOutputFormat } =
    await import('mediabunny');
  const target = new BufferTarget();
  const format = container === 'mp4' ? new Mp4OutputFormat({ fastStart: 'in-memory' }) : new WebMOutputFormat();
  const output = new Output({ format, target });
  const source = new VideoSampleSource({
    codec: container === 'mp4' ? 'avc' : 'vp9',
    fullCodecString: codec,
    quality: new Quality({ bitrate }),
    keyFrameInterval: 1,
    // Called before the packet reaches the container, with the very record that goes into it.
    onEncodedPacket: (_packet, meta) => mendRecord(container, meta),
  });
  output.addVideoTrack(source, { frameRate: fps });
  await output.start();

  let count = 0;
  let state: 'open' | 'finished' | 'cancelled' = 'open';
  const ensureOpen = () => {
    if (state === 'cancelled') throw new Cancelled();
    if (state === 'finished') throw new Error('VideoWriter: the video is finished');
  };
  return {
    width,
    height,
    notes,
    codec,
    async add(frame) {
      ensureOpen();
      if (frame.width !== options.width || frame.height !== options.height) {
        throw new Error(
          `VideoWriter.add: expected ${options.width}x${options.height}, got ${frame.width}x${frame.height}`,
        );
      }
      const sample = new VideoSample(i420FromPicture(frame, background), {
        format: 'I420',
        codedWidth: width,
        codedHeight: height,
        timestamp: count / fps,
        duration: 1 / fps,
        colorSpace: { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', fullRange: false },
      });
      count++;
      try {
        await source.add(sample);
      } catch (error) {
        if (isCancelled()) throw new Cancelled(); // the encoder was closed under us on purpose
        throw error;
      } finally {
        sample.close();
      }
      if (isCancelled()) throw new Cancelled();
    },
    async finish() {
      ensureOpen();
      if (count === 0) throw inputError('video', null, 'at least one frame', 'none');
      state = 'finished';
      await output.finalize();
      if (isCancelled() || !target.buffer) throw new Cancelled();
      return new Uint8Array(target.buffer);
    },
    async cancel() {
      if (state === 'cancelled') return;
      state = 'cancelled';
      if (output.state !== 'finalized' && output.state !== 'canceled') await output.cancel();
    },
  };

  /** Through a function, since state changes across an await where the compiler does not look. */
  function isCancelled(): boolean {
    return state === 'cancelled';
  }
}

function mendRecord(container: 'mp4' | 'webm', meta: EncodedVideoChunkMetadata | undefined): void {
  const description = meta?.decoderConfig?.description;
  if (container !== 'mp4' || !meta?.decoderConfig || !description) return;
  const bytes = ArrayBuffer.isView(description)
    ? new Uint8Array(description.buffer, description.byteOffset, description.byteLength)
    : new Uint8Array(description);
  meta.decoderConfig = { ...meta.decoderConfig, description: Uint8Array.from(mendAvcRecord(bytes)) };
}

function checkOptions({ width, height, fps, bitrate }: VideoOptions): void {
  for (const [name, size] of [
    ['width', width],
    ['height', height],
  ] as const) {
    if (!Number.isInteger(size) || size < 2 || size > 8192) {
      throw inputError(name, 'video options', 'whole pixels from 2 to 8192', String(size));
    }
  }
  if (!(fps > 0 && fps <= 240)) throw inputError('fps', 'video options', 'more than 0 and at most 240', String(fps));
  if (bitrate !== undefined && !(bitrate >= 1000)) {
    throw inputError('bitrate', 'video options', 'at least 1000 bits a second', String(bitrate));
  }
}

/** The first codec string that an encoder here accepts: best profile first. */
async function supportedCodec(container: 'mp4' | 'webm', width: number, height: number, fps: number, bitrate: number) {
  const name = container === 'mp4' ? 'H.264' : 'VP9';
  if (typeof VideoEncoder === 'undefined') {
    throw inputError('video', null, `WebCodecs to encode ${name}`, 'none here', 'try a newer browser');
  }
  const level = container === 'mp4' ? h264Level(width, height, fps, bitrate) : vp9Level(width, height, fps);
  if (level === null) {
    throw inputError('video size', 'video options', `one that ${name} has a level for`, `${width}x${height} at ${fps}`);
  }
  const candidates =
    container === 'mp4'
      ? ['6400', '4d00', '42e0'].map((profile) => `avc1.${profile}${level.toString(16).padStart(2, '0')}`)
      : [`vp09.00.${level}.08`];
  for (const codec of candidates) {
    try {
      const answer = await VideoEncoder.isConfigSupported({ codec, width, height, bitrate, framerate: fps });
      if (answer.supported) return codec;
    } catch {
      // A string or a size that this encoder cannot even parse counts as unsupported.
    }
  }
  throw inputError('video', null, `an encoder for ${name} at ${width}x${height}, ${fps} fps`, 'none here');
}

/** ITU-T H.264 table A-1: level x 10, macroblocks a second, macroblocks a frame, kbit/s in the baseline profile. */
const H264_LEVELS = [
  [10, 1485, 99, 64],
  [11, 3000, 396, 192],
  [12, 6000, 396, 384],
  [13, 11880, 396, 768],
  [20, 11880, 396, 2000],
  [21, 19800, 792, 4000],
  [22, 20250, 1620, 4000],
  [30, 40500, 1620, 10000],
  [31, 108000, 3600, 14000],
  [32, 216000, 5120, 20000],
  [40, 245760, 8192, 20000],
  [42, 522240, 8704, 50000],
  [50, 589824, 22080, 135000],
  [51, 983040, 36864, 240000],
  [52, 2073600, 36864, 240000],
  [60, 4177920, 139264, 240000],
  [61, 8355840, 139264, 480000],
  [62, 16711680, 139264, 800000],
] as const;

/** level_idc, or null beyond the last. Also holds the rule that no side is longer than sqrt(8 x frame size). */
export function h264Level(width: number, height: number, fps: number, bitrate: number): number | null {
  const [across, down] = [Math.ceil(width / 16), Math.ceil(height / 16)];
  const fits = H264_LEVELS.find(
    ([, perSecond, perFrame, kbits]) =>
      across * down <= perFrame &&
      across * down * fps <= perSecond &&
      Math.max(across, down) ** 2 <= 8 * perFrame &&
      bitrate <= kbits * 1000,
  );
  return fits ? fits[0] : null;
}

/** VP9 levels: level x 10, luma samples a second, luma samples a frame (bitstream specification, annex A). */
const VP9_LEVELS = [
  [10, 829440, 36864],
  [11, 2764800, 73728],
  [20, 4608000, 122880],
  [21, 9216000, 245760],
  [30, 20736000, 552960],
  [31, 36864000, 983040],
  [40, 83558400, 2228224],
  [41, 160432128, 2228224],
  [50, 311951360, 8912896],
  [51, 588251136, 8912896],
  [52, 1176502272, 8912896],
  [60, 1176502272, 35651584],
  [61, 2353004544, 35651584],
  [62, 4706009088, 35651584],
] as const;

export function vp9Level(width: number, height: number, fps: number): number | null {
  const fits = VP9_LEVELS.find(([, rate, size]) => width * height <= size && width * height * fps <= rate);
  return fits ? fits[0] : null;
}
