// impasto run: the whole road from photographs to a painted turntable, with a report of what was measured.

import { join } from 'node:path';
import { Command } from 'commander';
import { turntableFor } from '../../export/camera-path.ts';
import { contactSheet, type SheetRow } from '../../export/contact-sheet.ts';
import { encodePng } from '../../export/png.ts';
import { evenly } from '../../scene/evenly.ts';
import type { Scene } from '../../scene/types.ts';
import { DEFAULT_PRESET, PRESETS, PRESETS_IN_WORDS, type PresetName } from '../../session/presets.ts';
import { type Engine, withEngine } from '../engine.ts';
import { renderFrames, renderVideoFile } from '../frames.ts';
import { readStyles, stylePaths } from '../inputs.ts';
import type { Io } from '../io.ts';
import { givenNetwork, type NetworkOptions, networkOptions } from '../networks.ts';
import {
  BACKGROUND_HELP,
  type BackgroundOption,
  background,
  decimal,
  frameRate,
  preset,
  type StyleArgument,
  shownBackground,
  size,
  style,
  wholeNumber,
} from '../options.ts';
import { keepInputs, prepareFolder, prepareJson, say, writeJson, writeResult } from '../output.ts';
import { type PaintingOptions, paintingOf, paintingOptions, settingOption, topLayer } from '../painting-options.ts';
import { openPosedScene } from '../posed-scene.ts';
import { consistencyReport, type Report, reportSchema, rmseText } from '../report.ts';
import { loadOptions, loadPhotographs, type SceneOptions, sceneOptions } from '../scene-options.ts';
import { scoreInWords } from '../score-words.ts';
import { recordStyleCurve } from '../style-curve.ts';
import { frameSize } from '../views.ts';

interface Options extends SceneOptions, NetworkOptions, PaintingOptions {
  style: StyleArgument[];
  out: string;
  preset: PresetName;
  steps?: number;
  styleSteps?: number;
  styleSeconds?: number;
  seed: number;
  background?: BackgroundOption;
  frames?: number;
  fps: number;
  size?: [number, number];
  json?: string;
}

/** Rows of the sheet. */
const SHEET_VIEWS = 4;

/** What it leaves in its folder. */
const FILES = ['scene.impasto', 'styled.impasto', 'turntable.mp4', 'sheet.png', 'report.json'];

export function runCommand(io: Io): Command {
  const command = new Command('run')
    .description('trains, stylizes, renders a turntable, writes a report')
    .argument('<scene>', 'folder, .zip or video; photographs alone get their poses found first')
    .requiredOption('--style <image[:weight]>', 'repeat for a mix; a.jpg+b.jpg is one style of several pictures', style)
    .requiredOption('--out <dir>', 'folder of the results')
    .option('--preset <name>', PRESETS_IN_WORDS, preset, DEFAULT_PRESET)
    .option('--steps <n>', 'training steps (default: by preset)', wholeNumber('--steps', 1))
    .option(
      '--style-seconds <t>',
      'end styling after so many seconds, whichever first',
      decimal('--style-seconds', 0, Number.POSITIVE_INFINITY),
    )
    .option('--seed <n>', 'of every random choice', wholeNumber('--seed', 0), 0)
    .option('--background <name>', BACKGROUND_HELP, background)
    .option('--frames <n>', 'of the turntable (default: by preset)', wholeNumber('--frames', 1, 100_000))
    .option('--fps <n>', 'frames a second', frameRate('--fps', 1, 240), 24)
    .option('--size <WxH>', 'of the turntable (default: as the photographs)', size('--size'))
    .option('--json <file>', "the report once more, '-' for stdout");
  settingOption(command, 'steps', '--style-steps');
  return sceneOptions(networkOptions(paintingOptions(command))).action(async (scenePath: string, options: Options) => {
    prepareFolder(options.out, '--out');
    prepareJson(options.json);
    const places = FILES.map((name) => ['--out', join(options.out, name)] as const);
    keepInputs([...places, ['--json', options.json]], [scenePath, options.features, ...stylePaths(options.style)]);
    const network = await givenNetwork(io, options, topLayer(options));
    const styles = await readStyles(options.style);
    const poses = join(options.out, 'poses');
    const files = await openPosedScene(io, scenePath, [poses], poses);
    await withEngine(io, network, async (engine) => {
      const { session, stage, stages, signal } = engine;
      const at = (name: string) => join(options.out, name);
      const scene = await loadPhotographs(engine, files, loadOptions(options, options.preset, signal));
      const { steps, seed, styleSteps, styleSeconds } = options;
      const background = shownBackground(options.background);
      const train = () => session.train({ preset: options.preset, steps, seed, background, signal });
      await stage('train', train, () => session.state.trainedSteps);
      await writeResult(at('scene.impasto'), await session.save());
      const score = scene.test.length ? await stage('evaluate', () => session.evaluate({ signal })) : null;

      const paint = () => {
        const ends = { steps: styleSteps, seconds: styleSeconds };
        return session.stylize({ ...paintingOf(options), styles, ...ends, signal });
      };
      const curve = recordStyleCurve(session, paintingOf(options).loss);
      let stepsDone = 0;
      session.on('style', ({ step }) => {
        stepsDone = step;
      });
      const styleScore = await stage('stylize', paint, () => stepsDone);
      await writeResult(at('styled.impasto'), await session.save());
      const consistency = consistencyReport(await stage('consistency', () => session.consistency({ signal })));

      const { video } = PRESETS[options.preset];
      const frames = options.frames ?? video.frames;
      const videoSize = options.size ?? frameSize(scene, video.side);
      const plan = { cameras: turntableFor(scene, frames, ...videoSize), fps: options.fps, size: videoSize };
      const movie = await stage('turntable', () => renderVideoFile(engine, plan, 'turntable.mp4'));
      await writeResult(at('turntable.mp4'), movie);
      await writeResult(at('sheet.png'), await stage('sheet', () => sheet(engine, scene)));

      const report: Report = reportSchema.parse({
        adapter: session.gpu.info,
        scene: { name: scene.name, train: scene.train.length, test: scene.test.length, downscale: scene.downscale },
        preset: options.preset,
        stages,
        psnr: score && { holdout: score.mean.psnr, views: score.views.length },
        style: { ...styleScore, ninety: curve(styleScore.start).ninety },
        consistency,
        video: { file: 'turntable.mp4', frames, fps: options.fps, size: videoSize },
      });
      await writeJson(io, at('report.json'), report);
      await writeJson(io, options.json, report);
      say(io, options.json, summary(options.out, report));
    });
  });
}

/** Photograph, render and stylized render of four views, held-out ones where there are any. */
async function sheet(engine: Engine, scene: Scene): Promise<Uint8Array<ArrayBuffer>> {
  const views = evenly(scene.test.length ? scene.test : scene.train, SHEET_VIEWS, 'ends');
  const rows: SheetRow[] = views.map(({ picture, name }) => ({ pictures: [picture], caption: name }));
  const { width, height } = views[0].picture;
  const cameras = views.map(({ camera }) => camera);
  for (const original of [true, false]) {
    await renderFrames(engine, cameras, [width, height], { original, task: 'sheet' }, async ({ picture }, i) => {
      rows[i].pictures.push(picture);
    });
  }
  return encodePng(contactSheet(rows, { columns: ['photograph', 'field', 'painted'] }));
}

function summary(out: string, report: Report): string {
  const { psnr, style, consistency, video, stages } = report;
  const seconds = stages.reduce((sum, stage) => sum + stage.seconds, 0);
  const { short, long } = consistency;
  return [
    ...(psnr ? [`held-out PSNR  ${psnr.holdout.toFixed(2)} dB over ${psnr.views} views`] : []),
    `style          ${scoreInWords(style)} (under ${style.features})`,
    `consistency    short ${rmseText(short.rmse)} (unstylized ${rmseText(short.baseline)}), long ${rmseText(long.rmse)} (${rmseText(long.baseline)})`,
    `turntable      ${video.frames} frames of ${video.size.join('x')} at ${Number(video.fps.toFixed(3))} frames a second`,
    `${out}: done in ${seconds.toFixed(0)} s`,
  ].join('\n');
}
