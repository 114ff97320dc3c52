// The loader: formats, intrinsics, splits, placement, and what it says of input that cannot be used.

import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { Cancelled } from '../../../src/errors.ts';
import { evenly } from '../../../src/scene/evenly.ts';
import { openScenePath } from '../../../src/scene/folder-source.ts';
import { loadScene } from '../../../src/scene/load.ts';
import { isRigid, multiply } from '../../../src/scene/matrix.ts';
import { nodeDecoder } from '../../../src/scene/node-decoder.ts';
import { rayOfPixel } from '../../../src/scene/rays.ts';
import type { LoadSceneOptions } from '../../../src/scene/types.ts';
import { type Bytes, encoded, memorySource, onCircle, plain, RED, refusal } from '../../scene-fixtures.ts';
import { SHARED } from '../../shared.ts';

const load = (files: Record<string, Bytes | string | object>, options: Partial<LoadSceneOptions> = {}) =>
  loadScene(memorySource(files), { decoder: nodeDecoder, ...options });

const number4 = (i: number) => String(i).padStart(4, '0');

/** `count` cameras on a circle, pictures of 12x8. */
async function circle(count: number, top: object = {}): Promise<Record<string, Bytes | string | object>> {
  const picture = await encoded(plain(12, 8, RED).png());
  const files: Record<string, Bytes | string | object> = {};
  const frames = Array.from({ length: count }, (_, i) => {
    files[`images/${number4(i)}.png`] = picture;
    return { file_path: `images/${number4(i)}.png`, transform_matrix: onCircle((2 * Math.PI * i) / count) };
  });
  files['transforms.json'] = { fl_x: 10, fl_y: 11, cx: 6.5, cy: 4, w: 12, h: 8, frames: frames.reverse(), ...top };
  return files;
}

const identity = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

describe('instant-ngp transforms.json', () => {
  it('maps the unit box to [-1, 1]^3 with +Y up', async () => {
    const scene = await load(await circle(9, { aabb_scale: 2 }), { holdout: 0 });
    expect(scene.unbounded).toBe(true);
    // World z is ours y, world y is ours -z: 2 (world .33 + .5) - 1 = .66 world.
    expect(scene.sceneFromWorld).toBeAllclose([0.66, 0, 0, 0, 0, 0, 0.66, 0, 0, -0.66, 0, 0, 0, 0, 0, 1]);
    expect(multiply(scene.sceneFromWorld, scene.worldFromScene)).toBeAllclose(identity, { absolute: 1e-12 });
    const [first] = scene.train;
    expect(first.name).toBe('images/0000.png');
    expect(isRigid(first.camera.cameraToWorld)).toBe(true);
    // At (4, 0, 0), looking at the centre, world up = +z.
    const m = first.camera.cameraToWorld;
    expect([m[3], m[7], m[11]]).toBeAllclose([2.64, 0, 0]);
    expect([m[1], m[5], m[9]]).toBeAllclose([0, 1, 0]);
    expect([m[2], m[6], m[10]]).toBeAllclose([1, 0, 0]);
  });

  it("takes the file's own scale and offset", async () => {
    const scene = await load(await circle(3, { scale: 0.5, offset: [0.5, 0.25, 0.75] }), { holdout: 0 });
    // x' = 2 (x .5 + .5) - 1 = x; y, z alike, then (x, z, -y).
    expect(scene.sceneFromWorld).toBeAllclose([1, 0, 0, 0, 0, 0, 1, 0.5, 0, -1, 0, 0.5, 0, 0, 0, 1]);
    expect(scene.unbounded).toBe(false);
  });

  it('holds out views 0, 8, 16 in order of names and says so', async () => {
    const scene = await load(await circle(17));
    expect(scene.test.map((v) => v.name)).toEqual(['images/0000.png', 'images/0008.png', 'images/0016.png']);
    expect(scene.train).toHaveLength(14);
    expect(scene.notes.join()).toContain('every 8th of 17 views is held out');
  });

  it('spreads a smaller number of views evenly', async () => {
    const scene = await load(await circle(17), { maxTrain: 4, maxTest: 1 });
    expect(scene.train).toHaveLength(4);
    expect(scene.test).toHaveLength(1);
    expect(evenly([0, 1, 2, 3, 4, 5, 6, 7], 4, 'firsts')).toEqual([0, 2, 4, 6]);
    expect(evenly([0, 1, 2, 3, 4, 5, 6, 7], 4, 'middles')).toEqual([1, 3, 5, 7]);
  });

  it('skips and counts frames without a picture', async () => {
    const files = await circle(10);
    delete files['images/0003.png'];
    delete files['images/0007.png'];
    const scene = await load(files);
    expect(scene.train.length + scene.test.length).toBe(8);
    expect(scene.notes).toContain('2 of 10 frames have no picture and were skipped');
  });

  it('skips and counts broken pictures among good ones', async () => {
    const files = await circle(10);
    files['images/0003.png'] = 'this is text';
    const scene = await load(files);
    expect(scene.train.length + scene.test.length).toBe(9);
    expect(scene.notes.join('\n')).toContain(
      '1 of 10 pictures could not be read and were skipped: picture in images/0003.png',
    );
  });
});

describe('intrinsics', () => {
  it("are scaled to the picture's true and to its reduced size", async () => {
    const files = await circle(3, { w: 24, h: 16, fl_x: 20, fl_y: 22, cx: 13, cy: 8 });
    const full = await load(files, { holdout: 0 });
    expect(full.train[0].camera).toMatchObject({ width: 12, height: 8, fx: 10, fy: 11, cx: 6.5, cy: 4 });
    expect(full.notes.join()).toContain("intrinsics scaled to the pictures' true size: 3 views");
    const half = await load(files, { holdout: 0, downscale: 2 });
    expect(half.train[0].camera).toMatchObject({ width: 6, height: 4, fx: 5, fy: 5.5, cx: 3.25, cy: 2 });
    expect(half.train[0].picture).toMatchObject({ width: 6, height: 4 });
    expect(half.downscale).toBe(2);
    expect((await load(files, { maxSide: 5 })).downscale).toBe(3);
    expect((await load(files, { holdout: 3 })).notes.join()).toContain('every 3rd of 3 views is held out');
  });

  it('for pixels as stored get the picture as stored, whatever its orientation', async () => {
    // 12x8 as stored: red left, blue right, green in the lower left corner.
    const patch = (width: number, height: number, r: number, g: number, b: number) =>
      encoded(plain(width, height, { r, g, b }).png()).then((bytes) => Buffer.from(bytes));
    const image = plain(12, 8, RED).composite([
      { input: await patch(6, 8, 0, 0, 255), left: 6, top: 0 },
      { input: await patch(3, 4, 0, 255, 0), left: 0, top: 4 },
    ]);
    const stored = await encoded(image.png());
    for (const orientation of [5, 6, 7, 8]) {
      const files = await circle(2);
      const turned = sharp(stored).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).withMetadata({ orientation });
      files['images/0000.png'] = await encoded(turned);
      expect(await nodeDecoder.size(files['images/0000.png'] as Bytes, 'x')).toEqual({ width: 8, height: 12 });
      const scene = await load(files, { holdout: 0 });
      const [{ picture, camera }] = scene.train;
      expect([picture.width, picture.height, camera.width, camera.fx]).toEqual([12, 8, 12, 10]);
      const at = (x: number, y: number) => [...picture.data.slice((y * 12 + x) * 4, (y * 12 + x) * 4 + 3)];
      expect(at(1, 1)).toBeAllclose([200, 30, 10], { absolute: 25 });
      expect(at(10, 1)).toBeAllclose([0, 0, 255], { absolute: 25 });
      expect(at(1, 6)).toBeAllclose([0, 255, 0], { absolute: 25 });
      expect(scene.notes).toContain('pictures turned back to how they are stored, as their poses are: 1');
    }
  });

  it('of a frame count in front of those of the file', async () => {
    const files = await circle(2);
    const json = files['transforms.json'] as { frames: Record<string, unknown>[] };
    Object.assign(json.frames[0], { fl_x: 30, k1: 0.1 }); // 0001, listed first
    const scene = await load(files, { holdout: 0 });
    expect(scene.train.map((v) => v.camera.fx)).toEqual([10, 30]);
    expect(scene.train[0].camera.distortion).toBeNull();
    expect(scene.train[1].camera.distortion).toMatchObject({ model: 'perspective', k1: 0.1 });
  });

  it('come from the angle of view where no focal length is given', async () => {
    const files = await circle(2, { fl_x: undefined, fl_y: undefined, camera_angle_x: Math.PI / 2, cx: undefined });
    const [view] = (await load(files, { holdout: 0 })).train;
    expect(view.camera).toMatchObject({ cx: 6 });
    expect([view.camera.fx, view.camera.fy]).toBeAllclose([6, 6]);
  });

  it('know fisheye lenses by both names', async () => {
    for (const top of [
      { camera_model: 'OPENCV_FISHEYE', k4: 0.01 },
      { is_fisheye: true, k4: 0.01 },
    ]) {
      const [view] = (await load(await circle(2, top), { holdout: 0 })).train;
      expect(view.camera.distortion).toMatchObject({ model: 'fisheye', k4: 0.01 });
    }
  });
});

describe('nerfstudio transforms.json', () => {
  it('puts what the cameras look at in the centre of the box, up as they are', async () => {
    const shift = [10, -20, 5];
    const files = await circle(12);
    const json = files['transforms.json'] as { frames: { transform_matrix: number[][] }[] };
    for (const frame of json.frames) for (let r = 0; r < 3; r++) frame.transform_matrix[r][3] += shift[r];
    const stray = json.frames[5].transform_matrix; // one view looks elsewhere and must not draw the centre away
    for (let r = 0; r < 3; r++) [stray[r][0], stray[r][2]] = [stray[r][2], -stray[r][0]];
    const scene = await load(files, { holdout: 0 });
    expect(scene.unbounded).toBe(true);
    for (const view of scene.train) {
      const m = view.camera.cameraToWorld;
      expect(isRigid(m)).toBe(true);
      // Half angles of 12/20 and 8/22: .8 / mean of them = 1.66.
      expect(Math.hypot(m[3], m[7], m[11])).toBeCloseTo(0.8 / ((0.6 + 8 / 22) / 2), 2);
      expect(m[7]).toBeCloseTo(0, 2);
      expect(m[5]).toBeCloseTo(1, 4);
    }
  });

  it('stays finite for cameras that look one way, outwards, or stand in one place', async () => {
    const arrangements: ((i: number) => number[][])[] = [
      (i) => [
        [1, 0, 0, i],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 1],
      ], // a row, parallel
      (i) => onCircle(i, -1), // outwards
      (i) => onCircle(i, 0), // turning on the spot
    ];
    for (const arrange of arrangements) {
      const files = await circle(6);
      const json = files['transforms.json'] as { frames: { transform_matrix: number[][] }[] };
      json.frames.forEach((frame, i) => {
        frame.transform_matrix = arrange(i);
      });
      const scene = await load(files, { holdout: 0 });
      expect(scene.sceneFromWorld.every(Number.isFinite)).toBe(true);
      expect(multiply(scene.sceneFromWorld, scene.worldFromScene)).toBeAllclose(identity, { absolute: 1e-9 });
      for (const view of scene.train) {
        const m = view.camera.cameraToWorld;
        expect(Math.hypot(m[3], m[7], m[11])).toBeLessThan(6);
      }
    }
  });
});

describe('NeRF-Blender sets', () => {
  it('use their splits, find endings and see transparency', async () => {
    const see = await encoded(plain(8, 8, { ...RED, alpha: 0.5 }).png());
    const scene = await load({
      'nested/chair/transforms_train.json': {
        camera_angle_x: 0.7,
        frames: [0, 1, 2].map((i) => ({ file_path: `./train/r_${i}`, transform_matrix: onCircle(i) })),
      },
      'nested/chair/transforms_test.json': {
        camera_angle_x: 0.7,
        frames: [0, 1].map((i) => ({ file_path: `./test/r_${i}`, transform_matrix: onCircle(i + 0.5) })),
      },
      'nested/chair/train/r_0.png': see,
      'nested/chair/train/r_1.PNG': see,
      'nested/chair/train/r_2.jpg': await encoded(plain(8, 8, RED).jpeg()),
      'nested/chair/test/r_1.webp': await encoded(plain(8, 8, { ...RED, alpha: 0.5 }).webp()),
    });
    expect(scene.train.map((v) => v.name)).toEqual(['train/r_0', 'train/r_1', 'train/r_2']);
    expect(scene.test.map((v) => v.name)).toEqual(['test/r_1']);
    expect(scene.hasAlpha).toBe(true);
    expect(scene.unbounded).toBe(false);
    expect(scene.notes).toContain('1 of 2 test frames have no picture and were skipped');
    expect(scene.train[0].camera.fx).toBeCloseTo(4 / Math.tan(0.35), 10);
  });
});

describe('what cannot be used', () => {
  const broken = async (change: (json: { frames: Record<string, unknown>[] } & Record<string, unknown>) => unknown) => {
    const files = await circle(4);
    files['transforms.json'] = change(files['transforms.json'] as never) as object;
    return refusal(load(files));
  };

  it('no such folder, and a folder without poses', async () => {
    expect(await refusal(openScenePath('/no/such/folder'))).toBe(
      'scene in /no/such/folder: expected a folder or a .zip, found no such file or folder',
    );
    const found = await refusal(load({ 'holiday.jpg': 'x' }));
    expect(found).toContain('camera poses in tiny: expected one of transforms.json');
    expect(found).toContain('none among 1 files');
  });

  it('broken JSON, with line and column', async () => {
    expect(await refusal(load({ 'transforms.json': '{\n "w": 12,\n "frames": [1,]\n}' }))).toBe(
      `JSON in transforms.json of tiny at line 3 column 15: expected a value, found "]\\n}"`,
    );
    expect(await refusal(load({ 'transforms.json': '{ "frames": [' }))).toContain('line 1 column 14: expected');
    expect(await refusal(load({ 'transforms.json': '{ "w": 3 }' }))).toContain('frames in transforms.json of tiny');
  });

  it('a matrix with NaN, singular, mirrored, skewed or of another shape, saying which frame', async () => {
    // One such frame is left out with the sentence that all of them are refused with.
    const withMatrix = async (matrix: unknown) => {
      const change = (bad: (index: number) => boolean) => (json: { frames: Record<string, unknown>[] }) => {
        json.frames = json.frames.map((frame, i) => (bad(i) ? { ...frame, transform_matrix: matrix } : frame));
        // Python writes NaN as a bare word.
        return JSON.stringify(json, (_, v) => (Number.isNaN(v) ? '@NaN' : v)).replaceAll('"@NaN"', 'NaN');
      };
      const files = await circle(4);
      files['transforms.json'] = change((i) => i === 2)(files['transforms.json'] as never);
      const scene = await load(files, { holdout: 0 });
      expect(scene.train.map((view) => view.name)).toEqual(['images/0000.png', 'images/0002.png', 'images/0003.png']);
      const note = scene.notes.find((text) => text.startsWith('1 of 4 frames cannot be used and were left out: '))!;
      const sentence = note.slice(note.indexOf(': ') + 2);
      const all = await broken(change(() => true));
      expect(all).toBe(sentence.replace('frame 2 (images/0001.png)', 'frame 0 (images/0003.png)'));
      return sentence;
    };
    const good = onCircle(0);
    const replaced = (row: number, values: number[]) => good.map((r, i) => (i === row ? values : r));
    const frame = 'camera matrix in frame 2 (images/0001.png) of transforms.json of tiny: expected';
    expect(await withMatrix(replaced(0, [0, Number.NaN, 0, 1]))).toBe(`${frame} finite numbers, found NaN`);
    expect(await withMatrix(replaced(0, [0, 0, 0, 1]))).toBe(`${frame} a rotation, found a singular matrix`);
    expect(await withMatrix(good.map((row) => [-row[0], ...row.slice(1)]))).toContain('found a mirrored one');
    expect(await withMatrix(replaced(2, [0, 1, 1, 0]))).toContain('found a skewed matrix');
    expect(await withMatrix([[1, 2, 3]])).toBe(`${frame} 4x4 or 3x4 numbers, found 3 of them`);
    expect(await withMatrix(undefined)).toContain('found 0 of them');
  });

  it('no picture, none that can be read, and senseless numbers', async () => {
    const none = await circle(4);
    for (const path of Object.keys(none)) if (path.startsWith('images/')) delete none[path];
    expect(await refusal(load(none))).toContain(
      'at least one of the 4 that transforms.json names, found none (the first would be images/0003.png)',
    );
    const text = await circle(4);
    for (const path of Object.keys(text)) if (path.startsWith('images/')) text[path] = 'this is text';
    expect(await refusal(load(text))).toBe(
      'pictures in tiny: expected at least one of 4 to be readable, found none (picture in images/0001.png of tiny: ' +
        'expected a JPEG, PNG, WebP, GIF, TIFF or AVIF file, found a file of 12 bytes that is none)',
    );
    expect(await broken((json) => ({ ...json, frames: [] }))).toContain('no frame in it');
    expect(await broken((json) => ({ ...json, fl_x: -3 }))).toContain('expected a number above 0, found -3');
    expect(await broken((json) => ({ ...json, camera_model: 'EQUIRECTANGULAR' }))).toContain('found EQUIRECTANGULAR');
    expect(await broken((json) => ({ ...json, fl_x: undefined, fl_y: undefined }))).toContain('found neither');
    expect(await refusal(loadScene(memorySource(await circle(4)), { decoder: nodeDecoder, downscale: 0.5 }))).toContain(
      'downscale in the options',
    );
  });

  it('ends at once when cancelled', async () => {
    const abort = new AbortController();
    const files = await circle(12);
    const seen: number[] = [];
    const loading = load(files, {
      signal: abort.signal,
      onProgress: (done) => {
        seen.push(done);
        if (done === 2) abort.abort();
      },
    });
    await expect(loading).rejects.toBeInstanceOf(Cancelled);
    expect(seen.length).toBeLessThan(8);
  });
});

describe.skipIf(!SHARED)('real captures', { timeout: 120_000 }, () => {
  const open = async (name: string, options: Partial<LoadSceneOptions>) =>
    loadScene(await openScenePath(`${SHARED}/scenes/${name}`), { decoder: nodeDecoder, ...options });

  it('fox: 50 of 67 frames, portrait, distorted', async () => {
    const scene = await open('fox', { downscale: 8 });
    expect([scene.train.length, scene.test.length]).toEqual([43, 7]);
    expect(scene.notes).toContain('17 of 67 frames have no picture and were skipped');
    expect(scene.unbounded).toBe(true);
    expect(scene.hasAlpha).toBe(false);
    expect(scene.train[0].picture).toMatchObject({ width: 135, height: 240 });
    expect(scene.train[0].camera.fx).toBeCloseTo(1375.52 / 8, 6);
    expect(scene.train[0].camera.distortion?.k1).toBe(0.0578421);
  });

  it('chair: 100 training and 25 of 200 test views, transparent', async () => {
    const scene = await open('chair', { downscale: 8 });
    expect([scene.train.length, scene.test.length]).toEqual([100, 25]);
    expect(scene.hasAlpha).toBe(true);
    expect(scene.unbounded).toBe(false);
    // All cameras look at the centre, upright, from 4.03 x .66 scene units.
    for (const view of scene.train) {
      const { origin, direction } = rayOfPixel(view.camera, view.camera.cx, view.camera.cy);
      const radius = Math.hypot(...origin);
      expect(radius).toBeCloseTo(2.66, 2);
      expect(direction).toBeAllclose(
        origin.map((x) => -x / radius),
        { absolute: 1e-4 },
      );
      expect(view.camera.cameraToWorld[5]).toBeGreaterThan(0);
    }
  });

  it('banana: intrinsics for twice the size, upper-case endings', async () => {
    const scene = await open('banana', { downscale: 4 });
    expect(scene.train.length + scene.test.length).toBe(15);
    expect(scene.train[0].picture).toMatchObject({ width: 376, height: 250 });
    expect(scene.train[0].camera.fx).toBeCloseTo(5213.476669843357 / 8, 6);
    expect(scene.notes.join()).toContain('true size: 15 views');
    expect(scene.unbounded).toBe(true);
  });
});
