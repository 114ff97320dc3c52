// impasto eval: how well a field shows views that it was not trained on, per view and in the mean.

import { Command } from 'commander';
import { openScenePath } from '../../scene/folder-source.ts';
import { withEngine } from '../engine.ts';
import { readInput } from '../inputs.ts';
import type { Io } from '../io.ts';
import { prepareJson, say, writeJson } from '../output.ts';
import { loadCheckpointWithScene, type SceneOptions, sceneOptions } from '../scene-options.ts';

interface Options extends SceneOptions {
  scene: string;
  json?: string;
}

export function evalCommand(io: Io): Command {
  const command = new Command('eval')
    .description('held-out PSNR and SSIM of a field, per view and mean')
    .argument('<field>', 'f.impasto')
    .requiredOption('--scene <scene>', 'the photographs: folder or .zip')
    .option('--json <file>', "figures as JSON, '-' for stdout");
  return sceneOptions(command).action(async (path: string, options: Options) => {
    prepareJson(options.json);
    const bytes = await readInput(path, 'checkpoint');
    const files = await openScenePath(options.scene);
    await withEngine(io, null, async (engine) => {
      await loadCheckpointWithScene(engine, bytes, path, files, options);
      const score = await engine.stage('evaluate', () => engine.session.evaluate({ signal: io.signal }));
      await writeJson(io, options.json, score);
      for (const view of score.views) say(io, options.json, `${dB(view.psnr)}  ${view.ssim.toFixed(4)}  ${view.name}`);
      say(
        io,
        options.json,
        `${dB(score.mean.psnr)}  ${score.mean.ssim.toFixed(4)}  mean of ${score.views.length} views`,
      );
    });
  });
}

const dB = (psnr: number) => `${psnr.toFixed(2).padStart(6)} dB`;
