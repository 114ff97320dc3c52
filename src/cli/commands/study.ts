// impasto study: a rating sheet that puts results beside each other, unnamed and in random order, for people to judge;
// and the averages of what they answered. Figures alone mislead.

import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { inputError } from '../../errors.ts';
import { turntableFor } from '../../export/camera-path.ts';
import { optionalPackage } from '../../optional-package.ts';
import type { Camera, Picture } from '../../scene/types.ts';
import { type Engine, withEngine } from '../engine.ts';
import { renderFrames } from '../frames.ts';
import { readInput, readStyles } from '../inputs.ts';
import type { Io } from '../io.ts';
import { decimal, size, wholeNumber } from '../options.ts';
import { keepInputs, prepareFile, prepareFolder, prepareJson, say, writeJson, writeResult } from '../output.ts';
import { planStudy } from '../study/plan.ts';
import { type Average, averageRatings, QUESTIONS, ratingsTemplate, readRatings } from '../study/ratings.ts';
import { sheetPage } from '../study/sheet.ts';
import { frameSize, sceneOf } from '../views.ts';

interface Options {
  out?: string;
  key?: string;
  style?: string;
  frames: number;
  fps: number;
  size?: [number, number];
  seed: number;
  collect?: string[];
  json?: string;
}

/** Long side of the clips where `--size` is not given. */
const SIDE = 320;
const STYLE_SIDE = 360;
const QUALITY = 88;

const keySchema = z.object({ methods: z.record(z.string(), z.object({ name: z.string(), file: z.string() })) });

export function studyCommand(io: Io): Command {
  return new Command('study')
    .description('a rating sheet that compares results blindly, and the averages of what raters answered')
    .argument('[fields...]', 'two or more g.impasto of one scene; name=g.impasto names one')
    .option('--out <dir>', 'folder of the sheet: sheet.html, and ratings.csv to fill in by hand')
    .option('--key <file>', 'which id is which result (default: beside the folder, out-key.json); not for raters')
    .option('--style <image>', 'shown beside the clips')
    .option('--frames <n>', 'of each clip', wholeNumber('--frames', 1, 240), 24)
    .option('--fps <n>', 'frames a second', decimal('--fps', 1, 60), 8)
    .option('--size <WxH>', 'of the frames', size('--size'))
    .option('--seed <n>', 'of ids, order and sides', wholeNumber('--seed', 0), 0)
    .option('--collect <csv>', 'averages ratings by the key; repeat for several raters', gathered)
    .option('--json <file>', "figures as JSON, '-' for stdout")
    .action(async (fields: string[], options: Options) => {
      prepareJson(options.json);
      if (options.collect) await collect(io, fields, options, options.collect);
      else await makeSheet(io, fields, options);
    });
}

const gathered = (path: string, before: string[] = []) => [...before, path];

async function makeSheet(io: Io, fields: string[], options: Options): Promise<void> {
  const { out, seed, fps } = options;
  if (fields.length < 2) throw inputError('study', null, 'two fields or more', `${fields.length}`);
  if (out === undefined) throw inputError('study', null, '--out, the folder of the sheet', 'none');
  const methods = fields.map(named);
  const names = methods.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw inputError('study', null, 'different names', `${twice} twice`, 'name=file gives one');
  prepareFolder(out, '--out');
  const keyPath = options.key ?? `${resolve(out)}-key.json`;
  prepareFile(keyPath, '--key');
  const sheet = ['sheet.html', 'ratings.csv'].map((name) => ['--out', join(out, name)] as const);
  keepInputs(
    [...sheet, ['--key', keyPath], ['--json', options.json]],
    [...methods.map(({ file }) => file), options.style],
  );
  const [style] = options.style === undefined ? [] : await readStyles([{ path: options.style, weight: 1 }]);
  const read = await Promise.all(methods.map(({ file }) => readInput(file, 'checkpoint')));
  const { ids, trials } = planStudy(fields.length, seed);
  await withEngine(io, null, async (engine) => {
    const { session, stage } = engine;
    const clips: Record<string, string[]> = {};
    let original: string[] = [];
    let cameras: Camera[] = [];
    let frame: [number, number] = [0, 0];
    for (const [i, { file, name }] of methods.entries()) {
      const before = session.state.scene;
      await stage('load', () => session.load(read[i], file));
      const scene = sceneOf(session);
      // The session keeps the scene where the next field is of the same.
      if (before && scene !== before) throw inputError('scene', file, `that of ${methods[0].file}`, scene.name);
      if (!before) {
        frame = options.size ?? frameSize(scene, SIDE);
        cameras = turntableFor(scene, options.frames, ...frame);
        original = await stage('the scene', () => clip(engine, cameras, frame, true));
      }
      clips[ids[i]] = await stage(name, () => clip(engine, cameras, frame, false));
    }
    const content = { fps, trials, clips, original, style: style ? await address(style.picture, STYLE_SIDE) : null };
    await writeResult(join(out, 'sheet.html'), sheetPage(content));
    await writeResult(join(out, 'ratings.csv'), ratingsTemplate(trials));
    const key = {
      scene: sceneOf(session).name,
      seed,
      methods: Object.fromEntries(ids.map((id, i) => [id, methods[i]])),
    };
    await writeResult(keyPath, `${JSON.stringify(key, null, 2)}\n`);
    await writeJson(io, options.json, { out, key: keyPath, pairs: trials.length, frames: options.frames, size: frame });
    say(
      io,
      options.json,
      `${join(out, 'sheet.html')}: ${trials.length} pairs of ${fields.length} results; ${keyPath} says which is which`,
    );
  });
}

function named(argument: string): { name: string; file: string } {
  const [, name, file] = /^([^=/\\]+)=(.+)$/.exec(argument) ?? [];
  return file ? { name, file } : { name: basename(argument).replace(/\.impasto$/, ''), file: argument };
}

async function clip(
  engine: Engine,
  cameras: readonly Camera[],
  [width, height]: [number, number],
  original: boolean,
): Promise<string[]> {
  const frames: string[] = [];
  await renderFrames(engine, cameras, [width, height], { original, task: 'frames' }, async ({ picture }) => {
    frames.push(await address(picture, Math.max(width, height)));
  });
  return frames;
}

/** A picture as the page holds it. */
async function address({ width, height, data }: Picture, longest: number): Promise<string> {
  const { default: sharp } = await optionalPackage('sharp', () => import('sharp'));
  const bytes = await sharp(data, { raw: { width, height, channels: 4 } })
    .resize(longest, longest, { fit: 'inside', withoutEnlargement: true })
    .webp({ quality: QUALITY })
    .toBuffer();
  return `data:image/webp;base64,${bytes.toString('base64')}`;
}

async function collect(io: Io, fields: string[], options: Options, files: string[]): Promise<void> {
  if (fields.length) throw inputError('study --collect', null, 'no fields', fields.join(', '));
  if (options.key === undefined) throw inputError('study --collect', null, '--key, the key of the sheet', 'none');
  keepInputs([['--json', options.json]], [options.key, ...files]);
  const methods = await readKey(options.key);
  const ratings = await Promise.all(
    files.map(async (file) => {
      const list = readRatings(new TextDecoder().decode(await readInput(file, 'ratings')), file);
      averageRatings(list, methods, file);
      return list;
    }),
  );
  const averages = averageRatings(ratings.flat(), methods, options.key);
  await writeJson(io, options.json, { raters: files.length, methods: averages });
  const text = (value: Average | null) => {
    if (!value) return 'none';
    const about = value.interval === null ? '' : ` +-${value.interval.toFixed(2)}`;
    return `${value.mean.toFixed(2)}${about} (${value.count})`;
  };
  for (const { method, preferred, ...rated } of averages) {
    const parts = QUESTIONS.map((question) => `${question} ${text(rated[question])}`);
    say(io, options.json, `${method}: ${parts.join(', ')}, preferred ${text(preferred)}`);
  }
}

/** Names by id. */
async function readKey(path: string): Promise<Record<string, string>> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw inputError(`--key ${path}`, null, 'the key of a sheet', (cause as Error).message);
  }
  const key = keySchema.safeParse(content);
  if (!key.success) throw inputError('--key', path, 'methods by id, as study writes it', 'something else');
  return Object.fromEntries(Object.entries(key.data.methods).map(([id, { name }]) => [id, name]));
}
