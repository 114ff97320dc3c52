// impasto stylize: paints a trained field in the style of one or more pictures.

import { Command } from 'commander';
import { inputError } from '../../errors.ts';
import { PRESETS } from '../../session/presets.ts';
import type { StyleInput } from '../../session/types.ts';
import { type Recipe, resolveRecipe } from '../../style/recipe.ts';
import { withEngine } from '../engine.ts';
import { readInput, readStyles, stylePaths } from '../inputs.ts';
import type { Io } from '../io.ts';
import { givenNetwork, type NetworkOptions, networkOptions } from '../networks.ts';
import { decimal, type StyleArgument, style } from '../options.ts';
import { keepInputs, prepareFile, prepareJson, say, writeJson, writeResult } from '../output.ts';
import { type PaintingOptions, paintingOf, paintingOptions, settingOption, topLayer } from '../painting-options.ts';
import { keptWith, openPosedScene } from '../posed-scene.ts';
import {
  lookOfArgument,
  makeRegions,
  type RegionOptions,
  readRegions,
  regionOptions,
  regionPaths,
} from '../regions.ts';
import { loadCheckpointWithScene, type SceneOptions, sceneOptions } from '../scene-options.ts';
import { scoreInWords } from '../score-words.ts';
import { recordStyleCurve } from '../style-curve.ts';

interface Options extends SceneOptions, NetworkOptions, PaintingOptions, RegionOptions {
  scene: string;
  style?: StyleArgument[];
  out?: string;
  delta?: string;
  steps?: number;
  seconds?: number;
  strength: number;
  json?: string;
}

export function stylizeCommand(io: Io): Command {
  const command = new Command('stylize')
    .description('paints a field in the style of pictures')
    .argument('<field>', 'f.impasto')
    .requiredOption('--scene <scene>', 'the photographs: folder or .zip')
    .option('--style <image[:weight]>', 'repeat for a mix; a.jpg+b.jpg is one style of several pictures', style)
    .option('--out <file>', 'where the stylized field goes, g.impasto')
    .option('--delta <file>', 'where the style alone goes, x.style.impasto: small, to be shown on this field')
    .option('--seconds <t>', 'stop after so many seconds', decimal('--seconds', 0, Number.POSITIVE_INFINITY))
    .option('--json <file>', "figures as JSON, '-' for stdout");
  settingOption(settingOption(command, 'steps'), 'strength');
  return sceneOptions(networkOptions(paintingOptions(regionOptions(command)))).action(
    async (path: string, options: Options) => {
      const places = { out: options.out, delta: options.delta };
      if (!places.out && !places.delta) throw inputError('stylize', null, '--out, --delta or both', 'neither');
      for (const [name, place] of Object.entries(places)) if (place) prepareFile(place, `--${name}`);
      prepareJson(options.json);
      keepInputs(
        [
          ['--out', places.out],
          ['--delta', places.delta],
          ['--json', options.json],
        ],
        [path, options.scene, options.features, ...stylePaths(options.style), ...regionPaths(options)],
      );
      const network = await givenNetwork(io, options, topLayer(options));
      const bytes = await readInput(path, 'checkpoint');
      const regions = await readRegions(options);
      if (!options.style && regions.list.length === 0)
        throw inputError('stylize', null, '--style, --region or both', 'neither');
      if (!options.style && places.delta) throw inputError('--delta', null, '--style beside it', 'none');
      const styles = options.style ? await readStyles(options.style) : [];
      const files = await openPosedScene(io, options.scene, keptWith(path), null);
      await withEngine(io, network, async (engine) => {
        const { session, stage, signal, stages } = engine;
        await loadCheckpointWithScene(engine, bytes, path, files, options);
        const { steps, seconds, strength } = options;
        const regionIds = regions.list.length
          ? await stage('regions', () => makeRegions(session, regions, signal))
          : [];
        let recipe: Recipe | null = null;
        const paint = (pictures: StyleInput[]) => {
          const asked = { ...paintingOf(options), styles: pictures, steps, seconds, strength, signal };
          recipe ??= resolveRecipe(asked, PRESETS[session.state.preset].style);
          return stage('stylize', () => session.stylize(asked));
        };
        const curve = recordStyleCurve(session, paintingOf(options).loss);
        let score = styles.length ? await paint(styles) : null;
        const curveOfScore = score && curve(score.start);
        const { shown } = session.state;
        // One painting for each style, wherever it shows.
        const ids = new Map<string, string>();
        if (options.style?.length === 1) ids.set(options.style[0].path, shown[0].id);
        for (const [name, input] of regions.styles) {
          if (ids.has(name)) continue;
          const own = await paint([input]);
          score ??= own;
          ids.set(name, session.state.shown[0].id);
        }
        session.show({ styles: shown, strength });
        regions.list.forEach(({ argument }, i) => {
          session.regions.setLook(regionIds[i], lookOfArgument(argument, ids));
        });
        if (places.out) await writeResult(places.out, await session.save());
        if (places.delta) await writeResult(places.delta, await session.library.export(session.state.shown[0].id));
        const inRegions = session.regions.list.map(({ name, cells }, i) => {
          const { style: picture, strength: of } = regions.list[i].argument;
          return { name, style: picture, strength: of, cells };
        });
        await writeJson(io, options.json, {
          stages,
          style: score,
          recipe,
          ...curveOfScore,
          ...(inRegions.length > 0 && { regions: inRegions }),
          ...places,
        });
        const written = Object.values(places).filter((place) => place);
        if (!score) {
          say(io, options.json, `${written.join(', ')}: nothing painted`);
          return;
        }
        say(io, options.json, `${written.join(', ')}: under ${score.features}, ${scoreInWords(score)}`);
      });
    },
  );
}
