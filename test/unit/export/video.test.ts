// Video: what ffprobe and ffmpeg, independent readers, say of our files. A missing ffprobe is a failure, since the
// set-up script installs it.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Cancelled, InputError } from '../../../src/errors.ts';
import { mendAvcRecord } from '../../../src/export/avcc.ts';
import { exactFrameRate, parseFrameRate } from '../../../src/export/frame-rate.ts';
import { i420FromPicture } from '../../../src/export/i420.ts';
import { h264Level, type VideoOptions, vp9Level } from '../../../src/export/video.ts';
import { createNodeVideoWriter } from '../../../src/export/video-node.ts';
import type { Picture } from '../../../src/scene/types.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'impasto-video-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Smooth ramps that move with f: every colour, no detail finer than what 4:2:0 keeps. */
function pattern(width: number, height: number, f = 0): Picture {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const wave = 127.5 + 127.5 * Math.sin(f / 5 + x / 12);
      data.set([(255 * x) / (width - 1), (255 * y) / (height - 1), wave, 255], 4 * (y * width + x));
    }
  }
  return { width, height, data };
}

async function encode(options: VideoOptions, frames: number) {
  const writer = await createNodeVideoWriter(options);
  for (let f = 0; f < frames; f++) await writer.add(pattern(options.width, options.height, f));
  const path = join(folder, `${options.width}x${options.height}.${options.container}`);
  writeFileSync(path, await writer.finish());
  return { path, writer };
}

function probe(path: string): Record<string, string | number> {
  const args = ['-v', 'error', '-count_frames', '-show_streams', '-show_format', '-of', 'json', path];
  return JSON.parse(execFileSync('ffprobe', args, { encoding: 'utf8' })).streams[0];
}

/** Frames as rgb24, by swscale with its accurate rounding, from the tags that the file carries. */
function decode(path: string): Uint8Array {
  const filters = 'scale=out_color_matrix=bt709:flags=accurate_rnd+full_chroma_int+bilinear,format=rgb24';
  const args = ['-v', 'error', '-i', path, '-vf', filters, '-f', 'rawvideo', '-'];
  return execFileSync('ffmpeg', args, { maxBuffer: 1 << 28 });
}

/** Mean and largest difference in levels from the pattern, over one frame. */
function difference(rgb: Uint8Array, picture: Picture, decodedWidth: number) {
  let [sum, most] = [0, 0];
  for (let y = 0; y < picture.height; y++) {
    for (let x = 0; x < picture.width; x++) {
      for (let c = 0; c < 3; c++) {
        const d = Math.abs(rgb[3 * (y * decodedWidth + x) + c] - picture.data[4 * (y * picture.width + x) + c]);
        sum += d;
        most = Math.max(most, d);
      }
    }
  }
  return { mean: sum / (picture.width * picture.height * 3), most };
}

const TAGS = { color_range: 'tv', color_space: 'bt709', color_transfer: 'bt709', color_primaries: 'bt709' };

describe('a video file', () => {
  test('mp4: H.264 with the asked size, rate, count and colours', async () => {
    const { path, writer } = await encode({ width: 96, height: 64, fps: 24, container: 'mp4' }, 30);
    expect(writer.notes).toEqual([]);
    expect(probe(path)).toMatchObject({
      codec_name: 'h264',
      width: 96,
      height: 64,
      r_frame_rate: '24/1',
      nb_read_frames: '30',
      pix_fmt: 'yuv420p',
      ...TAGS,
    });
    const rgb = decode(path);
    for (const f of [0, 11, 29]) {
      const size = 96 * 64 * 3;
      const { mean, most } = difference(rgb.subarray(f * size, (f + 1) * size), pattern(96, 64, f), 96);
      // Wrong matrix or range would put the mean beyond 5.
      expect(mean).toBeLessThan(2);
      expect(most).toBeLessThan(24);
    }
  });

  test('the exact ratio of an NTSC rate', async () => {
    for (const written of ['24000/1001', '23.976', '29.97']) {
      const fps = parseFrameRate(written);
      const { path } = await encode({ width: 64, height: 48, fps, container: 'mp4' }, 3);
      expect(probe(path).r_frame_rate, written).toBe(written === '29.97' ? '30000/1001' : '24000/1001');
    }
    expect([parseFrameRate('25'), parseFrameRate('12.5'), exactFrameRate(30)]).toEqual([25, 12.5, 30]);
    for (const bad of ['', '24/0', '24/', 'film']) expect(parseFrameRate(bad) <= 240, bad).toBe(false);
  });

  test('webm: VP9, and odd sizes grow by the edge', async () => {
    const { path, writer } = await encode({ width: 97, height: 63, fps: 30, container: 'webm' }, 20);
    expect(writer).toMatchObject({ width: 98, height: 64 });
    expect(writer.notes).toEqual(['97x63 was made 98x64: video sizes are even']);
    expect(probe(path)).toMatchObject({
      codec_name: 'vp9',
      width: 98,
      height: 64,
      r_frame_rate: '30/1',
      nb_read_frames: '20',
      ...TAGS,
    });
    const { mean, most } = difference(decode(path), pattern(97, 63, 0), 98);
    expect(mean).toBeLessThan(2);
    expect(most).toBeLessThan(24);
  });

  test('cancelled: nothing comes out, at any time', async () => {
    const writer = await createNodeVideoWriter({ width: 64, height: 48, fps: 24, container: 'mp4' });
    await writer.add(pattern(64, 48));
    const pending = writer.add(pattern(64, 48, 1)).then(
      () => 'added',
      (error) => error,
    );
    await writer.cancel();
    await writer.cancel();
    expect([await pending].every((r) => r === 'added' || r instanceof Cancelled)).toBe(true);
    await expect(writer.add(pattern(64, 48))).rejects.toBeInstanceOf(Cancelled);
    await expect(writer.finish()).rejects.toBeInstanceOf(Cancelled);
  });

  test('bad input is told in a sentence', async () => {
    const base = { width: 64, height: 48, fps: 24, container: 'mp4' } as const;
    await expect(createNodeVideoWriter({ ...base, width: 0 })).rejects.toThrow(
      'width in video options: expected whole pixels from 2 to 8192, found 0',
    );
    await expect(createNodeVideoWriter({ ...base, fps: Number.NaN })).rejects.toBeInstanceOf(InputError);
    const writer = await createNodeVideoWriter(base);
    await expect(writer.add(pattern(64, 50))).rejects.toThrow('expected 64x48, got 64x50');
    await expect(writer.finish()).rejects.toThrow('expected at least one frame');
    await writer.cancel();
  });
});

describe('levels', () => {
  test('H.264 levels follow table A-1', () => {
    expect(h264Level(1280, 720, 30, 5e6)).toBe(31);
    expect(h264Level(1280, 720, 60, 5e6)).toBe(32);
    expect(h264Level(1920, 1080, 30, 8e6)).toBe(40);
    expect(h264Level(1920, 1080, 60, 8e6)).toBe(42);
    expect(h264Level(3840, 2160, 30, 40e6)).toBe(51);
    expect(h264Level(1024, 16, 1, 1e5)).toBe(21); // within level 1 by area, too long a side before 2.1
    expect(h264Level(8192, 8192, 240, 1e6)).toBeNull();
  });
  test('VP9 levels follow annex A', () => {
    expect(vp9Level(1920, 1080, 30)).toBe(40);
    expect(vp9Level(1920, 1080, 60)).toBe(41);
    expect(vp9Level(256, 144, 15)).toBe(10);
  });
});

describe('mendAvcRecord', () => {
  const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
  // Written by Firefox 153 for 320x180 (sets doubled), and by Chromium 156 for the same.
  const firefox = bytes('01 640014 03 01 0019 6767640014acd941419f9e10000003001001e84800f1429960 01 0006 6868ebecb22c');
  const chromium = bytes('01 640c14 ff e1 0013 67640c14ac191a8141979e6a0202020f08846a 01 0004 68ce3c80 fdf8f800');
  test('doubled headers are taken out, reserved bits and chroma put right', () => {
    expect(Buffer.from(mendAvcRecord(firefox)).toString('hex')).toBe(
      '01640014ffe1001867640014acd941419f9e10000003001001e84800f142996001000568ebecb22cfdf8f800',
    );
  });
  test('sound ones stay as they are, and so does what cannot be read', () => {
    expect(mendAvcRecord(chromium)).toBe(chromium);
    const mended = mendAvcRecord(firefox);
    expect(mendAvcRecord(mended)).toBe(mended);
    for (let n = 0; n < firefox.length; n++) {
      const cut = firefox.subarray(0, n);
      expect(mendAvcRecord(cut)).toBe(cut);
    }
  });
});

describe('i420FromPicture', () => {
  const solid = (r: number, g: number, b: number, a = 255): Picture => ({
    width: 2,
    height: 2,
    data: new Uint8ClampedArray([r, g, b, a, r, g, b, a, r, g, b, a, r, g, b, a]),
  });
  // BT.709 limited range: the colour bars' own table (100 % bars).
  test.each([
    ['white', 255, 255, 255, 235, 128, 128],
    ['black', 0, 0, 0, 16, 128, 128],
    ['yellow', 255, 255, 0, 219, 16, 138],
    ['cyan', 0, 255, 255, 188, 154, 16],
    ['green', 0, 255, 0, 173, 42, 26],
    ['magenta', 255, 0, 255, 78, 214, 230],
    ['red', 255, 0, 0, 63, 102, 240],
    ['blue', 0, 0, 255, 32, 240, 118],
  ])('%s', (_name, r, g, b, y, cb, cr) => {
    expect([...i420FromPicture(solid(r, g, b))]).toEqual([y, y, y, y, cb, cr]);
  });
  test('transparent pixels show the background', () => {
    expect([...i420FromPicture(solid(9, 9, 9, 0), [255, 0, 0])]).toEqual([63, 63, 63, 63, 102, 240]);
  });
  test('odd sizes repeat the edge', () => {
    const one: Picture = { width: 1, height: 1, data: new Uint8ClampedArray([0, 255, 0, 255]) };
    expect([...i420FromPicture(one)]).toEqual([173, 173, 173, 173, 42, 26]);
  });
});
