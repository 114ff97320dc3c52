// The rooms of src import one another as the table in docs/architecture.md says, and not otherwise: an arrow that is
// not there fails, and so does one there that nobody uses. What a page or a library's user loads reaches no package of
// Node's.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import architecture from '../../docs/architecture.md?raw';
import manifest from '../../package.json' with { type: 'json' };

/** Source by file, `src/...`. Imported as text, so that a change of any of them runs this test. */
const SOURCES = new Map(
  Object.entries(import.meta.glob<string>('../../src/**/*.ts', { query: '?raw', import: 'default', eager: true })).map(
    ([path, source]) => [path.replace('../../', ''), source],
  ),
);
const FILES = [...SOURCES.keys()];

interface Import {
  /** A file of ours from the root, or a package's name. */
  to: string;
  /** Types alone: nothing of it is loaded. */
  typeOnly: boolean;
}

/** What a file imports: static, dynamic, re-exported, and workers by their address. */
function importsOf(file: string): Import[] {
  const pattern =
    /^(?:import|export)\s(?:(type)\s)?[^'";]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\(\s*'([^']+)'|new URL\(\s*'([^']+\.ts)'/gm;
  return [...SOURCES.get(file)!.matchAll(pattern)].map(([, type, ...names]) => {
    const name = names.find((found) => found !== undefined)!.replace(/\?.*$/, '');
    const to = name.startsWith('.') ? normalize(join(dirname(file), name)).replaceAll('\\', '/') : name;
    return { to, typeOnly: type !== undefined };
  });
}

/** The folder under src; a file beside the rooms is known by its own name. */
const roomOf = (file: string) => file.split('/')[1].replace(/\.ts$/, '');

/** `| nerf | gpu, scene (types.ts), shaders |`: a room, and the rooms that it may import, or files of them. */
function arrowsInDocs(): Map<string, Map<string, string[] | null>> {
  const [, table] = /\n\| room \| may import \|\n\| --- \| --- \|\n((?:\|.*\|\n)+)/.exec(architecture)!;
  return new Map(
    table
      .trim()
      .split('\n')
      .map((line) => {
        const [room, cell] = line.split('|').slice(1, 3);
        const arrows = [...cell.matchAll(/([\w-]+)(?: \(([^)]*)\))?/g)].map(
          ([, to, files]): [string, string[] | null] => [to, files?.split(',').map((name) => name.trim()) ?? null],
        );
        return [room.trim(), new Map(cell.trim() === 'nothing' ? [] : arrows)];
      }),
  );
}

/** Beside the rooms, importable by all. */
const COMMON = ['errors', 'crc32', 'random', 'optional-package'];

describe('the rooms', () => {
  const listed = arrowsInDocs();
  const arrows = FILES.flatMap((file) =>
    importsOf(file)
      .filter(({ to }) => to.startsWith('src/') && roomOf(to) !== roomOf(file) && !COMMON.includes(roomOf(to)))
      .map(({ to }) => ({ file, to })),
  );

  it('import one another as docs/architecture.md says', () => {
    const unlisted = arrows.filter(({ file, to }) => {
      const files = listed.get(roomOf(file))?.get(roomOf(to));
      return files === undefined || (files !== null && !files.some((name) => to === `src/${roomOf(to)}/${name}`));
    });
    expect(unlisted.map(({ file, to }) => `${roomOf(file)} may not import ${to}, but ${file} does`)).toEqual([]);
  });

  it('use each arrow that is listed there', () => {
    const unused = [...listed].flatMap(([room, targets]) =>
      [...targets].flatMap(([target, files]) =>
        (files?.map((name) => `src/${target}/${name}`) ?? [`src/${target}/`])
          .filter((path) => !arrows.some(({ file, to }) => roomOf(file) === room && to.startsWith(path)))
          .map((path) => `${room} is said to import ${path}, and does not`),
      ),
    );
    expect(unused).toEqual([]);
  });

  it('are all listed, and import in no circle', () => {
    const rooms = new Set(FILES.map(roomOf).filter((room) => !COMMON.includes(room)));
    expect([...rooms].filter((room) => !listed.has(room))).toEqual([]);
    const order: string[] = [];
    const visit = (room: string, path: string[]): void => {
      expect(path, 'a circle of rooms').not.toContain(room);
      if (order.includes(room)) return;
      for (const target of listed.get(room)?.keys() ?? []) visit(target, [...path, room]);
      order.push(room);
    };
    for (const room of rooms) visit(room, []);
  });

  it('stand on files beside them, which know of none', () => {
    const upward = COMMON.flatMap((name) => importsOf(`src/${name}.ts`)).filter(
      ({ to }) => to.startsWith('src/') && !COMMON.includes(roomOf(to)),
    );
    expect(upward).toEqual([]);
  });
});

describe('files', () => {
  const MOST_LINES = 400;

  it(`have at most ${MOST_LINES} lines`, () => {
    const root = resolve(import.meta.dirname, '../..');
    const files = ['src', 'test', 'tools', 'examples'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(ts|mjs|wgsl|css)$/.test(name) && !name.includes('node_modules'))
        .map((name) => join(folder, name)),
    );
    expect(files.length).toBeGreaterThan(600);
    const lines = (file: string) => readFileSync(join(root, file), 'utf8').trimEnd().split('\n').length;
    expect(files.map((file) => [file, lines(file)] as const).filter(([, count]) => count > MOST_LINES)).toEqual([]);
  });
});

describe('what is loaded in a browser', () => {
  const ofNode = /^(node:|webgpu$|sharp$|@napi-rs\/|commander$|cli-progress$)/;
  /** Modules that an entry loads, and the packages that they load. */
  function reached(entry: string): { modules: Set<string>; packages: Map<string, string> } {
    const modules = new Set([entry]);
    const packages = new Map<string, string>();
    for (const file of modules) {
      for (const { to, typeOnly } of importsOf(file)) {
        if (typeOnly) continue;
        if (!to.startsWith('src/') && !to.includes('.wgsl') && !to.startsWith('assets/')) packages.set(to, file);
        if (to.startsWith('src/') && to.endsWith('.ts')) modules.add(to);
      }
    }
    return { modules, packages };
  }

  it.each([
    ['src/viewer/main.ts', 20],
    ['src/viewer/bench.ts', 20],
    ['src/index.ts', 20],
    ['src/three/index.ts', 10],
  ])('from %s on reaches nothing of Node', (entry, least) => {
    const { modules, packages } = reached(entry);
    expect(
      [...packages].filter(([name]) => ofNode.test(name)).map(([name, file]) => `${file} imports ${name}`),
    ).toEqual([]);
    expect(modules.size).toBeGreaterThan(least);
  });

  it('from the package on is what package.json says', () => {
    const names = ['src/index.ts', 'src/three/index.ts'].flatMap((entry) => [...reached(entry).packages.keys()]);
    // webgpu-utils is in the package's own code (vite.lib.config.ts).
    const allowed = [...Object.keys(manifest.dependencies), 'three', 'webgpu-utils'];
    expect(names.filter((name) => !allowed.includes(name.split('/')[0]))).toEqual([]);
  });
});
