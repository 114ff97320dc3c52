// Files that ask for more than they are worth: time and memory are bounded by what is there, and counted before anything
// is decoded.

import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { coveringSubset } from '../../../src/scene/coverage.ts';
import { loadScene } from '../../../src/scene/load.ts';
import { nodeDecoder } from '../../../src/scene/node-decoder.ts';
import { largestHeifSize, readPictureHeader } from '../../../src/scene/picture-header.ts';
import { openZip } from '../../../src/scene/zip-source.ts';
import { captureOf, encoded, memorySource, onCircle, plain, RED, refusal } from '../../scene-fixtures.ts';

describe('archives that lie', () => {
  it('are inflated no further than their directory says', async () => {
    const archive = new Uint8Array(zipSync({ 'a.bin': new Uint8Array(2 ** 25) }, { level: 9 }));
    const view = new DataView(archive.buffer);
    let central = archive.length - 22;
    while (view.getUint32(central, true) !== 0x02014b50) central--;
    expect(central).toBeGreaterThan(30_000);
    // What lies behind the first step is no deflate stream: who walked on would stumble over it.
    archive.fill(0xff, 20_000, central - 100);
    view.setUint32(central + 24, 16, true);
    const source = await openZip(archive, 'x.zip');
    expect(await refusal(source.read('a.bin'))).toContain('expected 16 bytes, as its directory says, found more');
    view.setUint32(central + 24, 2 ** 25, true);
    expect(await refusal((await openZip(archive, 'x.zip')).read('a.bin'))).toContain('expected deflated bytes');
  });

  it('that are honest are read, whatever their size, and cut ones are refused', async () => {
    const noise = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i * 31 + (i >> 7)) & 255);
    const files = { 'noise.bin': noise, 'empty.bin': new Uint8Array(0), 'flat.bin': new Uint8Array(20_000_000) };
    const source = await openZip(new Uint8Array(zipSync(files)), 'x.zip');
    expect(Buffer.compare(await source.read('noise.bin'), noise)).toBe(0);
    expect((await source.read('empty.bin')).length).toBe(0);
    expect((await source.read('flat.bin')).length).toBe(20_000_000);
  });
});

describe('headers of pictures', () => {
  it('are found behind stray bytes, as decoders find them', async () => {
    const jpeg = await encoded(plain(40, 30, RED).jpeg());
    for (const stray of [[0], [1, 2, 3], [0xff, 0x00]]) {
      const bytes = new Uint8Array([...jpeg.subarray(0, 2), ...stray, ...jpeg.subarray(2)]);
      expect(readPictureHeader(bytes), String(stray)).toMatchObject({ format: 'jpeg', width: 40, height: 30 });
    }
    expect(readPictureHeader(new Uint8Array([0xff, 0xd8, ...new Uint8Array(1000)]))).toBeNull();
  });

  it('of AVIF name their largest size', async () => {
    expect(largestHeifSize(await encoded(plain(72, 40, RED).avif()))).toEqual({ width: 72, height: 40 });
    expect(largestHeifSize(await encoded(plain(72, 40, RED).png()))).toBeNull();
    expect(largestHeifSize(new Uint8Array(12))).toBeNull();
  });
});

describe('scenes of many pictures', async () => {
  const set = await captureOf(40);
  const files = { ...set.pictures('images/'), 'transforms.json': set.transforms() };
  const each = 12 * 8 * 4;

  it('are held to their room by a part from all sides, held-out views alike, and that is said', async () => {
    const scene = await loadScene(memorySource(files), { decoder: nodeDecoder, pictureBytes: 21 * each });
    expect([scene.train.length, scene.test.length]).toEqual([18, 2]);
    expect(scene.notes.join()).toContain('20 of 40 pictures are used, from all sides: all would take 0 MB');
    const angles = scene.train.map(({ camera: { cameraToWorld: m } }) => Math.atan2(m[11], m[3])).sort((a, b) => a - b);
    const gaps = angles.map((angle, i) => (i > 0 ? angle - angles[i - 1] : 2 * Math.PI + angle - angles.at(-1)!));
    expect(Math.max(...gaps)).toBeLessThan((2 * Math.PI) / 9);
    const all = await loadScene(memorySource(files), { decoder: nodeDecoder, pictureBytes: 41 * each });
    expect(all.train.length + all.test.length).toBe(40);
  });

  it('stop where later pictures are larger than the first', async () => {
    const large = await encoded(plain(120, 80, RED).png());
    const grown = { ...files, ...Object.fromEntries(set.names.slice(4).map((name) => [`images/${name}`, large])) };
    const options = { decoder: nodeDecoder, pictureBytes: 41 * each, holdout: 0 };
    const scene = await loadScene(memorySource(grown), options);
    expect(scene.train.length).toBeLessThan(10);
    expect(scene.notes.join()).toContain('pictures were left out: those before them take');
  });

  it('keep the places and not the pauses of a walk', () => {
    const pause = Array.from({ length: 50 }, () => ({ cameraToWorld: [...onCircle(0).flat()] }));
    const walk = Array.from({ length: 10 }, (_, i) => ({ cameraToWorld: onCircle(0.5 + i / 2).flat() }));
    const kept = coveringSubset([...pause, ...walk], 11);
    expect(kept).toEqual([pause[0], ...walk]);
    expect(coveringSubset(walk, 20)).toEqual(walk);
  });

  it('with more frames than any capture has are refused by their count', async () => {
    const frames = Array.from({ length: 50_001 }, () => ({ file_path: 'a', transform_matrix: 0 }));
    expect(
      await refusal(
        loadScene(memorySource({ 'a.png': set.picture, 'transforms.json': { frames } }), { decoder: nodeDecoder }),
      ),
    ).toContain('expected at most 50000, found 50001');
    const count = new Uint8Array(new BigUint64Array([2n ** 40n]).buffer);
    const model = { 'sparse/0/cameras.bin': new Uint8Array(8), 'sparse/0/images.bin': count, 'a.png': set.picture };
    expect(await refusal(loadScene(memorySource(model), { decoder: nodeDecoder }))).toContain('at most 50000');
  });
});
