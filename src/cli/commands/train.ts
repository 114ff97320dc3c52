// impasto train: a scene in, a field out.

import { Command } from 'commander';
import type { PresetName } from '../../nerf/types.ts';
import { openScenePath } from '../../scene/folder-source.ts';
import { withEngine } from '../engine.ts';
import type { Io } from '../io.ts';
import { decimal, preset, wholeNumber } from '../options.ts';
import { prepareFile, prepareJson, say, writeJson, writeResult } from '../output.ts';
import { loadOptions, type SceneOptions, sceneOptions } from '../scene-options.ts';

interface Options extends SceneOptions {
  out: string;
  preset: PresetName;
  steps?: number;
  seconds?: number;
  seed: number;
  json?: string;
}

export function trainCommand(io: Io): Command {
  const command = new Command('train')
    .description('trains a field from photographs with poses')
    .argument('<scene>', 'folder or .zip')
    .requiredOption('--out <file>', 'where the field goes, f.impasto')
    .option('--preset <name>', 'quick, standard or max', preset, 'standard')
    .option('--steps <n>', 'stop after so many steps', wholeNumber('--steps', 1))
    .option('--seconds <t>', 'stop after so many seconds', decimal('--seconds', 0, Number.POSITIVE_INFINITY))
    .option('--seed <n>', 'of every random choice', wholeNumber('--seed', 0), 0)
    .option('--json <file>', "figures as JSON, '-' for stdout");
  return sceneOptions(command).action(async (scenePath: string, options: Options) => {
    prepareFile(options.out, '--out');
    prepareJson(options.json);
    const files = await openScenePath(scenePath);
    await withEngine(io, null, async (engine) => {
      const { session, stage, signal } = engine;
      const scene = await stage('load', () => session.loadScene(files, loadOptions(options, options.preset, signal)));
      const { steps, seconds, seed } = options;
      const train = () => session.train({ preset: options.preset, steps, seconds, seed, signal });
      await stage('train', train, () => session.state.trainedSteps);
      const scored = scene.test.length > 0;
      const score = scored ? await stage('evaluate', () => session.evaluate({ signal })) : null;
      await writeResult(options.out, await session.save());
      await writeJson(io, options.json, {
        stages: engine.stages,
        psnr: score ? score.mean.psnr : null,
        out: options.out,
      });
      const text = score
        ? `held-out PSNR ${score.mean.psnr.toFixed(2)} dB over ${score.views.length} views`
        : 'trained';
      say(io, options.json, `${options.out}: ${session.state.trainedSteps} steps, ${text}`);
    });
  });
}
