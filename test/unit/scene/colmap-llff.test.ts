// COLMAP (binary and text) and LLFF captures: the same cameras must come out of each as of transforms.json.

import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { openFolder } from '../../../src/scene/folder-source.ts';
import { loadScene } from '../../../src/scene/load.ts';
import { nodeDecoder } from '../../../src/scene/node-decoder.ts';
import { pixelOfPoint } from '../../../src/scene/rays.ts';
import type { Scene } from '../../../src/scene/types.ts';
import { type Bytes, colmapPose, encoded, memorySource, onCircle, plain, RED, refusal } from '../../scene-fixtures.ts';
import { SHARED } from '../../shared.ts';

const decoder = nodeDecoder;
const angles = [0, 1.1, 2.3, 4];

const transforms = {
  camera_model: 'OPENCV',
  ...{ fl_x: 20, fl_y: 21, cx: 6.5, cy: 4, w: 12, h: 8, k1: 0.1, k2: 0.02, p1: 0.001, p2: 0.002 },
  frames: angles.map((angle, i) => ({ file_path: `images/${i}.png`, transform_matrix: onCircle(angle) })),
};

async function pictures(): Promise<Record<string, Bytes>> {
  const bytes = await encoded(plain(12, 8, RED).png());
  return Object.fromEntries(angles.map((_, i) => [`images/${i}.png`, bytes]));
}

function sameCameras(a: Scene, b: Scene) {
  expect(a.train.map((v) => v.name)).toEqual(b.train.map((v) => v.name));
  a.train.forEach((view, i) => {
    const other = b.train[i].camera;
    expect(view.camera.cameraToWorld).toBeAllclose(other.cameraToWorld, { absolute: 1e-6 });
    expect([view.camera.fx, view.camera.fy, view.camera.cx]).toBeAllclose([other.fx, other.fy, other.cx]);
    expect(view.camera.distortion).toEqual(other.distortion);
  });
}

function binary(values: ['i32' | 'u64' | 'f64' | 'text', number | string][]): Bytes {
  const out: number[] = [];
  const view = new DataView(new ArrayBuffer(8));
  for (const [type, value] of values) {
    if (type === 'text') out.push(...new TextEncoder().encode(`${value}\0`));
    else if (type === 'i32') view.setInt32(0, value as number, true);
    else if (type === 'u64') view.setBigUint64(0, BigInt(value), true);
    else view.setFloat64(0, value as number, true);
    if (type !== 'text') out.push(...new Uint8Array(view.buffer, 0, type === 'i32' ? 4 : 8));
  }
  return Uint8Array.from(out);
}

describe('COLMAP', () => {
  const params = [20, 21, 6.5, 4, 0.1, 0.02, 0.001, 0.002];
  const cameras = binary([
    ['u64', 1],
    ['i32', 7],
    ['i32', 4],
    ['u64', 12],
    ['u64', 8],
    ...params.map((p) => ['f64', p] as ['f64', number]),
  ]);
  const images = binary([
    ['u64', angles.length],
    ...angles.flatMap((angle, i): ['i32' | 'u64' | 'f64' | 'text', number | string][] => {
      const { q, t } = colmapPose(onCircle(angle));
      const pose = [...q, ...t].map((x) => ['f64', x] as ['f64', number]);
      const feature: ['f64' | 'u64', number][] = [
        ['f64', 1],
        ['f64', 2],
        ['u64', 3],
      ];
      return [['i32', i], ...pose, ['i32', 7], ['text', `${i}.png`], ['u64', 1], ...feature];
    }),
  ]);

  it('gives the cameras that transforms.json gives, from binary and from text', async () => {
    const options = { decoder, holdout: 0 };
    const expected = await loadScene(memorySource({ ...(await pictures()), 'transforms.json': transforms }), options);
    const files = { ...(await pictures()), 'sparse/0/cameras.bin': cameras, 'sparse/0/images.bin': images };
    sameCameras(await loadScene(memorySource(files), options), expected);
    const text = {
      ...(await pictures()),
      'sparse/0/cameras.txt': `# cameras\n7 OPENCV 12 8 ${params.join(' ')}\n`,
      'sparse/0/images.txt': `# images\n${angles
        .map((angle, i) => {
          const { q, t } = colmapPose(onCircle(angle));
          return `${i} ${[...q, ...t].join(' ')} 7 ${i}.png\n${i % 2 ? '' : '1 2 3'}\n`;
        })
        .join('')}`,
    };
    sameCameras(await loadScene(memorySource(text), options), expected);
  });

  it('refuses a cut file, an unknown model and a model it cannot express', async () => {
    const load = async (files: object) =>
      refusal(loadScene(memorySource({ ...(await pictures()), 'sparse/0/images.bin': images, ...files }), { decoder }));
    expect(await load({ 'sparse/0/cameras.bin': cameras.slice(0, 40) })).toContain('data in sparse/0/cameras.bin');
    expect(await load({ 'sparse/0/cameras.bin': cameras, 'sparse/0/images.bin': images.slice(0, 300) })).toContain(
      'only 300',
    );
    const model = cameras.slice();
    model[12] = 99;
    expect(await load({ 'sparse/0/cameras.bin': model })).toContain(
      'camera model in sparse/0/cameras.bin of tiny: expected 0 to 10, found 99',
    );
    const fov = binary([
      ['u64', 1],
      ['i32', 7],
      ['i32', 7],
      ['u64', 12],
      ['u64', 8],
      ...[9, 9, 6, 4, 3].map((p) => ['f64', p] as ['f64', number]),
    ]);
    expect(await load({ 'sparse/0/cameras.bin': fov })).toContain('found FOV');
  });
});

describe('LLFF', () => {
  const npy = (rows: number[][]): Bytes => {
    const header = `${`{'descr': '<f8', 'fortran_order': False, 'shape': (${rows.length}, 17), }`.padEnd(117)}\n`;
    const head = new Uint8Array([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0]);
    const data = new Uint8Array(Float64Array.from(rows.flat()).buffer);
    return new Uint8Array(Buffer.concat([head, Buffer.from(header), data]));
  };
  const row = (angle: number) => [
    ...onCircle(angle)
      .slice(0, 3)
      .flatMap(([x, y, z, t], i) => [-y, x, z, t, [8, 12, 20][i]]),
    1,
    9,
  ];

  it('gives the cameras that transforms.json gives', async () => {
    const options = { decoder, holdout: 0 };
    const plainLens = { ...transforms, fl_y: 20, cx: 6, k1: 0, k2: 0, p1: 0, p2: 0 };
    const expected = await loadScene(memorySource({ ...(await pictures()), 'transforms.json': plainLens }), options);
    const files = { ...(await pictures()), 'poses_bounds.npy': npy(angles.map(row)) };
    sameCameras(await loadScene(memorySource(files), options), expected);
  });

  it('refuses another number of pictures than rows, and what is no such array', async () => {
    const load = async (bytes: Bytes) =>
      refusal(loadScene(memorySource({ ...(await pictures()), 'poses_bounds.npy': bytes }), { decoder }));
    expect(await load(npy([row(0)]))).toBe('pictures in images of tiny: expected 1, one a row, found 4');
    expect(await load(new TextEncoder().encode('no array at all'))).toContain('expected a NumPy array');
    expect(await load(npy(angles.map(row)).slice(0, 400))).toContain('a file cut short at 400 bytes');
  });
});

describe.skipIf(!SHARED)('real captures', { timeout: 120_000 }, () => {
  it("banana: COLMAP's files give what its transforms.json gives", async () => {
    const folder = await openFolder(`${SHARED}/scenes/banana`);
    const options = { decoder, downscale: 8, holdout: 0 };
    const expected = await loadScene(folder, options);
    const without = { ...folder, list: async () => (await folder.list()).filter((path) => path !== 'transforms.json') };
    sameCameras(await loadScene(without, options), expected);
  });

  it("banana: the reconstruction's points lie where its cameras see them, and in the box", async () => {
    const scene = await loadScene(await openFolder(`${SHARED}/scenes/banana`), { decoder, downscale: 8, holdout: 0 });
    const file = await readFile(`${SHARED}/scenes/banana/sparse/0/points3D.bin`);
    let [at, inBox, total] = [8, 0, 0];
    const seen = new Array<number>(scene.train.length).fill(0);
    for (let left = Number(file.readBigUInt64LE(0)); left > 0; left--) {
      const [x, y, z] = [8, 16, 24].map((offset) => file.readDoubleLE(at + offset));
      at += 51 + 8 * Number(file.readBigUInt64LE(at + 43));
      const m = scene.sceneFromWorld;
      const point = [0, 4, 8].map((r) => m[r] * x + m[r + 1] * y + m[r + 2] * z + m[r + 3]) as [number, number, number];
      total++;
      if (point.every((value) => Math.abs(value) <= 1)) inBox++;
      scene.train.forEach(({ camera }, i) => {
        const pixel = pixelOfPoint(camera, point);
        if (pixel.x >= 0 && pixel.x <= camera.width && pixel.y >= 0 && pixel.y <= camera.height) seen[i]++;
      });
    }
    expect(total).toBeGreaterThan(5000);
    // Measured: .86; the rest is the table and the room behind.
    expect(inBox / total).toBeGreaterThan(0.8);
    for (const count of seen) expect(count / total).toBeGreaterThan(0.6);
  });

  it('tankard: 69 photographs, poses of four times the size', async () => {
    const folder = await openFolder(`${SHARED}/scenes/tankard`);
    const scene = await loadScene(folder, { decoder, downscale: 8, maxTrain: 10, maxTest: 2 });
    expect([scene.train.length, scene.test.length]).toEqual([10, 2]);
    expect(scene.notes.join()).toContain('every 8th of 69 views');
    expect(scene.notes.join()).toContain('12 pictures have masks');
    for (const { camera } of scene.train) {
      const centre = pixelOfPoint(camera, [0, 0, 0]); // the subject is near the middle of the picture
      expect(Math.abs(centre.x / camera.width - 0.5)).toBeLessThan(0.3);
      expect(Math.abs(centre.y / camera.height - 0.5)).toBeLessThan(0.3);
    }
    // The object was turned over after 42 pictures: the greater part decides what is up.
    const upright = (n: number) => scene.train[n].camera.cameraToWorld[5] > 0.5;
    expect([0, 1, 2, 3, 4, 5].map(upright)).toEqual([true, true, true, true, true, true]);
  });
});
