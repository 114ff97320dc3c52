// `impasto train` on photographs without poses: they are found first, kept beside the field, and taken again.

import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PRESETS } from '../../../src/session/presets.ts';
import { run, temporaryFolder } from './command-fixture.ts';

const place = temporaryFolder('impasto-plain-');
const { train: full } = PRESETS.quick;

beforeAll(() => {
  PRESETS.quick.train = { ...full, raysPerStep: 256, raysPerStepMost: 256, samplesPerStep: 1 << 12 };
  mkdirSync(place('yard'));
  for (const name of ['002', '006', '010', '014', '018']) {
    copyFileSync(`assets/scenes/courtyard/train/${name}.webp`, place('yard', `${name}.webp`));
  }
});
afterAll(() => {
  PRESETS.quick.train = full;
});

describe('photographs alone', () => {
  it('are trained on; their poses are found once', { timeout: 120_000 }, async () => {
    const field = place('f.impasto');
    const options = ['--preset', 'quick', '--steps', '3', '--downscale', '16', '--holdout', '5'];
    const first = await run(['train', place('yard'), '--out', field, ...options]);
    expect(first.code, first.last).toBe(0);
    expect(first.stderr).toContain('poses done in');
    expect(first.stderr).toContain('impasto: yard: poses were found from the photographs alone: 5 of 5 have one');
    for (const name of ['transforms.json', 'poses.json', 'sparse/0/images.txt']) {
      expect(existsSync(place('f-poses', name))).toBe(true);
    }
    const scored = await run(['eval', field, '--scene', place('yard'), '--json', '-']);
    expect(scored.code).toBe(0);
    expect(scored.stderr).not.toContain('poses done in');
    expect(JSON.parse(scored.stdout).views.length).toBe(1);
  });
});
