// Nothing that a command reads is written over by it, and what is no plain file is written to, not replaced.

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { keepInputs, keepScene, writeResult } from '../../../src/cli/output.ts';
import { runCommandLine } from '../../../src/cli/program.ts';
import { transformsJson } from '../../../src/export/transforms.ts';
import { identity } from '../../../src/scene/matrix.ts';

const folder = mkdtempSync(join(tmpdir(), 'impasto-output-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const place = (...names: string[]) => join(folder, ...names);
const posix = process.platform !== 'win32';

describe('inputs', () => {
  const photos = place('photos');
  mkdirSync(photos);
  for (const name of ['transforms.json', 'a.png']) writeFileSync(join(photos, name), 'of the scene');
  for (const name of ['s.zip', 'f.impasto', 'path.json', 'style.png', 'other.png']) writeFileSync(place(name), 'input');
  symlinkSync(place('f.impasto'), place('link.impasto'));

  const run = async (...argv: string[]) => {
    let stderr = '';
    const io = { stdout: () => {}, stderr: (text: string) => void (stderr += text), terminal: null };
    const code = await runCommandLine(argv, { ...io, signal: new AbortController().signal });
    return { code, stderr };
  };

  it.each([
    ['an archive', ['train', place('s.zip'), '--out', place('s.zip')]],
    ['what is gone on from', ['train', photos, '--resume', place('f.impasto'), '--out', place('f.impasto')]],
    ['a field by its link', ['train', photos, '--resume', place('f.impasto'), '--out', place('link.impasto')]],
    ['poses of the scene', ['train', photos, '--out', place('g.impasto'), '--json', join(photos, 'transforms.json')]],
    ['a photograph', ['train', photos, '--out', join(photos, 'a.png')]],
    [
      'a camera path',
      [
        'render',
        place('f.impasto'),
        '--out',
        place('v.mp4'),
        '--path',
        place('path.json'),
        '--json',
        place('path.json'),
      ],
    ],
    ['the poses of a scene that is not named', ['render', place('f.impasto'), '--out', photos, '--cameras']],
    ['the photographs of one', ['eval', place('f.impasto'), '--scene', photos, '--images', photos]],
    [
      'a field that is painted',
      ['stylize', place('f.impasto'), '--scene', photos, '--style', place('style.png'), '--out', place('f.impasto')],
    ],
    [
      'a style of several',
      [
        'stylize',
        place('f.impasto'),
        '--scene',
        photos,
        '--style',
        `${place('style.png')}+${place('other.png')}`,
        '--out',
        place('g.impasto'),
        '--json',
        place('other.png'),
      ],
    ],
    [
      'a mask',
      [
        'stylize',
        place('f.impasto'),
        '--scene',
        photos,
        '--region',
        `${place('other.png')}=none`,
        '--out',
        place('other.png'),
      ],
    ],
    [
      'one output twice',
      [
        'stylize',
        place('f.impasto'),
        '--scene',
        photos,
        '--style',
        place('style.png'),
        '--out',
        place('g'),
        '--delta',
        place('g'),
      ],
    ],
    [
      'what a study compares',
      ['study', place('f.impasto'), `b=${place('link.impasto')}`, '--out', place('o'), '--key', place('f.impasto')],
    ],
  ])('are not written over: %s', async (_, argv) => {
    const { code, stderr } = await run(...argv);
    expect(stderr).toMatch(/^impasto: --\S+ \S+: expected (another file|a file outside|a folder of its own).*\n$/);
    expect(code).toBe(2);
    expect(readFileSync(place('f.impasto'), 'utf8')).toBe('input');
  });

  it('leaves alone what is new, and its own of an earlier time', () => {
    keepInputs(
      [
        ['--out', place('new.impasto')],
        ['--json', '-'],
      ],
      [photos, undefined, place('s.zip')],
    );
    keepInputs(
      [
        ['--out', join(photos, 'f.impasto')],
        ['--json', join(photos, 'report.json')],
      ],
      [photos],
    );
    const camera = { width: 4, height: 2, fx: 1, fy: 1, cx: 2, cy: 1, cameraToWorld: identity(), distortion: null };
    mkdirSync(place('frames'));
    writeFileSync(
      place('frames', 'transforms.json'),
      transformsJson([{ file: 'frame_0000.png', camera }], { worldFromScene: identity() }),
    );
    keepScene(place('frames'), '--out');
    keepScene(place('none yet'), '--out');
  });
});

describe.skipIf(!posix)('what is no plain file', () => {
  it('is written to where it is a pipe', async () => {
    const pipe = place('pipe');
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    const reader = open(pipe, 'r');
    await writeResult(pipe, 'through the pipe');
    const file = await reader;
    expect(await file.readFile('utf8')).toBe('through the pipe');
    await file.close();
    expect(statSync(pipe).isFIFO()).toBe(true);
  });

  it('is written to where it is a device', async () => {
    await writeResult('/dev/null', 'into nothing');
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it('stays a link, and what it names is replaced whole, with its rights', async () => {
    writeFileSync(place('target'), 'before');
    chmodSync(place('target'), 0o640);
    symlinkSync('target', place('to-target'));
    symlinkSync('later', place('to-later'));
    await writeResult(place('to-target'), 'after');
    await writeResult(place('to-later'), 'new');
    expect(lstatSync(place('to-target')).isSymbolicLink()).toBe(true);
    expect(readFileSync(place('target'), 'utf8')).toBe('after');
    expect(statSync(place('target')).mode & 0o777).toBe(0o640);
    expect(lstatSync(place('to-later')).isSymbolicLink()).toBe(true);
    expect(readFileSync(place('later'), 'utf8')).toBe('new');
  });

  it('is refused where it is a folder, or a link to itself', async () => {
    symlinkSync('round', place('round'));
    await expect(writeResult(folder, 'x')).rejects.toThrow('found no plain file in its place');
    await expect(writeResult(place('round'), 'x')).rejects.toThrow('in a circle');
    expect(existsSync(place('round'))).toBe(false);
  });
});
