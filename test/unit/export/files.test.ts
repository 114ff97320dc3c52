// Files that export/ writes: PNG as sharp reads it, NPY against the very bytes that NumPy writes; contact sheets;
// files that appear whole or not at all, even where the process is interrupted while it writes.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { transformWithOxc } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InputError } from '../../../src/errors.ts';
import { writeFileAtomic } from '../../../src/export/atomic-file.ts';
import { drawText, textWidth } from '../../../src/export/bitmap-font.ts';
import { pinhole } from '../../../src/export/camera-path.ts';
import { contactSheet, resize } from '../../../src/export/contact-sheet.ts';
import { decodeNpy, encodeNpy } from '../../../src/export/npy.ts';
import { encodePng } from '../../../src/export/png.ts';
import { transformsJson, worldUnitsPerSceneUnit } from '../../../src/export/transforms.ts';
import type { Picture } from '../../../src/scene/types.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'impasto-export-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const solid = (width: number, height: number, colour: number[]): Picture => ({
  width,
  height,
  data: new Uint8ClampedArray(width * height * 4).map((_, i) => colour[i % 4]),
});

describe('encodePng', () => {
  test.each([
    ['opaque', 33, 17, (i: number) => (i % 4 === 3 ? 255 : (i * 7) ^ (i >> 3))],
    ['transparent', 5, 9, (i: number) => i * 31],
    ['one pixel', 1, 1, (i: number) => [1, 2, 3, 255][i]],
  ])('%s: sharp reads the same pixels', async (_name, width, height, value) => {
    const data = new Uint8ClampedArray(width * height * 4).map((_, i) => value(i) & 255);
    const png = encodePng({ width, height, data });
    const decoded = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    expect(decoded.info).toMatchObject({ width, height, channels: 4 });
    expect([...decoded.data]).toEqual([...data]);
  });
  test('opaque pictures are stored without alpha, and smooth ones small', async () => {
    const data = new Uint8ClampedArray(64 * 64 * 4).map((_, i) => (i % 4 === 3 ? 255 : (i >> 2) % 64));
    const png = encodePng({ width: 64, height: 64, data });
    expect((await sharp(png).metadata()).channels).toBe(3);
    expect(png.length).toBeLessThan(500);
  });
  test('a wrong size is refused', () => {
    expect(() => encodePng({ width: 2, height: 2, data: new Uint8ClampedArray(12) })).toThrow('expected 2x2x4 bytes');
  });
});

describe('npy', () => {
  test('round trip of any shape, header as NumPy lays it out', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }).chain((shape) => {
          const count = shape.reduce((product, n) => product * n, 1);
          return fc.tuple(fc.constant(shape), fc.array(fc.float(), { minLength: count, maxLength: count }));
        }),
        ([shape, values]) => {
          const bytes = encodeNpy(Float32Array.from(values), shape);
          expect((bytes.length - 4 * values.length) % 64).toBe(0);
          const back = decodeNpy(bytes, 'a.npy');
          expect(back.shape).toEqual(shape);
          expect([...back.data]).toEqual([...Float32Array.from(values)]);
        },
      ),
      { numRuns: 50 },
    );
  });
  test('the exact bytes for [2, 3]', () => {
    const bytes = encodeNpy(Float32Array.of(0, 1, 2, 3, 4, -1), [2, 3]);
    expect(bytes.length).toBe(128 + 24);
    // As numpy.save of NumPy 2.4 writes it.
    const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`;
    expect([...bytes.subarray(0, 10)]).toEqual([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]);
    expect(new TextDecoder().decode(bytes.subarray(10, 127))).toBe(header.padEnd(117));
    expect([...bytes.subarray(127, 136)]).toEqual([0x0a, 0, 0, 0, 0, 0, 0, 0x80, 0x3f]);
  });
  test.each([
    ['no magic', (b: Uint8Array) => b.with(0, 1)],
    ['cut short', (b: Uint8Array) => b.subarray(0, b.length - 1)],
    ['cut in the header', (b: Uint8Array) => b.subarray(0, 30)],
    ['nothing', () => new Uint8Array(0)],
  ])('%s is refused in a sentence', (_name, spoil) => {
    const bytes = spoil(encodeNpy(Float32Array.of(1, 2), [2]));
    expect(() => decodeNpy(bytes, 'depth.npy')).toThrow(InputError);
    expect(() => decodeNpy(bytes, 'depth.npy')).toThrow(/^array in depth.npy: expected .*, found .*/);
  });
});

describe('transformsJson', () => {
  test('cameras go back to the world of the dataset', () => {
    // Scene = half the world, shifted: world = 2 scene + (1, 2, 3).
    const worldFromScene = [2, 0, 0, 1, 0, 2, 0, 2, 0, 0, 2, 3, 0, 0, 0, 1];
    const camera = pinhole([0, 0, 1, 4, 1, 0, 0, 5, 0, 1, 0, 6, 0, 0, 0, 1], 40, 30, 25);
    const json = JSON.parse(transformsJson([{ file: 'frame_0000.png', camera }], { worldFromScene }));
    expect(json.frames[0]).toEqual({
      file_path: 'frame_0000.png',
      fl_x: 25,
      fl_y: 25,
      cx: 20,
      cy: 15,
      w: 40,
      h: 30,
      transform_matrix: [
        [0, 0, 1, 9],
        [1, 0, 0, 12],
        [0, 1, 0, 15],
        [0, 0, 0, 1],
      ],
    });
    expect(worldUnitsPerSceneUnit({ worldFromScene })).toBe(2);
  });
});

describe('contactSheet', () => {
  test('cells are where they should be, in their colours', () => {
    const red = solid(40, 20, [255, 0, 0, 255]);
    const clear = solid(80, 40, [0, 0, 255, 0]);
    const tall = solid(10, 20, [0, 255, 0, 255]);
    const sheet = contactSheet([{ pictures: [red, clear, tall], caption: 'a' }, { pictures: [red] }], { cellSize: 40 });
    // Gap 8, cells 40x20, one caption line of 7 + 8.
    expect([sheet.width, sheet.height]).toEqual([8 + 3 * 48, 8 + 28 + 15 + 28]);
    const at = (x: number, y: number) => [
      ...sheet.data.subarray(4 * (y * sheet.width + x), 4 * (y * sheet.width + x) + 4),
    ];
    expect(at(8, 8)).toEqual([255, 0, 0, 255]);
    expect(at(47, 27)).toEqual([255, 0, 0, 255]);
    expect(at(48, 27)).toEqual([255, 255, 255, 255]);
    expect(at(76, 18)).toEqual([255, 255, 255, 255]); // transparent over white
    expect(at(104 + 14, 18)).toEqual([255, 255, 255, 255]); // the tall one stands in the middle of its cell
    expect(at(104 + 15, 18)).toEqual([0, 255, 0, 255]);
    expect(at(8, 8 + 28 + 15)).toEqual([255, 0, 0, 255]);
  });
  test('resize takes the mean over areas, and lets no colour leak from transparent pixels', () => {
    const picture: Picture = {
      width: 3,
      height: 1,
      data: new Uint8ClampedArray([200, 0, 0, 255, 0, 90, 0, 255, 255, 255, 255, 0]),
    };
    // First half: pixel 0 and half of pixel 1; second: half of pixel 1, and a transparent one.
    expect([...resize(picture, 2, 1).data]).toEqual([133, 30, 0, 255, 0, 90, 0, 85]);
  });
  test('text is drawn in the font and clipped', () => {
    const picture = solid(11, 7, [255, 255, 255, 255]);
    drawText(picture, 'tl', 0, 0, [0, 0, 0]);
    const rows = Array.from({ length: 7 }, (_, y) =>
      Array.from({ length: 11 }, (_, x) => (picture.data[4 * (y * 11 + x)] === 0 ? '#' : '.')).join(''),
    );
    expect(rows).toEqual([
      '#####.#....',
      '..#...#....',
      '..#...#....',
      '..#...#....',
      '..#...#....',
      '..#...#....',
      '..#...#####',
    ]);
    expect(textWidth('tl')).toBe(11);
    expect(() => drawText(picture, 'wide text', 8, -3, [0, 0, 0], 3)).not.toThrow();
  });
});

describe('writeFileAtomic', () => {
  test('writes whole files, makes folders, replaces old ones, leaves nothing else', async () => {
    const path = join(folder, 'deep/er/file.bin');
    await writeFileAtomic(path, 'old');
    await writeFileAtomic(path, Uint8Array.of(1, 2, 3));
    expect([...readFileSync(path)]).toEqual([1, 2, 3]);
    expect(readdirSync(join(folder, 'deep/er'))).toEqual(['file.bin']);
    expect(process.listeners('SIGINT')).toEqual([]);
  });
  test('on failure the old file stays and no part is left', async () => {
    const path = join(folder, 'taken');
    mkdirSync(path);
    writeFileSync(join(path, 'inside'), '');
    await expect(writeFileAtomic(path, 'x')).rejects.toThrow();
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
    expect(existsSync(join(path, 'inside'))).toBe(true);
  });

  test.each([
    ['the process ends with the signal', '', { signal: 'SIGINT' }],
    ['a handler of the program decides', "process.on('SIGINT', () => process.exit(7));", { status: 7 }],
  ])('interrupted in the middle, nothing is left: %s', async (_name, handler, ending) => {
    const place = mkdtempSync(join(folder, 'interrupted-'));
    const source = readFileSync(join(import.meta.dirname, '../../../src/export/atomic-file.ts'), 'utf8');
    const { code } = await transformWithOxc(source, 'atomic-file.ts');
    const program = join(place, 'program.mjs');
    // 64 MiB go out in many small writes: the signal falls between them.
    writeFileSync(
      program,
      `${code}
      import { readdirSync } from 'node:fs';
      import { setImmediate } from 'node:timers/promises';
      ${handler}
      const path = ${JSON.stringify(join(place, 'out/video.mp4'))};
      const done = writeFileAtomic(path, new Uint8Array(1 << 26)).then(() => console.log('written'));
      const started = () => readdirSync(${JSON.stringify(place)} + '/out').length > 0;
      while (!started()) await setImmediate();
      console.log('started');
      process.kill(process.pid, 'SIGINT');
      await done;`,
    );
    const result = spawnSync(process.execPath, [program], { encoding: 'utf8', timeout: 20_000 });
    expect(result).toMatchObject({ stdout: 'started\n', stderr: '', ...ending });
    expect(readdirSync(join(place, 'out'))).toEqual([]);
  });
});
