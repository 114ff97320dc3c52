// Where files come from: folders, archives (and hostile ones), lists of the page; and how names are found.

import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFiles } from '../../../src/scene/files-source.ts';
import { openFolder, openScenePath } from '../../../src/scene/folder-source.ts';
import { parseJson } from '../../../src/scene/json.ts';
import { FileFinder, leadsOutside, plainPath } from '../../../src/scene/paths.ts';
import { openZip, ZIP_LIMITS } from '../../../src/scene/zip-source.ts';
import { type Bytes, refusal } from '../../scene-fixtures.ts';

const text = (value: string): Bytes => new TextEncoder().encode(value);
const asText = async (bytes: Promise<Uint8Array>) => new TextDecoder().decode(await bytes);
const zip = (files: Record<string, Uint8Array>, level: 0 | 6 = 6): Bytes => new Uint8Array(zipSync(files, { level }));

describe('zip', () => {
  const poem = text('impasto '.repeat(50));

  it('reads stored and deflated files, from arrays and blobs', async () => {
    for (const level of [0, 6] as const) {
      const archive = zip({ 'scene/a.txt': poem, 'scene/b/c.txt': text('see') }, level);
      for (const source of [await openZip(archive, 'x.zip'), await openZip(new Blob([archive]), 'x.zip')]) {
        expect((await source.list()).sort()).toEqual(['scene/a.txt', 'scene/b/c.txt']);
        expect(await source.read('scene/a.txt')).toEqual(poem);
        expect(await asText(source.read('scene/b/c.txt'))).toBe('see');
        expect(await refusal(source.read('scene/d.txt'))).toContain('no such file');
      }
    }
  });

  it('leaves out folders, hidden files and what archivers add', async () => {
    const source = await openZip(
      zip({ 'a/': new Uint8Array(0), 'a/b.txt': poem, '__MACOSX/a/._b.txt': poem }),
      'x.zip',
    );
    expect(await source.list()).toEqual(['a/b.txt']);
  });

  it('refuses names that lead outside', async () => {
    for (const name of ['../evil.txt', 'a/../../evil.txt', '/etc/passwd', 'C:\\evil.txt', 'a\\..\\..\\evil.txt']) {
      expect(await refusal(openZip(zip({ 'good.txt': poem, [name]: poem }), 'x.zip'))).toBe(
        `file name in archive x.zip: expected a name inside the folder, found ${JSON.stringify(name)}`,
      );
    }
    expect(leadsOutside('a..b/..c/d..')).toBe(false);
  });

  it('refuses too much before it inflates anything', async () => {
    const archive = zip({ a: new Uint8Array(2 ** 20), b: new Uint8Array(2 ** 20) });
    const limited = (limits: object) => refusal(openZip(archive, 'x.zip', { ...ZIP_LIMITS, ...limits }));
    expect(await limited({ totalBytes: 1.5 * 2 ** 20 })).toContain(
      'expected at most 2 MB unpacked, found 2 MB or more',
    );
    expect(await limited({ fileBytes: 2 ** 19 })).toContain('size of a in archive x.zip: expected at most 1 MB');
    expect(await limited({ entries: 1 })).toBe('files in archive x.zip: expected at most 1, found 2');
  });

  it('refuses what is no archive, cut short, damaged, or lies about a size', async () => {
    expect(await refusal(openZip(text('no archive'), 'x.zip'))).toContain('file in x.zip: expected a .zip archive');
    expect(await refusal(openZip(new Uint8Array(0), 'x.zip'))).toContain('expected a .zip archive');
    const archive = zip({ 'a.txt': poem });
    expect(await refusal(openZip(archive.slice(0, archive.length - 30), 'x.zip'))).toContain('.zip archive');
    expect(await refusal(openZip(archive.slice(30), 'x.zip'))).toContain('cut file');

    const flipped = zip({ 'a.txt': poem }, 0);
    flipped[40] ^= 1; // in the data, after a header of 30 and a name of 5
    const source = await openZip(flipped, 'x.zip');
    expect(await refusal(source.read('a.txt'))).toContain('data in a.txt of archive x.zip');

    const liar = archive.slice();
    const central = liar.findIndex((_, i) => liar[i] === 0x50 && liar[i + 1] === 0x4b && liar[i + 2] === 1);
    new DataView(liar.buffer).setUint32(central + 24, 7, true); // says 7 bytes, holds 400
    expect(await refusal((await openZip(liar, 'x.zip')).read('a.txt'))).toContain('data in a.txt of archive x.zip');
  });
});

describe('folder', () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'scene-'));
    await mkdir(join(root, 'images', '.cache'), { recursive: true });
    await writeFile(join(root, 'transforms.json'), '{}');
    await writeFile(join(root, 'images', 'a.txt'), 'see');
    await writeFile(join(root, 'images', '.cache', 'b.txt'), 'hidden');
    await writeFile(join(root, 'scene.zip'), zip({ 'in.txt': text('zipped') }));
  });
  afterAll(() => rm(root, { recursive: true }));

  it('lists and reads what is in it, and nothing outside', async () => {
    const source = await openFolder(root);
    expect((await source.list()).sort()).toEqual(['images/a.txt', 'scene.zip', 'transforms.json']);
    expect(await asText(source.read('images/a.txt'))).toBe('see');
    expect(await refusal(source.read('images/b.txt'))).toContain('images/b.txt, found no such file');
    expect(await refusal(source.read('../x'))).toContain('a name inside the folder');
  });

  it('is opened by what the user names: folder, archive, file of the dataset', async () => {
    expect(await asText((await openScenePath(join(root, 'scene.zip'))).read('in.txt'))).toBe('zipped');
    expect(await (await openScenePath(join(root, 'transforms.json'))).list()).toContain('images/a.txt');
    expect(await refusal(openScenePath(join(root, 'images', 'a.txt')))).toContain('expected a .zip archive');
    expect(await refusal(openFolder(join(root, 'none')))).toContain('expected a folder, found no such folder');
    expect(await refusal(openFolder(join(root, 'scene.zip')))).toContain('expected a folder, found a file');
  });
});

describe('folder with links, and without rights', () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'scene-links-'));
    await mkdir(join(root, 'archive', 'raw'), { recursive: true });
    await mkdir(join(root, 'archive', 'model'), { recursive: true });
    await mkdir(join(root, 'scene', 'sparse'), { recursive: true });
    await writeFile(join(root, 'archive', 'raw', 'a.png'), 'see');
    await writeFile(join(root, 'archive', 'raw', 'b.png'), 'see');
    await writeFile(join(root, 'archive', 'model', 'images.txt'), 'poses');
    await writeFile(join(root, 'archive', 'model', 'cameras.txt'), 'lens');
    await symlink('../archive/raw', join(root, 'scene', 'images'));
    await symlink('../archive/raw/a.png', join(root, 'scene', 'single.png'));
    await symlink('../../archive/model', join(root, 'scene', 'sparse', '0'));
    await symlink('.', join(root, 'scene', 'round'));
    await symlink('../nowhere', join(root, 'scene', 'broken'));
    await mkdir(join(root, 'scene', 'closed'));
  });
  afterAll(() => rm(root, { recursive: true }));

  it('follows links to files and folders, once round', async () => {
    const source = await openFolder(join(root, 'scene'));
    expect((await source.list()).sort()).toEqual([
      'broken',
      'images/a.png',
      'images/b.png',
      'single.png',
      'sparse/0/cameras.txt',
      'sparse/0/images.txt',
    ]);
    expect(await asText(source.read('images/b.png'))).toBe('see');
    expect(await refusal(source.read('broken'))).toContain('no such file');
  });

  it.skipIf(process.getuid?.() === 0)('passes over a folder that may not be read, and says so of its own', async () => {
    await chmod(join(root, 'scene', 'closed'), 0);
    expect(await (await openFolder(join(root, 'scene'))).list()).toContain('single.png');
    expect(await refusal((await openFolder(join(root, 'scene', 'closed'))).list())).toContain('unreadable (EACCES)');
  });

  it('is opened at the project by a file of its model, or by the model itself', async () => {
    const scene = join(root, 'scene');
    for (const [path, named] of [
      [join(scene, 'sparse', '0'), 'sparse/0/'],
      [join(scene, 'sparse', '0', 'images.txt'), 'sparse/0/images.txt'],
      [join(scene, 'sparse', '0', 'cameras.txt'), 'sparse/0/images.txt'],
    ]) {
      const source = await openScenePath(path);
      expect([source.name, source.named]).toEqual(['scene', named]);
    }
    expect((await openScenePath(scene)).named).toBeUndefined();
    expect((await openScenePath(join(scene, 'images'))).named).toBeUndefined();
  });

  it('says in a sentence that a name is longer than any can be', async () => {
    expect(await refusal(openScenePath(`/${'x'.repeat(300)}`))).toContain('no such file or folder');
    expect(await refusal((await openFolder(join(root, 'scene'))).read('x'.repeat(300)))).toContain('ENAMETOOLONG');
  });
});

describe('archives of other countries and kinds', () => {
  /** Names as those bytes, without the mark of UTF-8: the stand-ins have their lengths. */
  const named = (files: Record<string, Uint8Array>, bytesOf: Map<string, number[]>): Bytes => {
    const archive = zip(files, 0);
    for (const [name, bytes] of bytesOf) {
      const from = new TextEncoder().encode(name);
      for (let at = 0; at + from.length <= archive.length; at++) {
        if (from.every((byte, i) => archive[at + i] === byte)) archive.set(bytes, at);
      }
    }
    return archive;
  };

  it('have names in the code page whose names the poses speak of', async () => {
    const cases: [string, number[]][] = [
      ['图片', [0xcd, 0xbc, 0xc6, 0xac]], // gb18030
      ['写真', [0x8e, 0xca, 0x90, 0x5e]], // shift_jis
      ['사진', [0xbb, 0xe7, 0xc1, 0xf8]], // euc-kr
      ['Фото', [0x94, 0xae, 0xe2, 0xae]], // ibm866
      ['Übäö', [0x9a, 0x62, 0x84, 0x94]], // cp437
    ];
    for (const [folder, bytes] of cases) {
      for (const json of [
        JSON.stringify({ at: `${folder}/1.png` }),
        JSON.stringify({ at: folder }).replace(
          /[^\0-\x7f]/g,
          (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
        ),
      ]) {
        const archive = named({ 'ABCD/1.png': text('see'), 'transforms.json': text(json) }, new Map([['ABCD', bytes]]));
        const source = await openZip(archive, 'x.zip');
        expect((await source.list()).sort(), json).toEqual([`${folder}/1.png`, 'transforms.json'].sort());
        expect(await asText(source.read(`${folder}/1.png`))).toBe('see');
      }
    }
  });

  it('that are no .zip are told what to do', async () => {
    for (const [bytes, kind] of [
      [[0x1f, 0x8b, 8, 0], 'a .gz archive (to be unpacked first'],
      [[0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], 'a .7z archive'],
      [[...text('Rar!')], 'a .rar archive'],
      [[0, 0, 0, 20, ...text('ftypqt  ')], 'a video'],
    ] as [number[], string][]) {
      expect(await refusal(openZip(Uint8Array.from(bytes), 'x'))).toContain(kind);
    }
  });
});

describe('files of the page', () => {
  it('are a scene, or one archive', async () => {
    const source = await openFiles([new File(['see'], 'a.txt'), new File(['{}'], 'transforms.json')], 'picked');
    expect(source.name).toBe('picked');
    expect(await source.list()).toEqual(['a.txt', 'transforms.json']);
    expect(await asText(source.read('a.txt'))).toBe('see');
    expect(await refusal(source.read('b.txt'))).toContain('no such file');
    const archive = await openFiles([new File([zip({ 'in.txt': text('zipped') })], 'scene.zip')]);
    expect(await asText(archive.read('in.txt'))).toBe('zipped');
    expect(await refusal(openFiles([]))).toContain('found no file');
  });
});

describe('names', () => {
  it('are found as written, with an ending, in any case, and from elsewhere only when unmistakable', () => {
    const finder = new FileFinder(['set/images/1.JPG', 'set/images/2.png', 'set/other/2.png', 'set/train/r_0.png']);
    const find = (name: string) => finder.find('set/', name);
    expect(find('./images/2.png')).toBe('set/images/2.png');
    expect(find('images\\2.png')).toBe('set/images/2.png');
    expect(find('train/r_0')).toBe('set/train/r_0.png');
    expect(find('images/1.jpg')).toBe('set/images/1.JPG');
    expect(find('/home/me/images/1.jpg')).toBe('set/images/1.JPG');
    expect(find('/home/me/2.png')).toBeNull(); // two of that name
    expect(find('test/r_0')).toBeNull(); // and not train/r_0
    expect(plainPath('./a//b/./c')).toBe('a/b/c');
  });
});

describe('JSON', () => {
  it('takes what Python writes, and names the place of a fault', () => {
    expect(parseJson('\ufeff{"a": [NaN, -Infinity, 1e3, "\\u00e9", true, null], "__proto__": 1}', 'x')).toEqual(
      JSON.parse('{"a": [0, 0, 1000, "é", true, null], "__proto__": 1}', (key, value) =>
        key === '0' ? Number.NaN : key === '1' ? -Infinity : value,
      ),
    );
    const fault = (json: string) => refusal(Promise.resolve().then(() => parseJson(json, 'x')));
    return Promise.all([
      expect(fault('{"a": 1 "b": 2}')).resolves.toBe(`JSON in x at line 1 column 9: expected ',', found "\\"b\\": 2}"`),
      expect(fault('{\n"a": "b\n}')).resolves.toContain('line 2 column 6: expected the end of a text in quotes'),
      expect(fault('[1] 2')).resolves.toContain('line 1 column 5: expected the end of the file'),
      expect(fault('')).resolves.toContain('line 1 column 1: expected a value, found its end'),
      expect(fault('{a: 1}')).resolves.toContain('a name in quotes'),
      expect(fault('['.repeat(100_000))).resolves.toContain('nesting of at most'),
    ]);
  });
});
