// impasto eval: how well a field shows views that it was not trained on, per view and in the mean; with the pictures
// that were compared beside each other where asked.

import { join } from 'node:path';
import { Command } from 'commander';
import { encodePng } from '../../export/png.ts';
import { heatMap } from '../../metrics/heat-map.ts';
import { beside, pictureFromRgb } from '../../scene/picture.ts';
import type { ScoredView } from '../../session/types.ts';
import { withEngine } from '../engine.ts';
import { readInput } from '../inputs.ts';
import type { Io } from '../io.ts';
import { type LpipsOptions, lpipsOptions, readLpips } from '../lpips-option.ts';
import { keepInputs, keepScene, prepareFolder, prepareJson, say, writeJson, writeResult } from '../output.ts';
import { keptWith, openPosedScene } from '../posed-scene.ts';
import { loadCheckpointWithScene, type SceneOptions, sceneOptions } from '../scene-options.ts';
import { oneLine } from '../terminal-text.ts';

interface Options extends SceneOptions, LpipsOptions {
  scene: string;
  images?: string;
  json?: string;
}

export function evalCommand(io: Io): Command {
  const command = new Command('eval')
    .description('held-out PSNR, SSIM and LPIPS of a field, per view and mean')
    .argument('<field>', 'f.impasto')
    .requiredOption('--scene <scene>', 'the photographs: folder or .zip')
    .option('--images <dir>', 'a picture for each view: photograph, render and error beside each other')
    .option('--json <file>', "figures as JSON, '-' for stdout");
  return sceneOptions(lpipsOptions(command)).action(async (path: string, options: Options) => {
    prepareJson(options.json);
    if (options.images !== undefined) {
      keepScene(options.images, '--images');
      prepareFolder(options.images, '--images');
    }
    keepInputs([['--json', options.json]], [path, options.scene, options.features, options.lpips]);
    const bytes = await readInput(path, 'checkpoint');
    const { heads, network } = await readLpips(io, options);
    const files = await openPosedScene(io, options.scene, keptWith(path), null);
    await withEngine(io, network, async (engine) => {
      await loadCheckpointWithScene(engine, bytes, path, files, options);
      let written = 0;
      const onView = async (view: ScoredView) => {
        if (options.images === undefined) return;
        const name = `${String(written++).padStart(4, '0')}_${plainName(view.name)}.png`;
        await writeResult(join(options.images, name), encodePng(comparison(view), { level: 3 }));
      };
      const { signal } = io;
      const score = await engine.stage('evaluate', () => engine.session.evaluate({ lpips: heads, onView, signal }));
      await writeJson(io, options.json, score);
      const tell = ({ psnr, ssim, lpips }: typeof score.mean, what: string) =>
        say(
          io,
          options.json,
          [dB(psnr), ssim.toFixed(4), ...(lpips === undefined ? [] : [lpips.toFixed(4)]), what].join('  '),
        );
      for (const view of score.views) tell(view, oneLine(view.name));
      tell(score.mean, `mean of ${score.views.length} views`);
    });
  });
}

function comparison({ photograph, render, width, height }: ScoredView) {
  const [truth, shown] = [photograph, render].map((rgb) => pictureFromRgb(rgb, width, height));
  return beside([truth, shown, heatMap(photograph, render, width, height)]);
}

/** A view's name as a file's: without folders and ending. */
const plainName = (name: string) =>
  name
    .replace(/^.*\//, '')
    .replace(/\.\w+$/, '')
    .replace(/[^\w.-]+/g, '_');

const dB = (psnr: number) => `${psnr.toFixed(2).padStart(6)} dB`;
