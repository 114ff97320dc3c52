// Scenes that only the loaders can find to be bad: one line, exit code 2, nothing written.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { zipSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodePng } from '../../../src/export/png.ts';
import { run, temporaryFolder, writeScene } from './command-fixture.ts';

const place = temporaryFolder('impasto-bad-scenes-');
beforeAll(() => void writeScene(place('ball')));

describe('bad scenes', () => {
  const cases: [string, () => string, string][] = [
    [
      'a folder without poses',
      () => {
        mkdirSync(place('no-poses/images'), { recursive: true });
        writeFileSync(place('no-poses/images/0.png'), readFileSync(place('ball/images/0.png')));
        return place('no-poses');
      },
      'at least 3 overlapping',
    ],
    ['broken JSON', () => writeScene(place('broken'), () => '{ "frames": ['), 'JSON'],
    [
      'a NaN in every matrix',
      () =>
        writeScene(place('nan'), (t) =>
          JSON.stringify(t).replace(/"transform_matrix":\[\[[^,]+/g, '"transform_matrix":[[NaN'),
        ),
      'nan',
    ],
    [
      'matrices that are singular',
      () =>
        writeScene(place('singular'), (t) => {
          for (const frame of t.frames) frame.transform_matrix = [0, 0, 0, 0].map(() => [0, 0, 0, 0]);
          return t;
        }),
      'matri',
    ],
    ['no picture at all', () => writeScene(place('none'), undefined, false), 'picture'],
    [
      'pictures that are none',
      () => {
        writeScene(place('text'));
        for (const name of readdirSync(place('text/images'))) writeFileSync(place('text/images', name), 'no picture');
        return place('text');
      },
      'picture',
    ],
    [
      'a picture 20,000 pixels wide',
      () => {
        writeScene(place('wide'), (t) => ({ ...t, frames: t.frames.slice(0, 1) }));
        const width = 20_000;
        const data = new Uint8ClampedArray(width * 4).fill(255);
        writeFileSync(place('wide/images/0.png'), encodePng({ width, height: 1, data }, { level: 1 }));
        return place('wide');
      },
      '20000',
    ],
    [
      'an archive that leads outside',
      () => {
        writeFileSync(place('evil.zip'), zipSync({ '../transforms.json': new Uint8Array(3) }));
        return place('evil.zip');
      },
      '../transforms.json',
    ],
    [
      'an archive that is none',
      () => {
        writeFileSync(place('none.zip'), 'PK no archive');
        return place('none.zip');
      },
      'none.zip',
    ],
  ];
  it.each(cases)('refuses %s', async (_, make, sentence) => {
    const out = place('bad.impasto');
    const { code, stdout, last } = await run(['train', make(), '--out', out, '--preset', 'quick', '--steps', '1']);
    expect(last).toMatch(/^impasto: /);
    expect(last?.toLowerCase()).toContain(sentence.toLowerCase());
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(existsSync(out)).toBe(false);
  });
});
