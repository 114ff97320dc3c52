// impasto stylize: paints a trained field in the style of one or more pictures.

import { Command } from 'commander';
import { InputError } from '../../errors.ts';
import { openScenePath } from '../../scene/folder-source.ts';
import type { StyleLossName } from '../../session/types.ts';
import type { LayerName } from '../../style/types.ts';
import { withEngine } from '../engine.ts';
import { readInput, readStyles } from '../inputs.ts';
import type { Io } from '../io.ts';
import { givenNetwork, type NetworkOptions, networkOptions } from '../networks.ts';
import { decimal, oneOf, type StyleArgument, style, wholeNumber } from '../options.ts';
import { prepareFile, prepareJson, say, writeJson, writeResult } from '../output.ts';
import { loadCheckpointWithScene, type SceneOptions, sceneOptions } from '../scene-options.ts';

interface Options extends SceneOptions, NetworkOptions {
  scene: string;
  style: StyleArgument[];
  out?: string;
  delta?: string;
  loss: StyleLossName;
  steps?: number;
  seconds?: number;
  strength: number;
  brush: number;
  keepColours?: boolean;
  json?: string;
}

/** The highest layer that a loss looks at, where the network is fetched layer by layer. */
export const topLayer = (loss: StyleLossName): LayerName => (loss === 'gram' ? 'relu5_1' : 'relu4_1');

export const LOSSES: readonly StyleLossName[] = ['nnfm', 'gram', 'adain'];

export function stylizeCommand(io: Io): Command {
  const command = new Command('stylize')
    .description('paints a field in the style of pictures')
    .argument('<field>', 'f.impasto')
    .requiredOption('--scene <scene>', 'the photographs: folder or .zip')
    .requiredOption('--style <image[:weight]>', 'repeat for a mix', style)
    .option('--out <file>', 'where the stylized field goes, g.impasto')
    .option('--delta <file>', 'where the style alone goes, x.style.impasto: small, to be shown on this field')
    .option('--loss <name>', LOSSES.join(', '), oneOf('--loss', LOSSES), 'nnfm')
    .option('--steps <n>', 'style steps (default: by preset)', wholeNumber('--steps', 1))
    .option('--seconds <t>', 'stop after so many seconds', decimal('--seconds', 0, Number.POSITIVE_INFINITY))
    .option('--strength <s>', '0 is the original, 1 the style', decimal('--strength', 0, 1), 1)
    .option('--brush <b>', 'size of the strokes, 0.5 to 2', decimal('--brush', 0.5, 2), 1)
    .option('--keep-colours', "strokes of the style in the scene's own colours")
    .option('--json <file>', "figures as JSON, '-' for stdout");
  return sceneOptions(networkOptions(command)).action(async (path: string, options: Options) => {
    const places = { out: options.out, delta: options.delta };
    if (!places.out && !places.delta) throw new InputError('stylize: expected --out, --delta or both, found neither');
    for (const [name, place] of Object.entries(places)) if (place) prepareFile(place, `--${name}`);
    prepareJson(options.json);
    const network = await givenNetwork(io, options, topLayer(options.loss));
    const bytes = await readInput(path, 'checkpoint');
    const styles = await readStyles(options.style);
    const files = await openScenePath(options.scene);
    await withEngine(io, network, async (engine) => {
      const { session, stage, signal, stages } = engine;
      await loadCheckpointWithScene(engine, bytes, path, files, options);
      const { loss, steps, seconds, strength, brush, keepColours } = options;
      const score = await stage('stylize', () =>
        session.stylize({ styles, loss, steps, seconds, strength, brush, keepColours, signal }),
      );
      if (places.out) await writeResult(places.out, await session.save());
      if (places.delta) await writeResult(places.delta, await session.library.export(session.state.shown[0].id));
      await writeJson(io, options.json, { stages, style: score, ...places });
      const gain = 100 * (1 - score.end / score.start);
      const figures = `${score.start.toFixed(4)} to ${score.end.toFixed(4)}, ${gain.toFixed(0)} % nearer`;
      const written = Object.values(places).filter((place) => place);
      say(io, options.json, `${written.join(', ')}: ${score.metric} distance under ${score.features} ${figures}`);
    });
  });
}
