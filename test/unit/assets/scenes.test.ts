// The scenes that ship: the index says what is there, every scene loads, keeps to its size, and its depth agrees with
// its cameras: points of one test view, carried into another, never lie in front of what that view saw.
// Models are rendered again (tools/scenes/again.py) only where Blender is at hand and IMPASTO_SLOW is set: minutes.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openScenePath } from '../../../src/scene/folder-source.ts';
import { loadScene } from '../../../src/scene/load.ts';
import { nodeDecoder } from '../../../src/scene/node-decoder.ts';
import type { BundledScene } from '../../../src/viewer/page-state.ts';
import { readDepth } from '../../../tools/fields/measure.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const ASSETS = join(ROOT, 'assets');
const INDEX: BundledScene[] = JSON.parse(readFileSync(join(ASSETS, 'scenes/index.json'), 'utf8'));
const MEGABYTE = 1e6;

const filesUnder = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

interface Seen {
  /** Row-major camera-to-world, OpenGL axes, world units. */
  pose: number[][];
  depth: { side: number; z: Float32Array };
}

/** Carries the points of `a` into `b`: how many land in view, agree within 1 %, or lie in front of what b saw. */
function compare(a: Seen, b: Seen, halfWidth: number): { landed: number; agreed: number; inFront: number } {
  const count = { landed: 0, agreed: 0, inFront: 0 };
  const { side } = a.depth;
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const z = a.depth.z[row * side + column];
      if (z === 0) continue;
      const x = ((2 * (column + 0.5)) / side - 1) * halfWidth * z;
      const y = (1 - (2 * (row + 0.5)) / side) * halfWidth * z;
      const world = [0, 1, 2].map((i) => a.pose[i][0] * x + a.pose[i][1] * y - a.pose[i][2] * z + a.pose[i][3]);
      const there = world.map((value, i) => value - b.pose[i][3]);
      const inB = [0, 1, 2].map((j) => there[0] * b.pose[0][j] + there[1] * b.pose[1][j] + there[2] * b.pose[2][j]);
      const zB = -inB[2];
      if (zB <= 0.1) continue;
      const columnB = Math.floor(((inB[0] / zB / halfWidth + 1) / 2) * side);
      const rowB = Math.floor(((1 - inB[1] / zB / halfWidth) / 2) * side);
      if (columnB < 1 || rowB < 1 || columnB >= side - 1 || rowB >= side - 1) continue;
      count.landed++;
      // The farthest of the 3x3 blocks about it: an edge of something thin is no contradiction.
      let [nearest, farthest] = [Infinity, 0];
      for (let k = 0; k < 9; k++) {
        const seen = b.depth.z[(rowB + Math.floor(k / 3) - 1) * side + columnB + (k % 3) - 1];
        nearest = Math.min(nearest, seen || Infinity);
        farthest = Math.max(farthest, seen || Infinity);
      }
      if (zB >= nearest * 0.99 && zB <= farthest * 1.01) count.agreed++;
      else if (zB < nearest * 0.99) count.inFront++;
    }
  }
  return count;
}

describe('assets', () => {
  it('are at most 45 MB in all', () => {
    const bytes = filesUnder(ASSETS).reduce((sum, file) => sum + statSync(file).size, 0);
    expect(bytes).toBeLessThanOrEqual(45 * MEGABYTE);
  });

  it('have a small square of every style picture, 10 kB at most', () => {
    const styles: { file: string }[] = JSON.parse(readFileSync(join(ASSETS, 'styles/index.json'), 'utf8'));
    for (const { file } of styles)
      expect(statSync(join(ASSETS, 'styles/thumbs', file)).size, file).toBeLessThanOrEqual(10_000);
  });
});

describe.each(INDEX)('scene $name', ({ path, title, files, bytes }) => {
  const folder = join(ASSETS, path);
  const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'));

  it('is listed whole, in at most 8 MB', () => {
    const found = filesUnder(folder).map((file) => relative(folder, file).split(sep).join('/'));
    expect([...files].sort()).toEqual(found.sort());
    expect(files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0)).toBe(bytes);
    expect(bytes).toBeLessThanOrEqual(8 * MEGABYTE);
    expect(title).not.toBe('');
  });

  it('loads without a note on anything missing or odd', async () => {
    const scene = await loadScene(await openScenePath(folder), { decoder: nodeDecoder, downscale: 8 });
    const counts = [read('transforms_train.json').frames.length, read('transforms_test.json').frames.length];
    expect([scene.train.length, scene.test.length]).toEqual(counts);
    expect(scene.notes.filter((note) => !/^split of the dataset|^pictures were reduced/.test(note))).toEqual([]);
    expect([scene.unbounded, scene.hasAlpha]).toEqual([true, false]);
    expect(scene.train[0].camera.width).toBe(384 / 8);
  });

  it('has pictures with light, shade and colour in every view', async () => {
    const scene = await loadScene(await openScenePath(folder), { decoder: nodeDecoder, downscale: 8 });
    for (const { name, picture } of [...scene.train, ...scene.test]) {
      let [sum, squares, chroma] = [0, 0, 0];
      const count = picture.data.length / 4;
      for (let i = 0; i < picture.data.length; i += 4) {
        const [r, g, b] = picture.data.subarray(i, i + 3);
        sum += (r + g + b) / 3 / count;
        squares += ((r + g + b) / 3) ** 2 / count;
        chroma += (Math.max(r, g, b) - Math.min(r, g, b)) / count;
      }
      const contrast = Math.sqrt(squares - sum ** 2);
      expect(sum > 20 && sum < 210 && contrast > 20 && chroma > 15, `${name}: ${[sum, contrast, chroma]}`).toBe(true);
    }
  });

  it('has depth that agrees with its cameras', () => {
    const { frames, camera_angle_x: angle } = read('transforms_test.json');
    const seen: Seen[] = frames
      .slice(0, 12)
      .map((frame: { transform_matrix: number[][]; depth_file_path: string }) => ({
        pose: frame.transform_matrix,
        depth: readDepth(join(folder, frame.depth_file_path)),
      }));
    const total = { landed: 0, agreed: 0, inFront: 0 };
    for (const a of seen) {
      for (const b of seen) {
        if (a === b) continue;
        const { landed, agreed, inFront } = compare(a, b, Math.tan(angle / 2));
        total.landed += landed;
        total.agreed += agreed;
        total.inFront += inFront;
      }
    }
    expect(total.landed).toBeGreaterThan(10_000);
    expect(total.agreed / total.landed).toBeGreaterThan(0.4);
    expect(total.inFront / total.landed).toBeLessThan(0.006);
  });
});

const runs = (command: string, ...words: string[]) => spawnSync(command, words).status === 0;
const slow = Boolean(process.env.IMPASTO_SLOW) && runs('blender', '--version');
const python = slow && ['python3', '/usr/bin/python3'].find((name) => runs(name, '-c', 'import numpy, PIL'));
describe.skipIf(!python)('rendering again', () => {
  it.each(INDEX)('$name: the same picture to 1 level', { timeout: 3_600_000 }, ({ name }) => {
    const said = spawnSync(python || '', [join(ROOT, 'tools/scenes/again.py'), name], { encoding: 'utf8' });
    const difference = /largest difference (\d+)/.exec(said.stdout);
    expect(difference, said.stderr).not.toBeNull();
    expect(Number(difference![1])).toBeLessThanOrEqual(1);
  });
});
