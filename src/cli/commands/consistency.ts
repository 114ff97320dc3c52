// impasto consistency: whether neighbouring and distant views of a field agree, with the unstylized field measured
// on the same pairs beside it: its own, or another checkpoint's.

import { join } from 'node:path';
import { Command } from 'commander';
import { encodePng } from '../../export/png.ts';
import type { ConsistencyPair } from '../../session/types.ts';
import { withEngine } from '../engine.ts';
import { readInput, readStyles, stylePaths } from '../inputs.ts';
import type { Io } from '../io.ts';
import { type LpipsOptions, lpipsOptions, readLpips } from '../lpips-option.ts';
import { givenNetwork } from '../networks.ts';
import { size, wholeNumber } from '../options.ts';
import { keepInputs, keepScene, prepareFolder, prepareJson, say, writeJson, writeResult } from '../output.ts';
import { pairSheet } from '../pair-sheet.ts';
import { consistencyReport, pairsReport, rmseText } from '../report.ts';
import { loadWithStyles, readStyleFiles, type StyleFileOptions, styleFileOptions } from '../style-files.ts';

interface Options extends LpipsOptions, StyleFileOptions {
  base?: string;
  frames?: number;
  size?: [number, number];
  images?: string;
  style?: string;
  json?: string;
}

export function consistencyCommand(io: Io): Command {
  const command = new Command('consistency')
    .description('agreement of short- and long-range view pairs, unstylized baseline beside it')
    .argument('<field>', 'g.impasto')
    .option('--base <field>', 'f.impasto as the baseline (default: the same field without its style)')
    .option('--frames <n>', 'of the path measured along', wholeNumber('--frames', 8, 1000))
    .option('--size <WxH>', 'of the frames', size('--size'))
    .option('--style <image>', 'how far the views are from it too: NNFM and Gram distance (under VGG-19 where found)')
    .option('--images <dir>', 'a picture for each pair: the view, the other warped to it, and their difference')
    .option('--json <file>', "figures as JSON, '-' for stdout");
  return styleFileOptions(lpipsOptions(command)).action(async (path: string, options: Options) => {
    prepareJson(options.json);
    if (options.images !== undefined) {
      keepScene(options.images, '--images');
      prepareFolder(options.images, '--images');
    }
    const inputs = [path, options.base, options.style, options.features, options.lpips];
    keepInputs([['--json', options.json]], [...inputs, ...stylePaths(options.styleFile)]);
    const bytes = await readInput(path, 'checkpoint');
    const where = options.base;
    const base = where === undefined ? undefined : { bytes: await readInput(where, 'baseline'), where };
    const style = options.style === undefined ? [] : await readStyles([{ path: options.style, weight: 1 }]);
    const { heads, network: judge } = await readLpips(io, options);
    const network = judge ?? (style.length ? await givenNetwork(io, options, 'relu5_1') : null);
    const styleFiles = await readStyleFiles(options);
    await withEngine(io, network, async (engine) => {
      const { session, stage, signal } = engine;
      await loadWithStyles(engine, bytes, path, styleFiles, options);
      const { frames, size, images } = options;
      const onPair = async (pair: ConsistencyPair) => {
        if (images === undefined) return;
        const [t, u] = pair.frames.map((frame) => String(frame).padStart(4, '0'));
        await writeResult(join(images, `${pair.range}_${t}_${u}.png`), encodePng(pairSheet(pair), { level: 3 }));
      };
      const measure = () =>
        session.consistency({ frames, size, base, lpips: heads, style: style[0]?.picture, onPair, signal });
      const measured = await stage('consistency', measure);
      const score = consistencyReport(measured);
      const distances = measured.style;
      await writeJson(io, options.json, {
        ...score,
        ...(distances && { style: { name: style[0].name, ...distances } }),
        each: pairsReport(measured),
      });
      for (const range of ['short', 'long'] as const) {
        const { rmse, baseline, pairs, share, lpips, baselineLpips } = score[range];
        const more = heads ? `, lpips ${rmseText(lpips ?? null)} (${rmseText(baselineLpips ?? null)})` : '';
        const text = `rmse ${rmseText(rmse)}, unstylized ${rmseText(baseline)}${more}, ${pairs} pairs, ${(100 * share).toFixed(0)} % of the pixels seen twice`;
        say(io, options.json, `${range.padEnd(5)} ${text}`);
      }
      if (distances) {
        const { features, nnfm, gram, baseline } = distances;
        const of = (name: string, now: number, before: number) =>
          `${name} ${now.toFixed(4)}, unstylized ${before.toFixed(4)}`;
        const text = `${of('nnfm', nnfm, baseline.nnfm)}; ${of('gram', gram, baseline.gram)}`;
        say(io, options.json, `style ${text}, under ${features}`);
      }
    });
  });
}
