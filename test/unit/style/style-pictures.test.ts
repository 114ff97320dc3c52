// Style pictures of every kind, as files: what the command makes of them, and the sentence where it cannot.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readStyles } from '../../../src/cli/inputs.ts';
import { crc32 } from '../../../src/crc32.ts';
import type { Picture } from '../../../src/scene/types.ts';
import { applyColourTransfer, colourStatistics, colourTransferMatrix } from '../../../src/style/colour-transfer.ts';
import { type Bytes, encoded, plain, RED } from '../../scene-fixtures.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'impasto-styles-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function put(name: string, bytes: Bytes): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const read = async (path: string) => (await readStyles([{ path, weight: 1 }]))[0];
const firstPixel = ({ data }: Picture) => [...data.slice(0, 4)];

describe('a style picture', () => {
  it('may be grey, 16 bits deep, of printing inks, animated, half transparent or turned', async () => {
    const frames = [RED, { r: 0, g: 0, b: 255 }].map((colour) => encoded(plain(6, 4, colour).png()));
    const files: [string, Bytes, { width: number; height: number; pixel: number[]; near?: number }][] = [
      [
        'grey.png',
        await encoded(plain(6, 4, { r: 90, g: 90, b: 90 }).greyscale().png()),
        seen(6, 4, [90, 90, 90, 255]),
      ],
      ['deep.png', await encoded(plain(6, 4, RED).toColourspace('rgb16').png()), seen(6, 4, [200, 30, 10, 255])],
      ['inks.jpg', await encoded(plain(6, 4, RED).toColourspace('cmyk').jpeg()), seen(6, 4, [200, 30, 10, 255], 60)],
      [
        'film.gif',
        await encoded(sharp(await Promise.all(frames), { join: { animated: true } }).gif()),
        seen(6, 4, [200, 30, 10, 255], 2),
      ],
      ['glass.png', await encoded(plain(6, 4, { ...RED, alpha: 0.2 }).png()), seen(6, 4, [200, 30, 10, 51])],
      [
        'turned.jpg',
        await encoded(plain(6, 4, RED).jpeg({ quality: 100 }).withMetadata({ orientation: 6 })),
        seen(4, 6, [200, 30, 10, 255], 3),
      ],
    ];
    for (const [name, bytes, { width, height, pixel, near }] of files) {
      const style = await read(put(name, bytes));
      expect(style, name).toMatchObject({ name, picture: { width, height } });
      expect(firstPixel(style.picture), name).toBeAllclose(pixel, { absolute: near ?? 0, relative: 0 });
    }
  });

  it('may be one pixel, whose colour is then all there is to its colours', async () => {
    const { picture } = await read(put('dot.png', await encoded(plain(1, 1, RED).png())));
    expect(picture).toMatchObject({ width: 1, height: 1 });
    const content = { width: 2, height: 1, data: new Uint8ClampedArray([0, 0, 0, 255, 255, 128, 64, 255]) };
    const transfer = colourTransferMatrix(colourStatistics(content), colourStatistics(picture));
    expect(firstPixel(applyColourTransfer(content, transfer))).toBeAllclose([200, 30, 10, 255], {
      absolute: 1,
      relative: 0,
    });
  });

  it('may be 12,000 pixels long: it is read at 1024', async () => {
    const path = put('long.png', await encoded(plain(12_000, 2_100, RED).png({ compressionLevel: 1 })));
    const { picture } = await read(path);
    expect(picture).toMatchObject({ width: 1024, height: 179 });
    expect(firstPixel(picture)).toEqual([200, 30, 10, 255]);
  });

  it('is refused where it has more pixels than fit, before any is read', async () => {
    const path = put('huge.png', pngHeader(12_000, 12_000));
    await expect(read(path)).rejects.toThrow(`picture in ${path}: expected at most 120 megapixels, found 12000x12000`);
  });

  it('is refused where nothing of it is visible, or it is none', async () => {
    const clear = put('clear.png', await encoded(plain(5, 5, { ...RED, alpha: 0 }).png()));
    await expect(read(clear)).rejects.toThrow(
      `style in ${clear}: expected something visible, found every pixel transparent`,
    );
    const words = put('words.jpg', new TextEncoder().encode('no picture') as Bytes);
    await expect(read(words)).rejects.toThrow(/^picture in .*words\.jpg: expected a JPEG, .* file, found/);
    await expect(read(join(folder, 'none.jpg'))).rejects.toThrow('expected a file, found no such file');
  });
});

describe('a style of several pictures', () => {
  it('is their names joined by a plus, and a name may have one itself', async () => {
    const [a, b] = [
      put('a.png', await encoded(plain(3, 3, RED).png())),
      put('b.png', await encoded(plain(4, 4, RED).png())),
    ];
    const both = await read(`${a}+${b}`);
    expect(both).toMatchObject({ name: 'a.png + b.png', picture: { width: 3 }, more: [{ width: 4 }], weight: 1 });
    const odd = await read(put('c+d.png', await encoded(plain(5, 5, RED).png())));
    expect(odd).toMatchObject({ name: 'c+d.png', picture: { width: 5 } });
    expect(odd.more).toBeUndefined();
    await expect(read(`${a}+${join(folder, 'gone.png')}`)).rejects.toThrow(
      'gone.png: expected a file, found no such file',
    );
  });
});

const seen = (width: number, height: number, pixel: number[], near?: number) => ({ width, height, pixel, near });

/** A PNG of one bit a pixel whose data stop at once: enough to tell its size. */
function pngHeader(width: number, height: number): Bytes {
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc32(body), body.length + 4);
    return out;
  };
  const size = Buffer.alloc(13);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  size.set([1, 0, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const parts = [
    signature,
    chunk('IHDR', size),
    chunk('IDAT', deflateSync(Buffer.alloc(16))),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return new Uint8Array(Buffer.concat(parts));
}
