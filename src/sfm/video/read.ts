// A video's frames, by mediabunny and WebCodecs: once through all of them to measure, then those that were chosen.
// The same in the page and in Node, which hands WebCodecs in beforehand.

import type { InputVideoTrack, Source, VideoSample } from 'mediabunny';
import { inputError, throwIfAborted } from '../../errors.ts';
import type { Picture } from '../../scene/types.ts';
import { chooseFrames, type MeasuredFrame } from './choose.ts';
import { type Grey, reducedGrey } from './grey.ts';
import { motion, sharpness } from './measure.ts';

/** Long sides that sharpness and motion are measured at. */
const SHARPNESS_SIDE = 640;
const MOTION_SIDE = 160;
/** Motion, in small pixels, from which on another frame is measured against. */
const REFERENCE = 3;
/** Frames of a long video that are looked at: more would only lie closer. */
const MOST_MEASURED = 3000;
/** Of a video that shows too little to say anything. */
const LEAST_FRAMES = 3;

export interface VideoFrames {
  /** Frames looked at. */
  measured: number;
  /** Clockwise degrees that pictures must be turned by to stand upright. */
  rotation: 0 | 90 | 180 | 270;
  /** Chosen ones, with their number in the video. */
  frames: AsyncGenerator<{ index: number; picture: Picture }>;
  chosen: number;
  /** Why not all could be decoded; null where all were. */
  fault: string | null;
}

export interface VideoReading {
  signal?: AbortSignal;
  /** @param fraction of the video, 0 to 1 */
  onProgress?: (fraction: number, text: string) => void;
}

/** @throws InputError when it is no video, or one that nothing here decodes; Cancelled */
export async function readVideo(source: Source, where: string, reading: VideoReading): Promise<VideoFrames> {
  const { ALL_FORMATS, Input, VideoSampleSink } = await import('mediabunny');
  const input = new Input({ source, formats: ALL_FORMATS });
  const track = await videoTrack(input, where);
  const sink = new VideoSampleSink(track);
  const { frames, fault } = await measured(sink.samples(), track, where, reading);
  const chosen = chooseFrames(frames);
  if (chosen.length < LEAST_FRAMES) {
    throw inputError('video', where, `at least ${LEAST_FRAMES} frames that are sharp`, String(chosen.length));
  }
  async function* pictures() {
    let k = 0;
    for await (const sample of sink.samplesAtTimestamps(chosen.map((i) => frames[i].time))) {
      throwIfAborted(reading.signal);
      const index = chosen[k++];
      if (!sample) continue;
      try {
        yield { index, picture: await rgbaOf(sample) };
      } finally {
        sample.close();
      }
    }
  }
  return { measured: frames.length, rotation: track.rotation, frames: pictures(), chosen: chosen.length, fault };
}

async function videoTrack(
  input: InstanceType<typeof import('mediabunny').Input>,
  where: string,
): Promise<InputVideoTrack> {
  const track = await input.getPrimaryVideoTrack().catch((cause: Error) => {
    throw inputError('video', where, 'MP4, MOV, WebM or Matroska', cause.message.replace(/\.?\s*$/, ''));
  });
  if (!track) throw inputError('video', where, 'pictures in it', 'sound alone');
  const codec = await track.getCodec();
  if (!(await track.canDecode())) {
    throw inputError('video', where, 'a codec that can be decoded here', codec ?? 'an unknown one', 'H.264 always can');
  }
  if (await track.hasHighDynamicRange()) {
    throw inputError('video', where, 'standard dynamic range', 'HDR', 'film without HDR, or convert it');
  }
  return track;
}

/** Time, sharpness and way of the frames. */
async function measured(
  samples: AsyncGenerator<VideoSample, void, unknown>,
  track: InputVideoTrack,
  where: string,
  { signal, onProgress }: VideoReading,
): Promise<{ frames: MeasuredFrame[]; fault: string | null }> {
  const { duration, every } = await paceOf(track);
  const frames: MeasuredFrame[] = [];
  let reference: { small: Grey; way: number } | null = null;
  let index = 0;
  try {
    for await (const sample of samples) {
      try {
        throwIfAborted(signal);
        if (index++ % every !== 0) continue;
        const { small, middle } = await greysOf(sample);
        const moved: number = reference ? (motion(reference.small, small) ?? 0) : 0;
        const way: number = (reference?.way ?? 0) + moved / small.width;
        if (!reference || moved >= REFERENCE) reference = { small, way };
        // Never back: a frame may lie between the reference and one that was measured before.
        frames.push({
          time: sample.timestamp,
          sharpness: sharpness(middle),
          way: Math.max(way, frames.at(-1)?.way ?? 0),
        });
        onProgress?.(duration > 0 ? Math.min(1, sample.timestamp / duration) : 0, `${frames.length} frames`);
      } finally {
        sample.close();
      }
    }
  } catch (cause) {
    if (signal?.aborted || !(cause instanceof Error)) throw cause;
    // A film cut short still has what came before.
    if (frames.length < LEAST_FRAMES) throw inputError('video', where, 'frames that can be decoded', cause.message);
    return { frames, fault: cause.message };
  }
  return { frames, fault: null };
}

async function paceOf(track: InputVideoTrack): Promise<{ duration: number; every: number }> {
  const duration = await track.computeDuration();
  const { averagePacketRate } = await track.computePacketStats(100);
  return { duration, every: Math.max(1, Math.ceil((duration * averagePacketRate) / MOST_MEASURED)) };
}

async function greysOf(sample: VideoSample): Promise<{ small: Grey; middle: Grey }> {
  const { codedWidth: width, codedHeight: height } = sample;
  const bytes = new Uint8Array(sample.allocationSize());
  const [{ offset, stride }] = await sample.copyTo(bytes);
  // Formats of planes begin with luminance; of packed ones the second byte is green.
  const isPlanar = /^(I4|NV)/.test(sample.format ?? '') && !/P1[02]$/.test(sample.format ?? '');
  if (isPlanar) {
    const layout = { width, height, stride, offset };
    return { small: reducedGrey(bytes, layout, MOTION_SIDE), middle: reducedGrey(bytes, layout, SHARPNESS_SIDE) };
  }
  const { data } = await rgbaOf(sample);
  const green = new Uint8Array(data.buffer);
  const layout = { width, height, stride: 4 * width, offset: 1, step: 4 };
  return { small: reducedGrey(green, layout, MOTION_SIDE), middle: reducedGrey(green, layout, SHARPNESS_SIDE) };
}

/** As coded: not turned. */
async function rgbaOf(sample: VideoSample): Promise<Picture> {
  const { codedWidth: width, codedHeight: height } = sample;
  const bytes = new Uint8Array(width * height * 4);
  await sample.copyTo(bytes, { format: 'RGBA' });
  return { width, height, data: new Uint8ClampedArray(bytes.buffer) };
}
