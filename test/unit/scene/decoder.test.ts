// Pictures in: the area filter, header reading, sharp's many kinds of picture brought to RGBA, and refusals.

import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { AreaReducer, reduceArea } from '../../../src/scene/area-filter.ts';
import { nodeDecoder } from '../../../src/scene/node-decoder.ts';
import { checkPictureSize, orientedSize, readPictureHeader } from '../../../src/scene/picture-header.ts';
import { type Bytes, encoded, plain, RED, refusal } from '../../scene-fixtures.ts';

describe('area filter', () => {
  it('averages whole pixels exactly', () => {
    const data = [0, 40, 80, 120, 10, 50, 90, 130].flatMap((v) => [v, 255 - v, 7, 255]);
    // 4x2 -> 2x1: means of (0, 40, 10, 50) and (80, 120, 90, 130)
    expect([...reduceArea(data, 4, 2, 2, 1)]).toEqual([25, 230, 7, 255, 105, 150, 7, 255]);
  });

  it('divides a pixel between two where borders do not meet', () => {
    const data = [0, 90, 180].flatMap((v) => [v, v, v, 255]);
    // 3 -> 2: (0 + 90 / 2) / 1.5 and (90 / 2 + 180) / 1.5
    expect([...reduceArea(data, 3, 1, 2, 1)].filter((_, i) => i % 4 === 0)).toEqual([30, 150]);
  });

  it('does not let colour under transparent pixels bleed', () => {
    expect([...reduceArea([255, 0, 0, 0, 0, 0, 200, 255], 2, 1, 1, 1)]).toEqual([0, 0, 200, 128]);
  });

  it('keeps flat pictures flat and the mean of any, whatever the sizes and bands', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(),
        fc.nat(),
        fc.integer({ min: 1, max: 7 }),
        (width, height, a, b, rows) => {
          const [w, h] = [1 + (a % width), 1 + (b % height)];
          const reducer = new AreaReducer(width, height, w, h);
          const data = Uint8Array.from({ length: width * height * 4 }, (_, i) =>
            i % 4 === 3 ? 255 : i % 4 === 2 ? 77 : (i * 37) % 251,
          );
          for (let y = 0; y < height; y += rows) {
            const count = Math.min(rows, height - y);
            reducer.addRows(data.subarray(y * width * 4), count);
          }
          const out = reducer.finish();
          const mean = (values: ArrayLike<number>, channel: number) => {
            let sum = 0;
            for (let i = channel; i < values.length; i += 4) sum += values[i];
            return sum / (values.length / 4);
          };
          expect(Math.abs(mean(out, 0) - mean(data, 0))).toBeLessThan(0.51); // rounding of each pixel
          expect(mean(out, 2)).toBe(77);
          expect(mean(out, 3)).toBe(255);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('picture header', () => {
  it('reads the size of each format, and of a rotated photograph as shown', async () => {
    const image = plain(31, 17, RED);
    const made: [string, Bytes][] = [
      ['png', await encoded(image.clone().png())],
      ['jpeg', await encoded(image.clone().jpeg())],
      ['jpeg', await encoded(image.clone().jpeg({ progressive: true }))],
      ['webp', await encoded(image.clone().webp())],
      ['webp', await encoded(image.clone().webp({ lossless: true }))],
      [
        'webp',
        await encoded(
          image
            .clone()
            .webp()
            .withExif({ IFD0: { Copyright: 'nobody' } }),
        ),
      ],
      ['gif', await encoded(image.clone().gif())],
    ];
    for (const [format, bytes] of made) {
      expect(readPictureHeader(bytes)).toEqual({ format, width: 31, height: 17, orientation: 1 });
    }
    const turned = readPictureHeader(await encoded(image.clone().jpeg().withMetadata({ orientation: 6 })));
    expect(turned).toMatchObject({ orientation: 6, width: 31 });
    expect(orientedSize(turned!)).toEqual({ width: 17, height: 31 });
  });

  it('gives null for anything else, however short', async () => {
    const jpeg = await encoded(plain(8, 8, RED).jpeg());
    const frame = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xc0); // where the size stands
    expect(frame).toBeGreaterThan(0);
    for (let length = 0; length < frame + 9; length++) expect(readPictureHeader(jpeg.subarray(0, length))).toBeNull();
    expect(readPictureHeader(new TextEncoder().encode('hello, world, this is no picture at all'))).toBeNull();
  });

  it('refuses what is too large, in one sentence', () => {
    expect(() => checkPictureSize(20_000, 10, 'wide.png')).toThrow(
      'picture in wide.png: expected at most 16384 pixels a side, found 20000x10',
    );
    expect(() => checkPictureSize(12_000, 12_000, 'big.png')).toThrow('expected at most 120 megapixels');
    expect(() => checkPictureSize(16_384, 7000, 'fits.png')).not.toThrow();
  });
});

describe('decoder in Node', () => {
  const pixel = async (bytes: Bytes, target?: { width: number; height: number }) => {
    const picture = await nodeDecoder.decode(bytes, 'test', target);
    expect(picture.data).toHaveLength(picture.width * picture.height * 4);
    return [...picture.data.slice(0, 4)];
  };

  it('brings every kind of picture to RGBA', async () => {
    const red = [200, 30, 10, 255];
    expect(await pixel(await encoded(plain(6, 4, RED).png()))).toEqual(red);
    expect(await pixel(await encoded(plain(6, 4, RED).png({ palette: true })))).toEqual(red);
    expect(await pixel(await encoded(plain(6, 4, { ...RED, alpha: 0.2 }).png()))).toEqual([200, 30, 10, 51]);
    expect(await pixel(await encoded(plain(6, 4, { r: 90, g: 90, b: 90 }).greyscale().png()))).toEqual([
      90, 90, 90, 255,
    ]);
    const deep = plain(6, 4, RED).toColourspace('rgb16').png();
    expect((await sharp(await encoded(deep.clone())).metadata()).depth).toBe('ushort');
    expect(await pixel(await encoded(deep))).toEqual(red);
    const inks = await encoded(plain(6, 4, RED).toColourspace('cmyk').jpeg({ quality: 100 }));
    expect((await sharp(inks).metadata()).space).toBe('cmyk');
    // Through printing inks and back: the hue survives, not the last digit.
    const [r, g, b, a] = await pixel(inks);
    expect(r).toBeGreaterThan(150);
    expect(Math.max(g, b)).toBeLessThan(90);
    expect(a).toBe(255);
  });

  it('takes the first frame of an animation', async () => {
    const frames = [RED, { r: 0, g: 0, b: 255 }].map((colour) => encoded(plain(6, 4, colour).png()));
    const gif = await encoded(sharp(await Promise.all(frames), { join: { animated: true } }).gif());
    expect((await sharp(gif).metadata()).pages).toBe(2);
    expect(await nodeDecoder.size(gif, 'gif')).toEqual({ width: 6, height: 4 });
    expect((await pixel(gif))[0]).toBe(200);
  });

  it('turns a photograph as its EXIF says', async () => {
    const half = await encoded(plain(4, 4, { r: 0, g: 0, b: 255 }).png());
    const image = plain(8, 4, RED).composite([{ input: Buffer.from(half), left: 4, top: 0 }]);
    // 6: the stored left side is shown at the top
    const turned = await encoded(image.png().withMetadata({ orientation: 6 }));
    expect(await nodeDecoder.size(turned, 'turned')).toEqual({ width: 4, height: 8 });
    const picture = await nodeDecoder.decode(turned, 'turned');
    expect(picture).toMatchObject({ width: 4, height: 8 });
    expect([picture.data[0], picture.data[2]]).toEqual([200, 10]);
    expect([...picture.data.slice(-4)]).toEqual([0, 0, 255, 255]);
  });

  it('reduces by area, large pictures included', async () => {
    const stripes = sharp(Buffer.from(Array.from({ length: 64 * 4 * 3 }, (_, i) => (Math.floor(i / 3) % 2) * 200)), {
      raw: { width: 64, height: 4, channels: 3 },
    });
    expect(await pixel(await encoded(stripes.png()), { width: 8, height: 1 })).toEqual([100, 100, 100, 255]);
    const large = await encoded(plain(6000, 5000, RED).jpeg());
    const picture = await nodeDecoder.decode(large, 'large', { width: 60, height: 50 });
    expect(picture).toMatchObject({ width: 60, height: 50 });
    expect(Math.abs(picture.data[0] - 200)).toBeLessThan(4);
  });

  it('refuses with one sentence: no picture, cut short, too wide, a drawing', async () => {
    const text = new TextEncoder().encode('not a picture');
    expect(await refusal(nodeDecoder.decode(text, 'a.jpg'))).toBe(
      'picture in a.jpg: expected a JPEG, PNG, WebP, GIF, TIFF or AVIF file, found a file of 13 bytes that is none',
    );
    expect(await refusal(nodeDecoder.decode(new Uint8Array(0), 'a.jpg'))).toContain('found an empty file');
    const noise = Buffer.from(Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919) % 256));
    const whole = await encoded(sharp(noise, { raw: { width: 64, height: 64, channels: 3 } }).jpeg());
    const cut = whole.slice(0, whole.length / 2);
    expect(await refusal(nodeDecoder.decode(cut, 'cut.jpg'))).toContain('picture in cut.jpg: expected');
    const wide = await encoded(plain(20_000, 2, RED).png());
    const sentence = 'picture in wide.png: expected at most 16384 pixels a side, found 20000x2';
    expect(await refusal(nodeDecoder.size(wide, 'wide.png'))).toBe(sentence);
    expect(await refusal(nodeDecoder.decode(wide, 'wide.png'))).toBe(sentence);
    const drawing = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>');
    expect(await refusal(nodeDecoder.decode(drawing, 'a.svg'))).toContain('that is none');
  });
});
