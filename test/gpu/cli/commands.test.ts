// The command line with its engine: the whole road on a tiny scene made here, and checkpoints that are refused in one line
// and exit code 2.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { withEngine } from '../../../src/cli/engine.ts';
import { reportSchema } from '../../../src/cli/report.ts';
import { turntableFor } from '../../../src/export/camera-path.ts';
import { decodeNpy } from '../../../src/export/npy.ts';
import { encodePng } from '../../../src/export/png.ts';
import { worldUnitsPerSceneUnit } from '../../../src/export/transforms.ts';
import { readContainer, writeContainer } from '../../../src/nerf/container.ts';
import { transformPoint } from '../../../src/scene/matrix.ts';
import { run, SMALL, temporaryFolder, writeScene, writeStyle } from './command-fixture.ts';

const place = temporaryFolder('impasto-cli-gpu-');
const scene = place('ball');
const stylePath = place('style.png');

beforeAll(() => {
  writeScene(scene);
  writeStyle(stylePath);
});

/** The written depth, lifted through the written camera, lands where the scene's own depth and camera land. */
async function expectSameWorldPoints(checkpoint: string, written: Float32Array, frame: Record<string, number>) {
  const io = { stdout: () => {}, stderr: () => {}, terminal: null, signal: new AbortController().signal };
  await withEngine(io, null, async ({ session }) => {
    await session.load(new Uint8Array(readFileSync(checkpoint)), checkpoint);
    const { scene } = session.state;
    const [camera] = turntableFor(scene!, 3, 32, 16);
    const target = session.createTarget(32, 16);
    await session.render(camera, target);
    const own = await target.depth.readF32();
    session.destroyTarget(target);
    expect(Math.abs(worldUnitsPerSceneUnit(scene!) - 1)).toBeGreaterThan(0.01);
    const pose = (frame.transform_matrix as unknown as number[][]).flat();
    for (let y = 0, i = 0; y < 16; y++) {
      for (let x = 0; x < 32; x++, i++) {
        const z = written[i];
        const theirs = transformPoint(pose, [
          ((x + 0.5 - frame.cx) / frame.fl_x) * z,
          ((frame.cy - y - 0.5) / frame.fl_y) * z,
          -z,
        ]);
        const local = [(x + 0.5 - camera.cx) / camera.fx, (camera.cy - y - 0.5) / camera.fy, -1];
        const inScene = transformPoint(camera.cameraToWorld, local.map((v) => v * own[i]) as [number, number, number]);
        expect(theirs).toBeAllclose(transformPoint(scene!.worldFromScene, inScene), { absolute: 1e-4 });
      }
    }
  });
}

/** Minutes on a busy machine; well under one on an idle one. */
const LONG = { timeout: 600_000 };

describe('the whole road', LONG, () => {
  it('runs from photographs to a painted turntable and a report', async () => {
    const out = place('out');
    const options = ['--preset', 'quick', '--features', 'small', '--steps', '24', '--style-steps', '2'];
    const film = ['--frames', '4', '--size', '48x32', '--fps', '12'];
    const argv = ['run', scene, '--style', stylePath, '--out', out, ...options, ...film, ...SMALL];
    const { code, stdout, stderr } = await run(argv);
    expect(stderr).not.toContain('impasto: a fault');
    expect(code, stderr).toBe(0);
    expect(readdirSync(out).sort()).toEqual([
      'report.json',
      'scene.impasto',
      'sheet.png',
      'styled.impasto',
      'turntable.mp4',
    ]);
    const report = reportSchema.parse(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')));
    expect(report.stages.map((s) => s.name)).toEqual([
      'load',
      'train',
      'evaluate',
      'stylize',
      'consistency',
      'turntable',
      'sheet',
    ]);
    expect(report.stages[1].steps).toBe(24);
    expect(report.stages[3].steps).toBe(2);
    // Of two steps, told together, there is one point.
    expect([null, 2]).toContain(report.style.ninety?.step ?? null);
    expect(report.scene).toMatchObject({ train: 9, test: 3, downscale: 4 });
    expect(report.psnr?.views).toBe(3);
    expect(report.psnr?.holdout).toBeGreaterThan(8);
    expect(report.video).toEqual({ file: 'turntable.mp4', frames: 4, fps: 12, size: [48, 32] });
    const probe = spawnSync(
      'ffprobe',
      [
        '-v',
        'error',
        '-count_frames',
        '-show_entries',
        'stream=width,height,nb_read_frames,r_frame_rate',
        '-of',
        'csv=p=0',
        join(out, 'turntable.mp4'),
      ],
      { encoding: 'utf8' },
    );
    expect(probe.stdout.trim()).toBe('48,32,12/1,4');
    expect(stdout).toMatch(/forward [\d.]+ to [\d.]+, backward [\d.]+ to [\d.]+, palette [\d.]+ to [\d.]+, detail/);
  });

  it('scores, renders and measures the fields it left', async () => {
    const evaluated = await run(['eval', place('out/scene.impasto'), '--scene', scene, '--json', '-', ...SMALL]);
    expect(evaluated.code, evaluated.stderr).toBe(0);
    const score = JSON.parse(evaluated.stdout);
    expect(score.views).toHaveLength(3);
    const report = JSON.parse(readFileSync(place('out/report.json'), 'utf8'));
    // The same views of the same field: the file holds halves, so a hair apart at most.
    expect(score.mean.psnr).toBeCloseTo(report.psnr.holdout, 1);
    expect(score.background).toBe('none');
    expect(score.protocol.views).toBe('3 held-out views; 9 were trained on');

    const frames = place('frames');
    const argv = [
      'render',
      place('out/styled.impasto'),
      '--out',
      frames,
      '--frames',
      '3',
      '--size',
      '32x16',
      '--depth',
      '--cameras',
    ];
    const rendered = await run(argv);
    expect(rendered.code, rendered.stderr).toBe(0);
    const names = [0, 1, 2].flatMap((i) => [`depth_000${i}.npy`, `frame_000${i}.png`]);
    expect(readdirSync(frames).sort()).toEqual([...names, 'transforms.json'].sort());
    const depth = decodeNpy(readFileSync(join(frames, 'depth_0000.npy')), 'depth');
    expect(depth.shape).toEqual([16, 32]);
    expect(depth.data.every((z) => z > 0)).toBe(true);
    const cameras = JSON.parse(readFileSync(join(frames, 'transforms.json'), 'utf8'));
    expect(cameras.frames).toHaveLength(3);
    await expectSameWorldPoints(place('out/styled.impasto'), depth.data, cameras.frames[0]);

    const measured = await run([
      'consistency',
      place('out/styled.impasto'),
      '--frames',
      '24',
      '--size',
      '32x32',
      '--json',
      '-',
    ]);
    expect(measured.code, measured.stderr).toBe(0);
    const { short, long } = JSON.parse(measured.stdout);
    for (const range of [short, long])
      for (const key of ['rmse', 'baseline', 'pairs', 'share']) expect(range[key]).toBeGreaterThanOrEqual(0);
  });

  it('leaves pictures of what was compared, and measures against another checkpoint', async () => {
    const seen = place('seen');
    const field = place('out/scene.impasto');
    const evaluated = await run(['eval', field, '--scene', scene, '--images', seen, ...SMALL]);
    expect(evaluated.code, evaluated.stderr).toBe(0);
    const names = readdirSync(seen).sort();
    expect(names).toHaveLength(3);
    expect(names[0]).toMatch(/^0000_\d+\.png$/);
    expect(await sharp(join(seen, names[0])).metadata()).toMatchObject({ width: 3 * 32, height: 32 });

    const film = ['--frames', '9', '--size', '32x32', '--json', '-'];
    const own = await run(['consistency', place('out/styled.impasto'), ...film]);
    const based = await run(['consistency', place('out/styled.impasto'), '--base', field, '--images', seen, ...film]);
    expect(based.code, based.stderr).toBe(0);
    // The same geometry and the same plain colours: the baseline is the same figure, from another file.
    expect(JSON.parse(based.stdout)).toEqual(JSON.parse(own.stdout));
    const pairs = readdirSync(seen).filter((name) => /^(short|long)_/.test(name));
    expect(pairs.sort().slice(0, 3)).toEqual(['long_0000_0007.png', 'long_0001_0008.png', 'short_0000_0001.png']);
    expect(pairs).toHaveLength(2 + 8);
    const { short, each } = JSON.parse(own.stdout);
    expect(each.short.map(({ frames }: { frames: number[] }) => frames[0])).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(each.long).toHaveLength(2);
    const worst = Math.max(...each.short.map(({ rmse }: { rmse: number }) => rmse));
    expect(worst).toBeGreaterThanOrEqual(short.rmse);

    const judge = async (name: string) => {
      const options = [...film, '--style', stylePath, '--features', 'small'];
      const judged = await run(['consistency', place(name), ...options]);
      expect(judged.code, judged.stderr).toBe(0);
      return JSON.parse(judged.stdout);
    };
    const { style, ...rest } = await judge('out/styled.impasto');
    expect(rest).toEqual(JSON.parse(own.stdout));
    expect(style).toMatchObject({ name: 'style.png', features: 'small', views: 8 });
    const { baseline, nnfm, gram } = style;
    for (const distance of [nnfm, baseline.nnfm, gram, baseline.gram]) expect(distance).toBeGreaterThan(0);
    expect([nnfm, gram]).not.toEqual([baseline.nnfm, baseline.gram]);
    // The plain field is its own baseline.
    const plain = (await judge('out/scene.impasto')).style;
    expect(plain).toMatchObject({ ...baseline, baseline });

    writeScene(place('moved'), (t) => {
      for (const { transform_matrix: m } of t.frames) m[0][3] += 1;
      return t;
    });
    const other = place('moved.impasto');
    const trained = await run(['train', place('moved'), '--out', other, '--preset', 'quick', '--steps', '1', ...SMALL]);
    expect(trained.code, trained.stderr).toBe(0);
    const refused = await run(['consistency', place('out/styled.impasto'), '--base', other, ...film]);
    expect(refused.code).toBe(2);
    expect(refused.last).toBe(
      `impasto: placement in ${other}: expected that of ball, the scene measured, found another (moved)`,
    );
  });

  it('makes a rating sheet that names nothing, and averages what was rated', async () => {
    const sheet = place('sheet');
    const fields = [`painted=${place('out/styled.impasto')}`, `plain=${place('out/scene.impasto')}`];
    const film = ['--frames', '2', '--size', '32x32', '--seed', '5', '--json', '-'];
    const made = await run(['study', ...fields, '--out', sheet, '--style', stylePath, ...film]);
    expect(made.code, made.stderr).toBe(0);
    expect(JSON.parse(made.stdout)).toMatchObject({ pairs: 1, frames: 2, size: [32, 32] });
    const page = readFileSync(join(sheet, 'sheet.html'), 'utf8');
    expect(page).not.toMatch(/styled\.impasto|painted=|plain/);
    const data = JSON.parse(/id="data">(.*?)<\/script>/s.exec(page)![1]);
    const key = JSON.parse(readFileSync(`${sheet}-key.json`, 'utf8'));
    expect(Object.keys(data.clips).sort()).toEqual(Object.keys(key.methods).sort());
    const [painted, plain] = Object.keys(key.methods);
    expect(key.methods[painted].name).toBe('painted');
    // The plain field is the scene as it is shown beside the clips; the painted one is not.
    expect(data.clips[plain]).toEqual(data.original);
    expect(data.clips[painted]).not.toEqual(data.original);

    const rated = place('rated.csv');
    writeFileSync(rated, readFileSync(join(sheet, 'ratings.csv'), 'utf8').replace(/,,,,,,,,\n/, ',1,2,3,4,5,4,5,me\n'));
    const collected = await run(['study', '--collect', rated, '--key', `${sheet}-key.json`, '--json', '-']);
    expect(collected.code, collected.stderr).toBe(0);
    const preferred = data.trials[0].right === painted ? 'painted' : 'plain';
    const { methods } = JSON.parse(collected.stdout);
    const of = (name: string) => methods.find(({ method }: { method: string }) => method === name);
    expect(of(preferred)).toMatchObject({ style: { mean: 4, count: 1 }, preferred: { mean: 1 } });
  });

  it('shows transparent photographs on the background that was asked for', async () => {
    const cut = writeScene(place('cut'));
    for (const name of readdirSync(join(cut, 'images'))) {
      const path = join(cut, 'images', name);
      const { data, info } = await sharp(path).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
      // White is the background that benchScene paints.
      const pixels = new Uint8ClampedArray(data).map((v, i, all) =>
        i % 4 === 3 && all[i - 1] + all[i - 2] + all[i - 3] === 765 ? 0 : v,
      );
      writeFileSync(path, encodePng({ width: info.width, height: info.height, data: pixels }, { level: 1 }));
    }
    const field = place('cut.impasto');
    const options = ['--preset', 'quick', '--steps', '48', '--background', 'black', ...SMALL];
    const trained = await run(['train', cut, '--out', field, ...options]);
    expect(trained.code, trained.stderr).toBe(0);
    const { code, stdout, stderr } = await run(['eval', field, '--scene', cut, '--json', '-', ...SMALL]);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ background: 'black' });
    const frames = place('cut-frames');
    const rendered = await run(['render', field, '--out', frames, '--frames', '1', '--size', '32x32']);
    expect(rendered.code, rendered.stderr).toBe(0);
    const { data } = await sharp(join(frames, 'frame_0000.png'))
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const corners = [0, 31, 32 * 31, 32 * 32 - 1].map((p) => data[4 * p]);
    expect(Math.max(...corners)).toBeLessThan(60);
  });

  it('trains and stylizes as two commands, with a mix of styles', async () => {
    const trained = await run([
      'train',
      scene,
      '--out',
      place('f.impasto'),
      '--preset',
      'quick',
      '--steps',
      '8',
      ...SMALL,
    ]);
    expect(trained.code, trained.stderr).toBe(0);
    const style = ['--style', `${stylePath}:0.7`, '--style', `${place('ball/images/0.png')}:0.3`];
    const argv = ['stylize', place('f.impasto'), '--scene', scene, ...style, '--features', 'small'];
    const outs = ['--out', place('g.impasto'), '--delta', place('mix.style.impasto')];
    const painted = await run([...argv, ...outs, '--steps', '1', '--keep-colours', ...SMALL]);
    expect(painted.code, painted.stderr).toBe(0);
    expect(readContainer(readFileSync(place('g.impasto')), 'g').tensors.size).toBeGreaterThan(0);

    // The style alone, shown on the plain field, is the painted field; at strength 0 it is the plain field.
    const frame = async (name: string, ...of: string[]) => {
      const out = ['--out', place(name), '--frames', '1', '--size', '48x32'];
      const rendered = await run(['render', ...of, ...out]);
      expect(rendered.code, rendered.stderr).toBe(0);
      return readFileSync(place(name, 'frame_0000.png'));
    };
    const styleFile = ['--style-file', place('mix.style.impasto')];
    const whole = await frame('whole', place('g.impasto'));
    expect((await frame('delta', place('f.impasto'), ...styleFile)).equals(whole)).toBe(true);
    const plain = await frame('plain', place('f.impasto'));
    expect(plain.equals(whole)).toBe(false);
    expect((await frame('none', place('f.impasto'), ...styleFile, '--strength', '0')).equals(plain)).toBe(true);
    const other = await run(['consistency', place('f.impasto'), '--style-file', stylePath]);
    expect([other.code, other.last]).toEqual([2, expect.stringMatching(/style\.png: expected an \.impasto file/)]);
    const stylized = await run(['stylize', place('f.impasto'), '--scene', scene, ...style]);
    expect([stylized.code, stylized.last]).toEqual([2, expect.stringMatching(/expected --out, --delta or both/)]);
  });
});

describe('bad checkpoints', () => {
  const cases: [string, (bytes: Uint8Array) => Uint8Array, string][] = [
    ['one cut short', (bytes) => bytes.subarray(0, bytes.length - 100), 'it is cut short'],
    ['one of another version', (bytes) => bytes.with(8, 99), 'expected version 1, found version 99'],
    ['one with a flipped byte', (bytes) => bytes.with(bytes.length >> 1, bytes[bytes.length >> 1] ^ 1), 'damaged'],
    [
      'another file',
      () => encodePng({ width: 1, height: 1, data: new Uint8ClampedArray(4) }),
      'expected an .impasto file',
    ],
    ['one that holds no field', () => writeContainer({ meta: {}, tensors: [] }), 'impasto'],
  ];
  it.each(cases)('refuses %s', async (_, spoil, sentence) => {
    const path = place('spoilt.impasto');
    writeFileSync(path, spoil(new Uint8Array(readFileSync(place('f.impasto')))));
    const { code, last } = await run(['render', path, '--out', place('spoilt.mp4'), '--frames', '1']);
    expect(last).toMatch(/^impasto: /);
    expect(last).toContain(sentence);
    expect(code).toBe(2);
    expect(existsSync(place('spoilt.mp4'))).toBe(false);
  });
});

describe('headers of checkpoints', () => {
  /** The checkpoint with its header changed, its checksum right. */
  const changed = (change: (meta: Record<string, unknown>) => void) => {
    const { meta, tensors } = readContainer(new Uint8Array(readFileSync(place('f.impasto'))), 'f');
    change(meta);
    writeFileSync(place('header.impasto'), writeContainer({ meta, tensors: [...tensors.values()] }));
    return run(['render', place('header.impasto'), '--out', place('header'), '--frames', '1', '--size', '16x16']);
  };

  it('may have fields that are not known yet, and lack the background', async () => {
    const { code, stderr } = await changed((meta) => {
      Object.assign(meta, { weather: { kind: 'fair' }, background: undefined });
      Object.assign(meta.scene as object, { mood: 3 });
    });
    expect(code, stderr).toBe(0);
  });

  it.each<[string, string, unknown]>([
    ['steps', 'steps', 'many'],
    ['a background', 'background', 'mauve'],
    ['a preset', 'preset', 7],
    ['a field', 'field', { levels: 'eight' }],
    ['a scene', 'scene', []],
  ])('are refused for %s of a wrong kind', async (_, name, value) => {
    const { code, last } = await changed((meta) => void (meta[name] = value));
    expect(last).toMatch(new RegExp(`^impasto: header field '${name}[^']*' in .*header\\.impasto: expected .*found`));
    expect(code).toBe(2);
  });
});
