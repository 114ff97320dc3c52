// Captures as people bring them: what is there is found, what was meant is taken, one bad part does not spoil all, and
// what was guessed is said. Kinds of faults of public reports, each made small here.

import { describe, expect, it } from 'vitest';
import { loadScene } from '../../../src/scene/load.ts';
import { nodeDecoder } from '../../../src/scene/node-decoder.ts';
import type { LoadSceneOptions, Scene } from '../../../src/scene/types.ts';
import { type Bytes, captureOf, encoded, memorySource, onCircle, plain, RED, refusal } from '../../scene-fixtures.ts';

type Files = Record<string, Bytes | string | object>;
const load = (files: Files, options: Partial<LoadSceneOptions> = {}, named?: string) =>
  loadScene({ ...memorySource(files), named }, { decoder: nodeDecoder, holdout: 0, ...options });
const said = (scene: Scene) => scene.notes.join('\n');
const WHITE = { r: 255, g: 255, b: 255 };

describe('COLMAP models', async () => {
  const few = await captureOf(3);
  const many = await captureOf(7, 3);
  const all = await captureOf(10);
  const model = (folder: string, { cameras, images }: typeof few) => ({
    [`${folder}cameras.txt`]: cameras,
    [`${folder}images.txt`]: images(),
  });

  it('of several, the largest is taken, wherever they lie, and that is said', async () => {
    for (const folders of [
      ['sparse/0/', 'sparse/1/'],
      ['sparse/1/', 'sparse/0/'],
      ['colmap/sparse/0/', 'colmap/sparse/0/models/1/'],
    ]) {
      const scene = await load({ ...all.pictures('images/'), ...model(folders[0], few), ...model(folders[1], many) });
      expect(scene.train).toHaveLength(7);
      expect(said(scene)).toContain(`the largest was taken: ${folders[1]}images.txt, 7 pictures`);
    }
  });

  it('are found in any folder and depth, and alone by any number', async () => {
    for (const folder of ['sparse/1/', 'model/', 'recon/', 'colmap/sparse/', 'a/b/c/d/sparse/0/', 'dense/sparse/']) {
      const root = folder.startsWith('a/') ? 'a/b/c/d/' : '';
      const scene = await load({ ...all.pictures(`${root}images/`), ...model(folder, all) });
      expect(scene.train).toHaveLength(10);
      expect(scene.train[0].name).toBe('images/0000.png');
    }
  });

  it('that cannot be read beside a good one is passed over', async () => {
    const files = { ...all.pictures('images/'), ...model('sparse/0/', all), ...model('sparse/1/', few) };
    const scene = await load({ ...files, 'sparse/1/cameras.txt': '1 NONSENSE 12 8 1 2 3' });
    expect(scene.train).toHaveLength(10);
    expect(said(scene)).toContain('a COLMAP model was not used: camera model in camera 1 of sparse/1/cameras.txt');
  });

  it('in text: with, without and with empty lines of features', async () => {
    for (const second of [null, '', '12.5 33.25 -1 100 200 17', '1 2 3 4 5 6 7 8 9 10 11 12']) {
      const files = { 'sparse/0/cameras.txt': all.cameras, 'sparse/0/images.txt': all.images(undefined, second) };
      expect((await load({ ...all.pictures('images/'), ...files })).train).toHaveLength(10);
    }
  });

  it('in text: decimal commas, NaN of MSVC, blanks in names, a run of a million blanks', async () => {
    const comma = (text: string) => text.replace(/(\d)\.(\d)/g, '$1,$2').replace('10 11', '10,5 11,5');
    const german = {
      'sparse/0/cameras.txt': comma(all.cameras),
      'sparse/0/images.txt': comma(all.images((name) => name.slice(0, 4))),
    };
    const scene = await load({ ...all.pictures('images/'), ...german });
    expect(scene.train).toHaveLength(10);
    expect(scene.train[0].camera.fx).toBeCloseTo(10.5, 12);

    const name = (text: string) => `A (1) ${text}`;
    const nan = all.images(name).replace(/^5 (\S+ ){7}/m, '5 -nan(ind) -nan(ind) 0 0 0 0 0 ');
    const one = { 'sparse/0/cameras.txt': all.cameras, 'sparse/0/images.txt': nan };
    const left = await load({ ...all.pictures('images/', name), ...one });
    expect(left.train.map((view) => view.name)).not.toContain('images/A (1) 0004.png');
    expect(left.train).toHaveLength(9);
    expect(said(left)).toContain('1 of 10 images cannot be used and were left out: camera matrix in image A (1) 0004');

    const cameras = `1 PINHOLE 12 8 10 11 6 4\n2 PINHOLE 12 8 -nan(ind) 11 6 4\n`;
    const second = all.images().replace(/ 1 0004.png/, ' 2 0004.png');
    const files = { 'sparse/0/cameras.txt': cameras, 'sparse/0/images.txt': second };
    expect((await load({ ...all.pictures('images/'), ...files })).train).toHaveLength(9);

    const began = performance.now();
    const blanks = `${all.images()}11 1 0 0 0 0 0 4 1 a${' '.repeat(1e6)}b\n`;
    const long = await load({
      ...all.pictures('images/'),
      'sparse/0/cameras.txt': all.cameras,
      'sparse/0/images.txt': blanks,
    });
    expect(long.train).toHaveLength(10);
    expect(performance.now() - began).toBeLessThan(20_000); // quadratic: seven minutes
  });
});

describe('pictures that are there', async () => {
  const set = await captureOf(6);
  const count = async (files: Files) => (await load(files)).train.length;

  it('are found by paths of other machines and folders, and that is said', async () => {
    const ways: [(name: string) => string, string, string?][] = [
      [(name) => `/home/ubuntu/captures/fox/images/${name}`, 'images/'],
      [(name) => `C:\\Users\\me\\fox\\images\\${name}`, 'images/'],
      [(name) => `\\\\nas\\photos\\fox\\images\\${name}`, 'images/'],
      [(name) => `./data/nerf/fox/images/${name}`, 'images/'],
      [(name) => `../fox/images/${name}`, 'images/'],
      [(name) => `images/${name}`, ''],
      [(name) => `./images/${name}`, 'DJI_001/'],
      [(name) => `./own-folder/images/${name}`, 'images/'],
      [(name) => `images/${name.replace('.png', '.HEIC')}`, 'images/'],
      [(name) => `images/${name.replace('.png', '')}`, 'other/'],
      [(name) => `images/${name}`, 'images_4/'],
    ];
    for (const [pathOf, folder] of ways) {
      const scene = await load({ ...set.pictures(folder), 'transforms.json': set.transforms(pathOf) });
      expect(scene.train, pathOf('x')).toHaveLength(6);
      expect(said(scene)).toContain('6 pictures were found where the poses do not say');
    }
    expect(
      await count({ ...set.pictures('images/'), 'poses/transforms.json': set.transforms((n) => `../images/${n}`) }),
    ).toBe(6);
  });

  it('are found under COLMAP names with a folder, in a folder of another name, reduced', async () => {
    const model = (nameOf?: (name: string) => string) => ({
      'sparse/0/cameras.txt': set.cameras,
      'sparse/0/images.txt': set.images(nameOf),
    });
    expect(await count({ ...set.pictures('images/'), ...model((name) => `images/${name}`) })).toBe(6);
    expect(await count({ ...set.pictures('rgb/'), ...model() })).toBe(6);
    expect(await count({ ...set.pictures('images/', (n) => n.replace('.png', '.jpg')), ...model() })).toBe(6);
    const large = await encoded(plain(24, 16, RED).png());
    const both = Object.fromEntries(set.names.map((name) => [`images_2/${name}`, large]));
    const scene = await load({ ...set.pictures('images_4/'), ...both, ...model() });
    expect(scene.train[0].camera).toMatchObject({ width: 24, fx: 20 }); // the less reduced, intrinsics with it
  });

  it('are found by accents composed or not', async () => {
    const name = (text: string) => `Füchse/Übung é ${text}`;
    const files = set.pictures('', (n) => name(n).normalize('NFD'));
    expect(await count({ ...files, 'transforms.json': set.transforms((n) => name(n).normalize('NFC')) })).toBe(6);
  });

  it('are not guessed where it could be another: masks, other splits, two of a name', async () => {
    const gone = { ...set.pictures('images/'), ...set.pictures('masks/') };
    delete (gone as Files)['images/0003.png'];
    expect(await count({ ...gone, 'transforms.json': set.transforms() })).toBe(5);

    const split = set.transforms((name, i) => `${i < 3 ? 'train' : 'test'}/${name}`);
    const trained = set.pictures('train/');
    expect(await count({ ...trained, 'transforms.json': split })).toBe(3);

    const two = { ...set.pictures('cam0/'), ...set.pictures('cam1/') };
    expect(await refusal(load({ ...two, 'transforms.json': set.transforms((n) => `left/${n}`) }))).toContain(
      'found none (the first would be left/0000.png)',
    );
    const rig = {
      ...set.transforms(),
      frames: [0, 1].map((c) => ({ ...set.transforms().frames[0], file_path: `cam${c}/0000.png` })),
    };
    expect(await refusal(load({ 'images/0000.png': set.picture, 'transforms.json': rig }))).toContain('found none');
  });

  it('are photographs and not the masks of the same name', async () => {
    const jpeg = await encoded(plain(12, 8, RED).jpeg());
    const white = await encoded(plain(12, 8, WHITE).png());
    const stem = (name: string) => name.replace('.png', '');
    const files: Files = { 'transforms.json': set.transforms((name) => `images/${stem(name)}`) };
    for (const name of set.names)
      Object.assign(files, { [`images/${stem(name)}.jpg`]: jpeg, [`images/${name}`]: white });
    const scene = await load(files);
    expect(scene.train[0].picture.data[1]).toBeLessThan(100);
    expect(said(scene)).toContain('6 names fit two pictures: the .jpg was taken, not the .png beside it');
  });

  it('are found as TIFF, named without an ending', async () => {
    const tiff = await encoded(plain(12, 8, RED).tiff());
    const files = Object.fromEntries(set.names.map((name) => [`images/${name.replace('.png', '.tif')}`, tiff]));
    expect(await count({ ...files, 'transforms.json': set.transforms((n) => `images/${n.replace('.png', '')}`) })).toBe(
      6,
    );
  });

  it('count once, in however many spellings they are named', async () => {
    const frames = Array.from({ length: 32 }, (_, bits) => ({
      file_path: [...'abcde'].map((c, i) => (bits & (1 << i) ? c.toUpperCase() : c)).join(''),
      transform_matrix: onCircle(bits),
    }));
    const scene = await load({ 'abcde.png': set.picture, 'transforms.json': { fl_x: 10, frames } });
    expect(scene.train).toHaveLength(1);
    expect(said(scene)).toContain('31 frames name a picture that another frame has');
  });
});

describe('what was meant', async () => {
  const set = await captureOf(8);
  const pictures = set.pictures('images/');

  it('is the file that was named', async () => {
    const half = { ...set.transforms(), frames: set.transforms().frames.slice(0, 4) };
    const files = { ...pictures, 'transforms.json': set.transforms(), 'transforms_half.json': half };
    expect((await load(files, {}, 'transforms_half.json')).train).toHaveLength(4);
    expect((await load(files, {}, 'transforms.json')).train).toHaveLength(8);
    expect((await load({ ...pictures, 'my-poses.json': half }, {}, 'my-poses.json')).train).toHaveLength(4);
    const two = { 'sparse/0/': 3, 'sparse/1/': 8 };
    const models = Object.entries(two).map(([folder, n]) => ({
      [`${folder}cameras.txt`]: set.cameras,
      [`${folder}images.txt`]: set
        .images()
        .split('\n')
        .slice(0, 1 + 2 * n)
        .join('\n'),
    }));
    const both = Object.assign({ ...pictures }, ...models);
    expect((await load(both, {}, 'sparse/0/')).train).toHaveLength(3);
    expect((await load(both, {}, 'sparse/1/images.txt')).train).toHaveLength(8);
    expect(await refusal(load(both, {}, 'sparse/2/'))).toContain('expected a file of poses, found none');
  });

  it('is another description where the first has no pictures or cannot be read', async () => {
    const model = { 'sparse/0/cameras.txt': set.cameras, 'sparse/0/images.txt': set.images() };
    const stale = set.transforms((_, i) => `frames/other_${i}.png`);
    for (const json of [stale, '{ "frames": [', { w: 3 }]) {
      const scene = await load({ ...pictures, ...model, 'transforms.json': json });
      expect(scene.train).toHaveLength(8);
      expect(said(scene)).toContain('transforms.json was not used: ');
    }
    expect((await load({ ...pictures, 'transforms_undistorted.json': set.transforms() })).train).toHaveLength(8);
    // Nothing usable: the fault of the likeliest one.
    expect(await refusal(load({ ...pictures, 'transforms.json': stale, 'sparse/0/images.txt': '' }))).toContain(
      'that transforms.json names',
    );
  });

  it('is one scene of two side by side, and that is said', async () => {
    const files: Files = { 'a/transforms.json': set.transforms(), 'b/transforms.json': set.transforms() };
    const scene = await load({ ...files, ...set.pictures('a/images/'), ...set.pictures('b/images/') });
    expect(said(scene)).toContain('poses were read from a/transforms.json; there are also b/transforms.json');
  });

  it('is what a frame says of its lens, as a whole', async () => {
    const json = set.transforms(undefined, { fl_x: 500, fl_y: 500 });
    for (const frame of json.frames) frame.camera_angle_x = 2 * Math.atan(0.6);
    const [view] = (await load({ ...pictures, 'transforms.json': json })).train;
    expect([view.camera.fx, view.camera.fy]).toBeAllclose([10, 10]);
    // A size of its own without a focal length: the file's is in the file's pixels.
    const sized = set.transforms(undefined, { w: 24, h: 16, fl_x: 20, fl_y: 20, cx: 12, cy: 8 });
    for (const frame of sized.frames) Object.assign(frame, { w: 12, h: 8 });
    expect((await load({ ...pictures, 'transforms.json': sized })).train[0].camera).toMatchObject({ fx: 10, cx: 6 });
    const degrees = set.transforms(undefined, { fl_x: undefined, fl_y: undefined, x_fov: 90 });
    expect((await load({ ...pictures, 'transforms.json': degrees })).train[0].camera.fx).toBeCloseTo(6, 10);
    const short = { ...set.transforms(undefined, { fl_x: undefined, fl_y: undefined }), fx: 30, fy: '31' };
    expect((await load({ ...pictures, 'transforms.json': short })).train[0].camera).toMatchObject({ fx: 30, fy: 31 });
  });

  it('is held out, even where another list is empty', async () => {
    const names = set.names.map((name) => `images/${name}`);
    const [val, train] = [names.filter((_, i) => i % 4 === 1), names.filter((_, i) => i % 4 !== 1)];
    const lists = { train_filenames: train, val_filenames: val, test_filenames: [] };
    const scene = await load({ ...pictures, 'transforms.json': set.transforms(undefined, lists) });
    expect(scene.test.map((view) => view.name)).toEqual(val);
    expect(scene.train.map((view) => view.name)).toEqual(train);
    // Views for validation are not learned from either, where others are for the test.
    const three = { val_filenames: val, test_filenames: [names[0]] };
    const tested = await load({ ...pictures, 'transforms.json': set.transforms(undefined, three) });
    expect(tested.test.map((view) => view.name)).toEqual([names[0]]);
    expect(tested.train.map((view) => view.name)).toEqual(train.filter((name) => name !== names[0]));
  });

  it('is absent where it is null, and a number where it is quoted', async () => {
    const json = set.transforms(undefined, { w: '12', h: '8', aabb_scale: null });
    for (const frame of json.frames) Object.assign(frame, { mask_path: null, depth_file_path: null });
    expect((await load({ ...pictures, 'transforms.json': json })).train).toHaveLength(8);
    expect(await refusal(load({ ...pictures, 'transforms.json': { ...json, w: 'wide' } }))).toBe(
      'w in transforms.json of tiny: expected a number, found "wide"',
    );
  });

  it('is text in UTF-16, with its mark and without', async () => {
    const text = Buffer.from(JSON.stringify(set.transforms()), 'utf16le');
    for (const mark of [[0xff, 0xfe], []]) {
      const bytes = new Uint8Array([...mark, ...text]);
      expect((await load({ ...pictures, 'transforms.json': bytes })).train).toHaveLength(8);
    }
    const swapped = new Uint8Array([0xfe, 0xff, ...Buffer.from(text).swap16()]);
    expect((await load({ ...pictures, 'transforms.json': swapped })).train).toHaveLength(8);
  });

  it('is a sentence for poses alone, for archives in archives', async () => {
    const list = set.transforms().frames.map(({ file_path, transform_matrix }) => ({
      file_path,
      transform: (transform_matrix as number[][]).slice(0, 3),
    }));
    expect(await refusal(load({ ...pictures, 'transforms.json': list }))).toContain('expected fl_x or camera_angle_x');
    expect(await refusal(load({ 'deep1.zip': 'PK' }))).toContain('an archive in it, deep1.zip, to be unpacked first');
  });

  it('are the views of a training before', async () => {
    const files: Files = { ...pictures, 'transforms.json': set.transforms() };
    files['images/0003.png'] = 'cut short';
    const first = await load(files, { holdout: 4 });
    const views = { train: first.train.map((view) => view.name), test: first.test.map((view) => view.name) };
    expect(views.train).toHaveLength(5);
    const again = await load(files, { views, holdout: 3 });
    expect(again.train.map((view) => view.name)).toEqual(views.train);
    expect(again.test.map((view) => view.name)).toEqual(views.test);
    expect(again.sceneFromWorld).toEqual(first.sceneFromWorld);
  });
});
