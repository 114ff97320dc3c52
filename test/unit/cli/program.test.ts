// The command line without an engine: whatever can be refused before the adapter is opened is, with exit code 2
// and one line, and nothing is written.

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../../src/cli/program.ts';
import { encodePng } from '../../../src/export/png.ts';

const folder = mkdtempSync(join(tmpdir(), 'impasto-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const place = (name: string) => join(folder, name);
const picture = place('style.png');
writeFileSync(picture, encodePng({ width: 2, height: 2, data: new Uint8ClampedArray(16).fill(200) }));
writeFileSync(place('notes.txt'), 'no picture');

async function run(...argv: string[]) {
  let [stdout, stderr] = ['', ''];
  const code = await runCommandLine(argv, {
    stdout: (text) => void (stdout += text),
    stderr: (text) => void (stderr += text),
    terminal: null,
    signal: new AbortController().signal,
  });
  return { code, stdout, stderr };
}

describe('command line', () => {
  it('shows help and version on stdout', async () => {
    for (const argv of [['--help'], ['run', '--help'], ['--version']]) {
      const { code, stdout, stderr } = await run(...argv);
      expect(code).toBe(0);
      expect(stdout.length).toBeGreaterThan(4);
      expect(stderr).toBe('');
    }
    const { stdout } = await run('--help');
    for (const name of [
      'run',
      'train',
      'poses',
      'eval',
      'stylize',
      'render',
      'consistency',
      'study',
      'bake',
      'bench',
      'info',
    ])
      expect(stdout).toContain(`\n  ${name} `);
  });

  const scene = folder;
  const cases: [string, string[], string][] = [
    ['no command', [], 'expected a command (run, train,'],
    ['an unknown command', ['paint'], "unknown command 'paint'"],
    ['an unknown option', ['info', '--colour'], "unknown option '--colour'"],
    ['a missing argument', ['train', '--out', place('f.impasto')], "missing required argument 'scene'"],
    ['a missing option', ['train', scene], "required option '--out <file>' not specified"],
    ['too many arguments', ['info', 'more'], 'too many arguments'],
    ['a bad number', ['train', scene, '--out', place('f.impasto'), '--steps', 'ten'], '--steps: expected a whole'],
    ['a bad preset', ['train', scene, '--out', place('f.impasto'), '--preset', 'x'], '--preset: expected quick or'],
    [
      'a bad loss',
      ['stylize', 'f', '--loss', 'lpips'],
      '--loss: expected nnfm, remd, patch, attention, gram, adain or several',
    ],
    [
      'no such scene',
      ['train', place('gone'), '--out', place('f.impasto')],
      'expected a folder or a .zip, found no such',
    ],
    ['no such style', ['run', scene, '--style', place('gone.jpg'), '--out', place('o')], 'found no such file'],
    ['a folder as style', ['run', scene, '--style', folder, '--out', place('o')], 'found a folder'],
    ['a style that is no image', ['run', scene, '--style', place('notes.txt'), '--out', place('o')], 'notes.txt'],
    ['no such checkpoint', ['render', place('gone.impasto'), '--out', place('v.mp4')], 'found no such file'],
    ['no such network', ['run', scene, '--style', picture, '--out', place('o'), '--features', 'vgg16'], '--features'],
    ['an ending that is no video', ['render', picture, '--out', place('v.avi')], 'expected .mp4, .webm or a folder'],
    [
      'a bad background',
      ['train', scene, '--out', place('f.impasto'), '--background', 'red'],
      '--background: expected white or black or random',
    ],
    ['heads that are none', ['eval', picture, '--scene', scene, '--lpips', picture], '.safetensors header length in'],
    ['no such baseline', ['consistency', picture, '--base', place('gone.impasto')], 'baseline'],
    [
      'no such style file',
      ['render', picture, '--out', place('v.mp4'), '--style-file', place('g.impasto:2')],
      'style file',
    ],
    ['a file as --images', ['consistency', picture, '--images', picture], 'found a file in its place'],
    ['a style of the views that is none', ['consistency', picture, '--style', place('gone.jpg')], 'found no such file'],
    ['a study of one', ['study', picture, '--out', place('o')], 'expected two fields or more, found 1'],
    ['a study without a place', ['study', picture, `b=${picture}`], 'expected --out'],
    ['a study of two by one name', ['study', picture, picture, '--out', place('o')], 'style.png twice'],
    ['ratings without a key', ['study', '--collect', picture], 'expected --key'],
    ['a key that is none', ['study', '--collect', picture, '--key', picture], 'expected the key of a sheet'],
    ['depth in a video', ['render', picture, '--out', place('v.mp4'), '--depth'], 'expected --out to be a folder'],
    ['a size beside photographs', ['bake', picture, '--scene', scene, '--size', '64x64'], 'or --size, found both'],
    ['two paths', ['render', picture, '--out', place('v.mp4'), '--turntable', '--path', 'p'], 'found both'],
    ['a folder as --out', ['train', scene, '--out', folder], 'expected the name of a file, found a folder'],
    ['a file as --out folder', ['run', scene, '--style', picture, '--out', picture], 'found a file in its place'],
    ['--json into a file', ['info', '--json', join(picture, 'a.json')], 'found a file in its place'],
  ];
  it.each(cases)('refuses %s', async (_, argv, sentence) => {
    const { code, stdout, stderr } = await run(...argv);
    expect(stderr).toContain(sentence);
    expect(stderr).toMatch(/^impasto: [^\n]+\n$/);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  it('takes --out with a dot in it for a folder, unless it ends as another file does', async () => {
    for (const out of ['2024.05.01', 'frames.v2/', 'here.mp4']) {
      if (out === 'here.mp4') mkdirSync(place(out));
      const { code, stderr } = await run('render', place('gone.impasto'), '--out', place(out));
      expect(stderr, out).toContain('found no such file'); // of the field: the place was ready
      expect(code).toBe(2);
      rmSync(place(out), { recursive: true });
    }
  });

  it('says that a name is too long, as a fault of the name', async () => {
    const { code, stderr } = await run('train', scene, '--out', place(`${'x'.repeat(300)}.impasto`));
    expect(stderr).toContain('too long');
    expect(code).toBe(2);
  });

  it('tells a control character of a file by its number', async () => {
    const { code, stderr } = await run('render', place('a\u001b]0;title\u0007\u009b.impasto'), '--out', place('v.mp4'));
    expect(code).toBe(2);
    expect(stderr).toContain('a\\u001b]0;title\\u0007\\u009b.impasto');
    expect(stderr).not.toMatch(/(?!\n)\p{Cc}/u);
  });

  it('wrote nothing by all that', () => {
    expect(readdirSync(folder).sort()).toEqual(['notes.txt', 'o', 'style.png']);
    expect(readdirSync(place('o'))).toEqual([]);
  });
});
