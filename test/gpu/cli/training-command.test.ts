// `impasto train` going on from a file: more steps of the same field, refused where preset, seed or steps say otherwise.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../../src/cli/program.ts';
import { encodePng } from '../../../src/export/png.ts';
import { readContainer } from '../../../src/nerf/container.ts';
import { PRESETS } from '../../../src/session/presets.ts';
import { ballScene } from '../../reference/nerf/ball.ts';

const folder = mkdtempSync(join(tmpdir(), 'impasto-resume-'));
const at = (name: string) => join(folder, name);
const scene = at('ball');
const { train: full } = PRESETS.quick;

beforeAll(async () => {
  // Small steps: what is tested is the way from one file to the next.
  PRESETS.quick.train = { ...full, raysPerStep: 256, raysPerStepMost: 256, samplesPerStep: 1 << 12 };
  mkdirSync(scene);
  const frames = ballScene(6, 24).train.map(({ camera, picture }, i) => {
    writeFileSync(join(scene, `${i}.png`), encodePng(picture, { level: 1 }));
    const m = camera.cameraToWorld;
    return { file_path: `${i}.png`, transform_matrix: [0, 4, 8, 12].map((row) => m.slice(row, row + 4)) };
  });
  writeFileSync(join(scene, 'transforms.json'), JSON.stringify({ camera_angle_x: 0.85, frames }));
  const first = ['--preset', 'quick', '--steps', '6', '--seed', '4', '--holdout', '3'];
  expect(await train(...first, '--with-optimiser', '--out', at('kept.impasto'))).toEqual({ code: 0, last: '' });
});
afterAll(() => {
  PRESETS.quick.train = full;
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the command; a fault's last line, progress left out. */
async function train(...options: string[]) {
  let stderr = '';
  const io = {
    stdout: () => {},
    stderr: (text: string) => void (stderr += text),
    terminal: null,
    signal: new AbortController().signal,
  };
  const code = await runCommandLine(['train', scene, ...options], io);
  return { code, last: code === 0 ? '' : stderr.trimEnd().split('\n').at(-1) };
}

const header = (file: string) => readContainer(readFileSync(file), file).meta as Record<string, unknown>;

describe('train --resume', () => {
  it('goes on with preset, seed and held-out views of the file, and tells figures over time', async () => {
    const out = at('more.impasto');
    const json = at('more.json');
    const options = ['--resume', at('kept.impasto'), '--steps', '9', '--out', out, '--json', json];
    expect(await train(...options)).toEqual({ code: 0, last: '' });
    const [before, after] = [header(at('kept.impasto')), header(out)];
    expect(after).toMatchObject({ preset: 'quick', seed: 4, steps: 9, scene: before.scene });
    expect(before.optimiser).toMatchObject({ density: 6, appearance: 6 });
    expect(after.optimiser).toBeNull();
    const { curve, psnr } = JSON.parse(readFileSync(json, 'utf8'));
    expect(curve.at(-1)).toMatchObject({ step: 9, psnr: expect.closeTo(psnr, 2) });
  });

  it.each<[string, string[], RegExp]>([
    ['another seed', ['--seed', '5'], /^impasto: --seed: expected none beside --resume/],
    ['another preset', ['--preset', 'standard'], /^impasto: --preset in .*: expected quick, as it was begun/],
    ['fewer steps', ['--steps', '6'], /^impasto: --steps in .*: expected more than the 6 that are done, found 6$/],
    ['a missing file', ['--resume', at('none.impasto')], /none\.impasto/],
  ])('refuses %s in one sentence', async (_, options, message) => {
    const { code, last } = await train('--resume', at('kept.impasto'), ...options, '--out', at('no.impasto'));
    expect(last).toMatch(message);
    expect(code).toBe(2);
  });
});
