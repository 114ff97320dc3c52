// impasto bake: what a field's baked form is worth on this adapter. Bakes as the page does, draws the same views marched
// and baked, and tells time, difference and memory. Nothing is kept: the page bakes for itself.

import { Command } from 'commander';
import { inputError, throwIfAborted } from '../../errors.ts';
import { psnr } from '../../metrics/psnr.ts';
import { evenly } from '../../scene/evenly.ts';
import { rgbOver } from '../../scene/picture.ts';
import type { View } from '../../scene/types.ts';
import { BACKGROUNDS } from '../../session/backgrounds.ts';
import { quantised } from '../../session/measure.ts';
import type { ImpastoSession, RenderChoice } from '../../session/types.ts';
import { type Engine, withEngine } from '../engine.ts';
import { readInput, stylePaths } from '../inputs.ts';
import type { Io } from '../io.ts';
import { size, wholeNumber } from '../options.ts';
import { keepInputs, prepareJson, say, writeJson } from '../output.ts';
import { keptWith, openPosedScene } from '../posed-scene.ts';
import { loadCheckpointWithScene, type SceneOptions, sceneOptions } from '../scene-options.ts';
import { readStyleFiles, type StyleFileOptions, showStyleFiles, styleFileOptions } from '../style-files.ts';
import { frameSize, sceneOf } from '../views.ts';

interface Options extends SceneOptions, StyleFileOptions {
  scene?: string;
  views: number;
  size?: [number, number];
  json?: string;
}

/** Each way of drawing a view is timed so often; the best counts, since all that disturbs makes it slower. */
const REPEATS = 3;
/** Depth is compared where both pictures are this opaque. */
const SOLID = 0.9;

/** The field as it is; without what depends on the direction, which is what a bake is of; and baked. */
const WAYS = ['marched', 'flat', 'baked'] as const;
type Way = (typeof WAYS)[number];

interface Drawn {
  ms: number;
  rgb: Float32Array<ArrayBuffer>;
  depth: Float32Array;
  opacity: Float32Array;
}

export function bakeCommand(io: Io): Command {
  const command = new Command('bake')
    .description('how much faster a baked field is drawn than the marched one, and how near it comes')
    .argument('<field>', 'f.impasto or g.impasto')
    .option('--scene <scene>', 'photographs, to hold a plain field and its bake against them: folder or .zip')
    .option('--views <n>', 'how many of its views are drawn', wholeNumber('--views', 1, 1000), 4)
    .option('--size <WxH>', 'of the views (default: as the photographs)', size('--size'))
    .option('--json <file>', "figures as JSON, '-' for stdout");
  return styleFileOptions(sceneOptions(command)).action(async (path: string, options: Options) => {
    prepareJson(options.json);
    keepInputs([['--json', options.json]], [path, options.scene, ...stylePaths(options.styleFile)]);
    if (options.scene !== undefined && options.size)
      throw inputError('bake', null, '--scene (at the size of its photographs) or --size', 'both');
    const bytes = await readInput(path, 'checkpoint');
    const files = options.scene === undefined ? null : await openPosedScene(io, options.scene, keptWith(path), null);
    const styleFiles = await readStyleFiles(options);
    await withEngine(io, null, async (engine) => {
      const { session, stage } = engine;
      if (files) await loadCheckpointWithScene(engine, bytes, path, files, options);
      else await stage('load', () => session.load(bytes, path));
      await showStyleFiles(engine, styleFiles, options);
      if (files && session.state.style.length)
        throw inputError('--scene', null, 'a field without style', session.state.style.join(' + '));
      const bake = await stage('bake', () => session.bake({ signal: io.signal }));
      if (!bake) throw inputError(path, null, "a field that fits a bake's memory", 'a fuller one');
      const measured = await stage('draw', () => measure(engine, options));
      const result = { adapter: session.gpu.info, bake, ...measured };
      await writeJson(io, options.json, result);
      const { marched, flat, baked } = measured;
      const photo = (dB: number | null) => (dB === null ? '' : `, ${dB.toFixed(2)} dB to the photographs`);
      const lines = [
        `bake     ${bake.resolution}^3 voxels, ${bake.bricks} bricks, ${(bake.bytes / 2 ** 20).toFixed(1)} MB, ${bake.seconds.toFixed(1)} s`,
        `marched  ${marched.ms.toFixed(1)} ms a view of ${measured.size.join('x')}${photo(marched.psnr)}`,
        `flat     ${flat.ms.toFixed(1)} ms, direction hidden${photo(flat.psnr)}`,
        `baked    ${baked.ms.toFixed(1)} ms, ${(marched.ms / baked.ms).toFixed(1)} times as fast${photo(baked.psnr)}`,
        `between  the last two ${measured.difference.psnr.toFixed(2)} dB, depth ${measured.difference.depth.toFixed(4)} scene units (median), opacity ${measured.difference.opacity.toFixed(4)} (mean)`,
      ];
      say(io, options.json, lines.join('\n'));
    });
  });
}

async function measure({ session, progress, signal }: Engine, options: Options) {
  const scene = sceneOf(session);
  const views = evenly(scene.test.length ? scene.test : scene.train, options.views, 'ends');
  const [width, height] = options.size ?? (options.scene === undefined ? frameSize(scene) : pictureSize(views));
  const of: Record<Way, Drawn[]> = { marched: [], flat: [], baked: [] };
  const against: Record<Way, number[]> = { marched: [], flat: [], baked: [] };
  const { background } = session.state;
  for (const [i, { camera, picture }] of views.entries()) {
    throwIfAborted(signal);
    progress.update('draw', i / views.length, `view ${i + 1} of ${views.length}`);
    for (const way of WAYS) {
      const drawn = await draw(session, camera, [width, height], way === 'marched' ? {} : { [way]: true });
      of[way].push(drawn);
      if (picture.width !== width || picture.height !== height) continue;
      against[way].push(psnr(drawn.rgb, rgbOver(picture, BACKGROUNDS[background])));
    }
  }
  const total = (way: Way) => ({
    ms: mean(of[way].map((drawn) => drawn.ms)),
    psnr: against[way].length ? mean(against[way]) : null,
  });
  const pairs = of.flat.map((drawn, i) => [drawn, of.baked[i]] as const);
  const depths = pairs.flatMap(([a, b]) =>
    [...a.depth].map((z, p) => (Math.min(a.opacity[p], b.opacity[p]) > SOLID ? Math.abs(z - b.depth[p]) : -1)),
  );
  const solid = depths.filter((d) => d >= 0).sort((a, b) => a - b);
  return {
    size: [width, height] as [number, number],
    views: views.length,
    marched: total('marched'),
    flat: total('flat'),
    baked: total('baked'),
    difference: {
      psnr: mean(pairs.map(([a, b]) => Math.min(99, psnr(b.rgb, a.rgb)))),
      depth: solid[solid.length >> 1] ?? 0,
      opacity: mean(pairs.map(([a, b]) => mean([...a.opacity].map((o, p) => Math.abs(o - b.opacity[p]))))),
    },
  };
}

async function draw(
  session: ImpastoSession,
  camera: View['camera'],
  [width, height]: readonly [number, number],
  choice: RenderChoice,
): Promise<Drawn> {
  const target = session.createTarget(width, height);
  try {
    let ms = Number.POSITIVE_INFINITY;
    for (let i = 0; i < REPEATS; i++) {
      const started = performance.now();
      await session.render(camera, target, choice);
      await session.gpu.idle();
      ms = Math.min(ms, performance.now() - started);
    }
    const [rgb, depth, opacity] = await Promise.all(
      [target.rgb, target.depth, target.opacity].map((tensor) => tensor.readF32()),
    );
    return { ms, rgb: quantised(rgb), depth, opacity };
  } finally {
    session.destroyTarget(target);
  }
}

const pictureSize = ([{ picture }]: View[]): [number, number] => [picture.width, picture.height];

const mean = (values: number[]) => values.reduce((sum, v) => sum + v, 0) / Math.max(1, values.length);
