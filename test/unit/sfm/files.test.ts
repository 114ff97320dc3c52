// What goes in and out: which files are photographs, what EXIF tells, which pairs are worth matching, COLMAP's text.

import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { nodeDecoder } from '../../../src/scene/node-decoder.ts';
import { focalPixels, readExifLens } from '../../../src/sfm/exif.ts';
import { rotationOf } from '../../../src/sfm/geometry/matrix3.ts';
import { allPairs, chooseCandidates } from '../../../src/sfm/matching/candidates.ts';
import { photographsAmong, readPhotograph } from '../../../src/sfm/photographs.ts';
import { ownLane, Pool } from '../../../src/sfm/workers/pool.ts';
import { quaternionOf } from '../../../src/sfm/write/colmap.ts';

/** A JPEG of a header alone: SOI, APP1 with a TIFF block of a model and, in the EXIF directory, a focal length. */
function jpegWithExif(little: boolean, focal: number): Uint8Array {
  const bytes = new Uint8Array(120);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xffd8);
  view.setUint16(2, 0xffe1);
  view.setUint16(4, 100);
  view.setUint32(6, 0x45786966);
  const start = 12;
  view.setUint16(start, little ? 0x4949 : 0x4d4d);
  view.setUint16(start + 2, 42, little);
  view.setUint32(start + 4, 8, little);
  const entry = (at: number, tag: number, type: number, length: number, value: number, short = false) => {
    view.setUint16(at, tag, little);
    view.setUint16(at + 2, type, little);
    view.setUint32(at + 4, length, little);
    if (short) view.setUint16(at + 8, value, little);
    else view.setUint32(at + 8, value, little);
  };
  view.setUint16(start + 8, 2, little);
  entry(start + 10, 0x0110, 2, 6, 60);
  entry(start + 22, 0x8769, 4, 1, 40);
  view.setUint16(start + 40, 1, little);
  entry(start + 42, 0xa405, 3, 1, focal, true);
  bytes.set(
    [...'Box 2'].map((letter) => letter.charCodeAt(0)),
    start + 60,
  );
  return bytes;
}

describe('EXIF', () => {
  it('tells the focal length and the camera, in either order of bytes', () => {
    for (const little of [true, false]) {
      expect(readExifLens(jpegWithExif(little, 26))).toEqual({ focal35: 26, camera: 'Box 2' });
    }
    expect(readExifLens(jpegWithExif(true, 0)).focal35).toBeNull();
    expect(focalPixels(36, 3600, 2400)).toBeCloseTo(3600, 6);
  });

  it('tells nothing where it is absent, cut or points astray', () => {
    const whole = jpegWithExif(true, 26);
    expect(readExifLens(new Uint8Array(0)).focal35).toBeNull();
    for (let length = 0; length < 70; length++) expect(() => readExifLens(whole.slice(0, length))).not.toThrow();
    const astray = whole.slice();
    new DataView(astray.buffer).setUint32(12 + 30, 0xfffffff0, true);
    expect(readExifLens(astray).focal35).toBeNull();
  });
});

describe('photographs', () => {
  it('are the pictures, by name, without masks and reduced copies', () => {
    const paths = ['b.JPG', 'a.png', 'masks/a.png', 'images_4/a.png', 'notes.txt', 'in/c.webp'];
    expect(photographsAmong(paths, 'x')).toEqual(['a.png', 'b.JPG', 'in/c.webp']);
    expect(() => photographsAmong(['a.txt'], 'shoes')).toThrow(/photographs in shoes: expected pictures.*none among 1/);
  });
});

describe('a turned photograph', () => {
  it('is taken as it is stored, as the loader of scenes takes it', async () => {
    const shown = await sharp({ create: { width: 40, height: 24, channels: 3, background: '#000' } })
      .composite([{ input: { create: { width: 40, height: 6, channels: 3, background: '#fff' } }, left: 0, top: 0 }])
      .raw()
      .toBuffer();
    for (const orientation of [1, 3, 6, 8]) {
      const jpeg = await sharp(shown, { raw: { width: 40, height: 24, channels: 3 } })
        .withMetadata({ orientation })
        .jpeg({ quality: 100 })
        .toBuffer();
      const files = { name: 'x', list: async () => ['a.jpg'], read: async () => new Uint8Array(jpeg) };
      const photograph = await readPhotograph(files, 'a.jpg', nodeDecoder);
      // Whatever EXIF says: the white rows are stored on top.
      expect(photograph).toMatchObject({ width: 40, height: 24, fullWidth: 40, fullHeight: 24, orientation });
      expect(photograph.grey[20]).toBeGreaterThan(0.9);
      expect(photograph.grey[20 * 40 + 20]).toBeLessThan(0.1);
    }
  });
});

describe('pairs to match', () => {
  it('are a fixed number for each picture, the likest first', () => {
    const n = 40;
    const pairs = allPairs(n);
    expect(pairs.length).toBe(n * (n - 1));
    // Pictures in a row: neighbours are alike.
    const matches = Int32Array.from({ length: pairs.length / 2 }, (_, k) =>
      Math.max(0, 30 - 2 * (pairs[2 * k + 1] - pairs[2 * k])),
    );
    const options = { allUpTo: 5, features: 100, perPicture: 6, leastMatches: 3 };
    const chosen = chooseCandidates(n, pairs, matches, options);
    expect(chosen.length / 2).toBeLessThanOrEqual(n * 6);
    const partners = Array.from({ length: n }, () => 0);
    for (let k = 0; k < chosen.length; k += 2) {
      expect(chosen[k + 1] - chosen[k]).toBeLessThanOrEqual(6);
      partners[chosen[k]]++;
      partners[chosen[k + 1]]++;
    }
    expect(Math.min(...partners)).toBeGreaterThanOrEqual(6);
    expect(chooseCandidates(n, pairs, new Int32Array(matches.length), options).length).toBe(0);
  });
});

describe('the pool', () => {
  it('answers in order, and stops when told to', async () => {
    const pool = new Pool([ownLane(), ownLane()]);
    const task = (index: number) =>
      ({ kind: 'features', grey: new Float32Array(900).fill(index), width: 30, height: 30, options: { count: 5, contrast: 0.01, doubleBelow: 0 } }) as const; // biome-ignore format: one line
    const found = await pool.each<'features'>(5, task, undefined);
    expect(found.map(({ count }) => count)).toEqual([0, 0, 0, 0, 0]);
    const stop = new AbortController();
    await expect(pool.each<'features'>(50, (index) => { if (index === 3) stop.abort(); return task(index); }, stop.signal)).rejects.toThrow('cancelled'); // biome-ignore format: one line
    pool.close();
  });
});

describe('quaternions', () => {
  it('are those of the rotation, for every way of turning', () => {
    for (const v of [
      [0, 0, 0],
      [0.2, -0.4, 0.1],
      [3.1, 0, 0],
      [0, 3.1, 0.01],
      [0.02, 0, 3.13],
    ]) {
      const angle = Math.hypot(...v);
      const [w, ...axis] = quaternionOf(rotationOf(v[0], v[1], v[2]));
      expect(w).toBeCloseTo(Math.cos(angle / 2), 9);
      axis.forEach((value, k) => {
        expect(value).toBeCloseTo(angle === 0 ? 0 : (v[k] / angle) * Math.sin(angle / 2), 9);
      });
    }
  });
});
