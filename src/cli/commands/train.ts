// impasto train: a scene in, a field out.

import { Command } from 'commander';
import { inputError } from '../../errors.ts';
import { DEFAULT_PRESET, PRESETS, PRESETS_IN_WORDS, type PresetName } from '../../session/presets.ts';
import { withEngine } from '../engine.ts';
import { readInput } from '../inputs.ts';
import type { Io } from '../io.ts';
import {
  BACKGROUND_HELP,
  type BackgroundOption,
  background,
  decimal,
  preset,
  shownBackground,
  wholeNumber,
} from '../options.ts';
import { keepInputs, prepareFile, prepareJson, say, writeJson, writeResult } from '../output.ts';
import { keptWith, openPosedScene, posesBeside } from '../posed-scene.ts';
import {
  loadCheckpointWithScene,
  loadOptions,
  loadPhotographs,
  type SceneOptions,
  sceneOptions,
} from '../scene-options.ts';

interface Options extends SceneOptions {
  out: string;
  preset?: PresetName;
  steps?: number;
  seconds?: number;
  resume?: string;
  withOptimiser?: boolean;
  seed?: number;
  background?: BackgroundOption;
  json?: string;
}

export function trainCommand(io: Io): Command {
  const command = new Command('train')
    .description('trains a field from photographs')
    .argument('<scene>', 'folder, .zip or video; photographs alone get their poses found first')
    .requiredOption('--out <file>', 'where the field goes, f.impasto')
    .option('--preset <name>', `${PRESETS_IN_WORDS} (default: ${DEFAULT_PRESET})`, preset)
    .option('--steps <n>', 'stop after so many steps in all', wholeNumber('--steps', 1))
    .option('--seconds <t>', 'stop after so many seconds', decimal('--seconds', 0, Number.POSITIVE_INFINITY))
    .option('--seed <n>', 'of every random choice (default: 0)', wholeNumber('--seed', 0))
    .option('--background <name>', BACKGROUND_HELP, background)
    .option('--resume <field>', 'go on training this f.impasto, with its preset, views and seed')
    .option('--with-optimiser', 'keep what training needs to go on to the very bit: a larger file')
    .option('--json <file>', "figures as JSON, '-' for stdout");
  return sceneOptions(command).action(async (scenePath: string, options: Options) => {
    prepareFile(options.out, '--out');
    prepareJson(options.json);
    keepInputs(
      [
        ['--out', options.out],
        ['--json', options.json],
      ],
      [scenePath, options.resume],
    );
    const resumed = options.resume === undefined ? null : await readInput(options.resume, 'checkpoint');
    if (resumed && options.seed !== undefined)
      throw inputError('--seed', null, 'none beside --resume', 'one', 'a checkpoint keeps its own');
    const keptAt = [posesBeside(options.out), ...(options.resume === undefined ? [] : keptWith(options.resume))];
    const files = await openPosedScene(io, scenePath, keptAt, keptAt[0]);
    await withEngine(io, null, async (engine) => {
      const { session, stage, signal } = engine;
      let preset = options.preset ?? DEFAULT_PRESET;
      if (resumed) {
        await loadCheckpointWithScene(engine, resumed, options.resume!, files, options);
        preset = session.state.preset;
        if ((options.preset ?? preset) !== preset)
          throw inputError('--preset', options.resume!, `${preset}, as it was begun`, options.preset!);
      } else {
        await loadPhotographs(engine, files, loadOptions(options, preset, signal));
      }
      const { steps, seconds } = options;
      const begun = session.state.trainedSteps;
      if (steps !== undefined && steps <= begun)
        throw inputError('--steps', options.resume!, `more than the ${begun} that are done`, String(steps));
      const seed = resumed ? undefined : (options.seed ?? 0);
      // A resumed training is asked for more: as much again as the preset's, where nothing is said.
      const lastStep = steps ?? (resumed && seconds === undefined ? begun + PRESETS[preset].train.steps : undefined);
      const background = shownBackground(options.background);
      const curve: { seconds: number; step: number; psnr: number }[] = [];
      let trainedFor = 0;
      session.on('train', (now) => {
        trainedFor = now.seconds;
      });
      session.on('holdout', ({ step, psnr }) =>
        curve.push({ seconds: round(trainedFor, 1), step, psnr: round(psnr, 3) }),
      );
      const train = () => session.train({ preset, steps: lastStep, seconds, seed, background, signal });
      await stage('train', train, () => session.state.trainedSteps);
      // Before anything is measured: whatever comes then, the field is there.
      await writeResult(options.out, await session.save({ withOptimiser: options.withOptimiser }));
      const scored = (session.state.scene?.test.length ?? 0) > 0;
      const score = scored ? await stage('evaluate', () => session.evaluate({ signal })) : null;
      await writeJson(io, options.json, {
        stages: engine.stages,
        psnr: score ? score.mean.psnr : null,
        // Of two held-out views, now and then while training.
        curve,
        out: options.out,
      });
      const text = score
        ? `held-out PSNR ${score.mean.psnr.toFixed(2)} dB over ${score.views.length} views`
        : 'trained';
      say(io, options.json, `${options.out}: ${session.state.trainedSteps} steps, ${text}`);
    });
  });
}

const round = (value: number, digits: number) => Number(value.toFixed(digits));
