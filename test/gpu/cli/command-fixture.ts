// What tests of the command share: running it in this process, and scenes and styles on the disk.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { benchScene } from '../../../src/bench/scene.ts';
import { runCommandLine } from '../../../src/cli/program.ts';
import { encodePng } from '../../../src/export/png.ts';

/** A folder that goes with the test file. @returns a place in it */
export function temporaryFolder(name: string): (...names: string[]) => string {
  const folder = mkdtempSync(join(tmpdir(), name));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return (...names) => join(folder, ...names);
}

export async function run(argv: string[], signal = new AbortController().signal) {
  let [stdout, stderr] = ['', ''];
  const code = await runCommandLine(argv, {
    stdout: (text) => void (stdout += text),
    stderr: (text) => void (stderr += text),
    terminal: null,
    signal,
  });
  return { code, stdout, stderr, last: stderr.trimEnd().split('\n').at(-1) };
}

export interface Transforms {
  camera_angle_x: number;
  frames: { file_path: string; transform_matrix: number[][] }[];
}

/** Writes a scene folder; `change` spoils its transforms. */
export function writeScene(
  path: string,
  change: (transforms: Transforms) => unknown = (t) => t,
  pictures = true,
): string {
  const { train } = benchScene();
  mkdirSync(join(path, 'images'), { recursive: true });
  const { width, fx } = train[0].camera;
  const frames = train.map(({ camera, picture }, i) => {
    const file = `images/${i}.png`;
    if (pictures) writeFileSync(join(path, file), encodePng(picture, { level: 1 }));
    const m = camera.cameraToWorld;
    return { file_path: file, transform_matrix: [0, 4, 8, 12].map((row) => m.slice(row, row + 4)) };
  });
  const transforms = change({ camera_angle_x: 2 * Math.atan(width / (2 * fx)), frames });
  const text = typeof transforms === 'string' ? transforms : JSON.stringify(transforms);
  writeFileSync(join(path, 'transforms.json'), text);
  return path;
}

/** A picture of 64 x 64. */
export function writeStyle(path: string): string {
  const data = new Uint8ClampedArray(64 * 64 * 4).map((_, i) =>
    i % 4 === 3 ? 255 : (Math.sin(i * i) * 0.5 + 0.5) * 255,
  );
  writeFileSync(path, encodePng({ width: 64, height: 64, data }));
  return path;
}

export const SMALL = ['--downscale', '4', '--holdout', '4'];
