// A project comes back as it was saved, every part of it; what is no project of ours is refused in a sentence.

import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { openZip } from '../../../../src/scene/zip-source.ts';
import { kindOf } from '../../../../src/viewer/dropped-files.ts';
import { PROJECT_MARK, readProject, writeProject } from '../../../../src/viewer/project/project-file.ts';
import { memorySource } from '../../../scene-fixtures.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);
const PROJECT = {
  scene: 'ball',
  view: { position: [1, 2, 3] as [number, number, number], target: [0, 0, 0] as [number, number, number] },
  shown: { styles: [{ id: 'a', weight: 1 }], strength: 0.5 },
  settings: { style: { brush: 1.5 }, view: {}, export: {} },
  path: null,
};
const photographs = memorySource({ 'images/1.png': bytes(7, 7), 'transforms.json': bytes(8) });

const written = (more: Partial<Parameters<typeof writeProject>[0]> = {}) =>
  writeProject({ project: PROJECT, field: bytes(1, 2), styles: [bytes(3), bytes(4)], photographs, ...more });

describe('a project', () => {
  it('comes back as it was saved', async () => {
    const source = await openZip(await written(), 'ball-project.zip');
    expect(await kindOf(source)).toBe('project');
    const opened = await readProject(source);
    expect(opened.project).toEqual({ kind: 'impasto-project', version: 1, ...PROJECT, photographs: 'inside' });
    expect(opened.field).toEqual(bytes(1, 2));
    expect(opened.styles).toEqual([
      { bytes: bytes(3), where: 'ball-project.zip/styles/01.style.impasto' },
      { bytes: bytes(4), where: 'ball-project.zip/styles/02.style.impasto' },
    ]);
    expect((await opened.photographs!.list()).sort()).toEqual(['images/1.png', 'transforms.json']);
    expect(await opened.photographs!.read('images/1.png')).toEqual(bytes(7, 7));
    expect(opened.photographs!.name).toBe('ball');
  });

  it.each(['bundled', null] as const)('holds no photographs where they are %s', async (where) => {
    const opened = await readProject(await openZip(await written({ photographs: where }), 'p.zip'));
    expect(opened.photographs).toBeNull();
    expect(opened.project.photographs).toBe(where ?? 'none');
  });
});

describe('readProject', () => {
  const text = (content: unknown) => new TextEncoder().encode(JSON.stringify(content));
  const head = { kind: 'impasto-project', version: 1, ...PROJECT, photographs: 'inside' };
  it.each([
    ['something else', { [PROJECT_MARK]: bytes(255, 254) }, /expected JSON, found something else/],
    ['a later version', { [PROJECT_MARK]: text({ ...head, version: 9 }) }, /expected version 1, .*found version 9/],
    ['a list', { [PROJECT_MARK]: text([]) }, /expected a project written by Impasto/],
    [
      'a strength beyond 1',
      { [PROJECT_MARK]: text({ ...head, shown: { styles: [], strength: 7 } }) },
      /'shown\.strength' of impasto-project\.json in p\.zip/,
    ],
    ['no field', { [PROJECT_MARK]: text(head) }, /project in p\.zip: expected its field\.impasto, found no such file/],
    [
      'no photographs',
      { [PROJECT_MARK]: text(head), 'field.impasto': bytes(1) },
      /expected the photographs of ball, found none/,
    ],
  ])('refuses %s', async (_, files, sentence) => {
    const source = await openZip(zipSync(files as Record<string, Uint8Array>) as Uint8Array<ArrayBuffer>, 'p.zip');
    await expect(readProject(source)).rejects.toThrow(sentence);
  });
});
