// Frames of a video: measured, chosen at even distances and sharp, decoded from a real file.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openVideo } from '../../../src/cli/video-files.ts';
import { createNodeVideoWriter } from '../../../src/export/video-node.ts';
import { mulberry32 } from '../../../src/random.ts';
import { nodeDecoder } from '../../../src/scene/node-decoder.ts';
import type { Picture } from '../../../src/scene/types.ts';
import { chooseFrames } from '../../../src/sfm/video/choose.ts';
import { type Grey, reducedGrey } from '../../../src/sfm/video/grey.ts';
import { motion, sharpness } from '../../../src/sfm/video/measure.ts';

const folder = mkdtempSync(join(tmpdir(), 'impasto-video-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Smooth noise; seen from x0 on it is a camera that pans. */
const SPAN = 700;
const texture = (() => {
  const random = mulberry32(4);
  const coarse = Float32Array.from({ length: (SPAN / 4) * 60 }, () => 255 * random());
  return (x: number, y: number) => coarse[Math.floor(y / 4) * (SPAN / 4) + Math.floor(x / 4)];
})();

function panned(x0: number, width: number, height: number, blur = 0): Grey {
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let k = -blur; k <= blur; k++) sum += texture(Math.max(0, x0 + x + k), y);
      data[y * width + x] = sum / (2 * blur + 1);
    }
  }
  return { width, height, data };
}

describe('what is measured of a frame', () => {
  it('is the luminance, in means of blocks, whatever lies between the rows', () => {
    const plane = Uint8Array.from({ length: 6 * 10 }, (_, i) => (i % 10 < 8 ? (i % 10) * 10 : 255));
    const grey = reducedGrey(plane, { width: 8, height: 6, stride: 10 }, 4);
    expect(grey).toEqual({
      width: 4,
      height: 3,
      data: Float32Array.from([5, 25, 45, 65, 5, 25, 45, 65, 5, 25, 45, 65]),
    });
    const packed = Uint8Array.from({ length: 2 * 2 * 4 }, (_, i) => (i % 4 === 1 ? 80 : 9));
    expect([...reducedGrey(packed, { width: 2, height: 2, stride: 8, offset: 1, step: 4 }, 1).data]).toEqual([80]);
  });

  it('is less sharp when blurred, and nothing of a bare wall', () => {
    const [sharp, soft, softer] = [0, 1, 4].map((blur) => sharpness(panned(20, 120, 80, blur)));
    expect(sharp).toBeGreaterThan(1.5 * soft);
    expect(soft).toBeGreaterThan(1.5 * softer);
    expect(sharpness({ width: 9, height: 9, data: new Float32Array(81).fill(40) })).toBe(0);
  });

  it('is the way it went', () => {
    for (const shift of [0, 1, 3, 5]) expect(motion(panned(20, 160, 90), panned(20 + shift, 160, 90))).toBe(shift);
    const bare = { width: 160, height: 90, data: new Float32Array(160 * 90) };
    expect(motion(bare, bare)).toBeNull();
  });
});

describe('the choice', () => {
  it('lies at even distances of the way, and takes the sharp ones', () => {
    // Slow at first, then four times as fast; every third frame is sharp.
    const frames = Array.from({ length: 300 }, (_, i) => ({
      time: i / 30,
      sharpness: i % 3 === 0 ? 100 : 60,
      way: i < 200 ? i * 0.01 : 2 + (i - 200) * 0.04,
    }));
    const chosen = chooseFrames(frames, { step: 0.2, least: 5, most: 100 });
    expect(chosen.length).toBe(31); // a way of 6 in steps of .2
    expect(chosen.every((i) => i % 3 === 0)).toBe(true);
    const steps = chosen.slice(1).map((i, k) => frames[i].way - frames[chosen[k]].way);
    expect(Math.max(...steps)).toBeLessThan(0.4);
    expect(chooseFrames(frames, { step: 0.2, least: 5, most: 12 }).length).toBe(12);
  });

  it('leaves out what is blurred throughout, and goes by time where nothing moves', () => {
    const frames = Array.from({ length: 100 }, (_, i) => ({ time: i, sharpness: i < 30 ? 5 : 100, way: i * 0.05 }));
    const chosen = chooseFrames(frames, { step: 0.25, least: 5, most: 50 });
    expect(Math.min(...chosen)).toBeGreaterThanOrEqual(30);
    const still = frames.map((frame) => ({ ...frame, sharpness: 50, way: 0 }));
    expect(chooseFrames(still, { step: 0.25, least: 10, most: 50 }).length).toBe(10);
    expect(chooseFrames([])).toEqual([]);
  });
});

const io = { stdout: () => {}, stderr: () => {}, terminal: null, signal: new AbortController().signal };

describe('a video file', () => {
  it('becomes its sharp frames', { timeout: 60_000 }, async () => {
    const [width, height] = [320, 180];
    const writer = await createNodeVideoWriter({ width, height, fps: 25, container: 'mp4', bitrate: 4e6 });
    for (let i = 0; i < 60; i++) await writer.add(coloured(panned(5 * i, width, height, i % 2 ? 6 : 0)));
    const path = join(folder, 'pan.mp4');
    writeFileSync(path, await writer.finish());
    const files = await openVideo(io, path);
    const names = await files.list();
    // A way of 295 pixels is .92 of the width: the least number of frames, every one of them sharp.
    expect(names.length).toBeGreaterThan(18);
    expect(names.every((name) => Number(name.slice(6, 11)) % 2 === 0)).toBe(true);
    expect(files.notes[0]).toBe(`${names.length} of 60 frames of the video were taken, sharp ones at even distances`);
    const index = Number(names[5].slice(6, 11));
    const picture = await nodeDecoder.decode(await files.read(names[5]), names[5]);
    const truth = panned(5 * index, width, height);
    const error = truth.data.reduce((sum, v, i) => sum + Math.abs(v - picture.data[4 * i + 1]), 0) / truth.data.length;
    expect(error).toBeLessThan(8); // the very frame, as good as the codec is
  });

  it('is refused in a sentence when it is none', async () => {
    const path = join(folder, 'none.mp4');
    writeFileSync(path, 'no video at all, whatever its name says');
    await expect(openVideo(io, path)).rejects.toThrow(
      /^video in none\.mp4: expected MP4, MOV, WebM or Matroska, found /,
    );
  });
});

function coloured({ width, height, data }: Grey): Picture {
  const rgba = new Uint8ClampedArray(width * height * 4);
  data.forEach((value, i) => {
    rgba.set([value, value, value, 255], 4 * i);
  });
  return { width, height, data: rgba };
}
