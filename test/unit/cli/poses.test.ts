// The command on real pictures: cameras where they truly were, files that load; kept poses are taken again; refusals.

import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { PoseProgress } from '../../../src/cli/pose-progress.ts';
import { openPosedScene } from '../../../src/cli/posed-scene.ts';
import { runCommandLine } from '../../../src/cli/program.ts';
import { openFolder } from '../../../src/scene/folder-source.ts';
import { loadScene } from '../../../src/scene/load.ts';
import { nodeDecoder } from '../../../src/scene/node-decoder.ts';
import { similarity } from '../../../tools/poses/similarity.ts';

const folder = mkdtempSync(join(tmpdir(), 'impasto-poses-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const SCENE = 'assets/scenes/courtyard';

/** One side of the yard and two pictures of the opposite one, where the fountain looks the same. */
const SIDE = ['002', '006', '010', '014', '018'];
const OPPOSITE = ['008', '012'];

function picturesIn(name: string, names: readonly string[]): string {
  const place = join(folder, name);
  mkdirSync(place, { recursive: true });
  for (const each of names) copyFileSync(`${SCENE}/train/${each}.webp`, join(place, `${each}.webp`));
  return place;
}

function streams(signal = new AbortController().signal) {
  const out = { stdout: '', stderr: '' };
  const io = {
    stdout: (text: string) => void (out.stdout += text),
    stderr: (text: string) => void (out.stderr += text),
    terminal: null,
    signal,
  };
  return { out, io };
}

describe('impasto poses', () => {
  it('finds the cameras of photographs, which then are a scene; keeps them', { timeout: 120_000 }, async () => {
    const pictures = picturesIn('yard', [...SIDE, ...OPPOSITE]);
    const { out, io } = streams();
    expect(await runCommandLine(['poses', pictures, '--out', pictures, '--json', '-'], io)).toBe(0);
    const report = JSON.parse(out.stdout);
    expect(report).toMatchObject({ pictures: 7, registered: 5, unregistered: OPPOSITE.map((name) => `${name}.webp`) });
    expect(report.reprojection).toBeLessThan(1);
    expect(out.stderr).toContain('2 of 7 pictures found no place');

    const truth = JSON.parse(readFileSync(`${SCENE}/transforms_train.json`, 'utf8'));
    const focal = (0.5 * truth.w) / Math.tan(0.5 * truth.camera_angle_x);
    expect(Math.abs(report.focal[0] / focal - 1)).toBeLessThan(0.02);
    const scene = await loadScene(await openFolder(pictures), { decoder: nodeDecoder, holdout: 0, downscale: 4 });
    expect(scene.train.map(({ name }) => name.slice(0, 3))).toEqual(SIDE);
    const trueOf = (name: string): number[][] =>
      truth.frames.find((frame: { file_path: string }) => frame.file_path.includes(name)).transform_matrix;
    const rotationOf = (m: number[]) => [0, 1, 2].flatMap((column) => [0, 1, 2].map((row) => m[row * 4 + column]));
    const errors = similarity(
      scene.train.map(({ camera }) => [3, 7, 11].map((k) => camera.cameraToWorld[k])),
      SIDE.map((name) => [0, 1, 2].map((row) => trueOf(name)[row][3])),
      scene.train.map(({ camera }) => rotationOf(camera.cameraToWorld)),
      SIDE.map((name) => rotationOf(trueOf(name).flat())),
    );
    expect(errors.position.max).toBeLessThan(3); // % of the mean distance from the middle
    expect(errors.rotation.max).toBeLessThan(1); // degrees

    // Kept beside a field, they are taken again for the same photographs: at once, and the same.
    const plain = picturesIn('plain', [...SIDE, ...OPPOSITE]);
    const kept = await openPosedScene(io, plain, [pictures], null);
    expect(kept.notes![0]).toBe('poses were found from the photographs alone: 5 of 7 have one');
    expect(await kept.list()).toContain('transforms.json');
    // A scene with poses is left as it is.
    expect((await openPosedScene(io, SCENE, [pictures], null)).notes).toBeUndefined();
  });

  it('refuses in a sentence, writes nothing then, and stops when told to', { timeout: 60_000 }, async () => {
    const two = picturesIn('two', SIDE.slice(0, 2));
    const place = join(folder, 'out');
    const { out, io } = streams();
    expect(await runCommandLine(['poses', two, '--out', place], io)).toBe(2);
    expect(out.stderr).toMatch(
      /impasto: camera poses in two: expected at least 3 overlapping photographs, found 2 \(walk/,
    );
    expect(statSync(place).isDirectory() && existsSync(join(place, 'transforms.json'))).toBe(false);
    const stopped = streams(AbortSignal.abort(130));
    expect(await runCommandLine(['poses', two, '--out', place], stopped.io)).toBe(130);
    expect(await runCommandLine(['train', two, '--out', join(place, 'f.impasto')], streams().io)).toBe(2);
  });
});

describe('the progress of poses', () => {
  it('goes on, never back, and says how long it will take', () => {
    const said: [number, string][] = [];
    let seconds = 0;
    const progress = new PoseProgress(
      (_task, fraction, text) => said.push([fraction, text]),
      () => seconds,
    );
    progress.step('features', 0, 'none');
    seconds = 20;
    progress.step('features', 1, 'all');
    progress.step('cameras', 0.5, '5 of 10');
    progress.step('cameras', 0.2, '2 of 10'); // from another seed
    progress.step('cameras', 1, '10 of 10');
    expect(said.map(([fraction]) => fraction)).toEqual([0, 0.2, 0.8, 0.8, 1].map((x) => expect.closeTo(x, 9)));
    expect(said.map(([, text]) => text)).toEqual([
      'features, none',
      'features, all, about 80 s left',
      'cameras, 5 of 10, about 5 s left',
      'cameras, 2 of 10, about 5 s left',
      'cameras, 10 of 10',
    ]);
  });
});
