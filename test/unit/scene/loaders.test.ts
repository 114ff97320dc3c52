// A process of ours opens our formats alone: of libvips' other loaders none gets at a byte. In a file of its own, since it
// changes sharp for the whole process.

import sharp from 'sharp';
import { expect, it } from 'vitest';
import { nodeDecoder, openOurFormatsOnly } from '../../../src/scene/node-decoder.ts';
import { isOurFormat } from '../../../src/scene/picture-header.ts';
import { encoded, plain, RED, refusal } from '../../scene-fixtures.ts';

const svg = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>');
/** What a loader that looks into the file would take for SVG, behind the first bytes of another. */
const disguised = new TextEncoder().encode('    ftyp<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>');

it('asks no native loader about bytes that begin as none of our formats', async () => {
  for (const bytes of [svg, disguised, new Uint8Array(0), new TextEncoder().encode('%PDF-1.7')]) {
    expect(isOurFormat(bytes)).toBe(false);
    expect(await refusal(nodeDecoder.decode(bytes, 'a.png'))).toMatch(/^picture in a.png: expected a JPEG, PNG/);
    expect(await nodeDecoder.orientation!(bytes)).toBe(1);
  }
});

it('blocks the other loaders of libvips in a process of ours, and no host', async () => {
  expect((await sharp(svg).metadata()).format).toBe('svg');
  openOurFormatsOnly();
  const picture = plain(4, 4, RED);
  const files = {
    jpeg: picture.jpeg(),
    png: picture.png(),
    webp: picture.webp(),
    gif: picture.gif(),
    tiff: picture.tiff(),
    avif: picture.avif(),
  };
  for (const [name, file] of Object.entries(files)) {
    const bytes = await encoded(file);
    expect(isOurFormat(bytes), name).toBe(true);
    expect((await nodeDecoder.decode(bytes, name)).width, name).toBe(4);
  }
  await expect(sharp(svg).metadata()).rejects.toThrow('unsupported image format');
});
