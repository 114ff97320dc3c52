// `npm run assets`: from the scenes and style pictures that ship, the trained fields and finished paintings that ship.
// Each is written as soon as it is there, with its figures; what was made from what is there now is not made again.
//   npm run assets -- [--only <scene>] [--style <name>] [--fields] [--figures]
//     --style     paint in no other style      --fields    train, but paint nothing
//     --figures   only measure anew what is there
// Training that is stopped goes on, to the very bit, from what out/fields keeps of it every few minutes.

import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../src/export/atomic-file.ts';
import { closeNodeGpu, openNodeGpu } from '../../src/gpu/node.ts';
import { createSession } from '../../src/session/session.ts';
import type { ImpastoSession } from '../../src/session/types.ts';
import { diskSource, loadFeatureWeightsFile } from '../../src/style/features/weights-node.ts';
import { createFeatureNetwork } from '../../src/style/features/wgsl-network.ts';
import { lossText } from '../../src/style/style-config.ts';
import { withFinerSteps } from './finer.ts';
import {
  ASSETS,
  FIELDS,
  fieldHash,
  INDEX,
  networkHash,
  pictureHash,
  ROOT,
  readIndex,
  type SceneEntry,
  SHORT,
  type ShippedField,
  type ShippedStyle,
  sceneEntries,
  sceneHash,
  styleEntries,
} from './index-file.ts';
import {
  depthErrorOf,
  distanceOf,
  loadOptions,
  mean,
  psnrOf,
  rounded,
  sceneSource,
  shortTraining,
  showStyle,
  styleInput,
} from './measure.ts';
import { type FieldRecipe, RECIPES, type StyleRecipe } from './recipes.ts';

const args = process.argv.slice(2);
const given = (option: string) => (args.includes(option) ? args[args.indexOf(option) + 1] : undefined);
const [only, onlyStyle] = [given('--only'), given('--style')];
const recipes = RECIPES.filter(({ scene }) => only === undefined || scene === only);
if (recipes.length === 0) {
  console.error(`assets: --only: expected one of ${RECIPES.map(({ scene }) => scene).join(', ')}, found ${only}`);
  process.exit(2);
}

const NETWORK = join(ASSETS, 'weights/small.json');
/** Fields under way, with their optimisers, and how often they are kept. */
const UNDER_WAY = join(ROOT, 'out/fields');
const KEEP_SECONDS = 180;
const say = (text: string) => console.error(text);

const gpu = await openNodeGpu();
gpu.onError((sentence) => {
  throw new Error(sentence);
});
const session = await createSession(gpu, { bundledNetwork: diskSource(NETWORK) });
const network = await createFeatureNetwork(gpu, await loadFeatureWeightsFile(NETWORK));
follow(session);
try {
  for (const recipe of recipes) await makeField(recipe);
} finally {
  network.destroy();
  session.destroy();
  await gpu.idle();
  await new Promise((resolve) => setTimeout(resolve, 0));
  closeNodeGpu(gpu);
}

async function makeField(recipe: FieldRecipe): Promise<void> {
  const entry = sceneEntries().find(({ name }) => name === recipe.scene)!;
  const file = `${entry.name}.impasto`;
  let field = readIndex().find(({ scene }) => scene === entry.name);
  const { preset, downscale, steps } = recipe;
  const current = JSON.stringify([field?.inputs.scene, field?.preset, field?.downscale, field?.steps]);
  const stale = current !== JSON.stringify([sceneHash(entry), preset, downscale, steps]);
  if (args.includes('--figures')) {
    if (field) await keep({ ...field, ...(await fieldFigures(entry, field.file, field.downscale)) });
  } else if (stale) {
    // A run that was stopped while it measured has left a field that is not in the index.
    if (field || !(await isTrained(file, recipe))) {
      say(`${entry.title}: ${preset}, ${steps} steps`);
      await train(entry, recipe);
      await writeFileAtomic(join(FIELDS, file), withFinerSteps(await session.save(), file));
    }
    field = {
      scene: entry.name,
      title: entry.title,
      file,
      preset,
      downscale,
      steps,
      ...(await fieldFigures(entry, file, downscale)),
      inputs: { scene: sceneHash(entry) },
      styles: field?.styles ?? [],
    };
    await keep(field);
    rmSync(underWay(entry, recipe), { force: true });
  }
  if (!field || args.includes('--fields')) return;
  for (const style of recipe.styles) {
    if (onlyStyle === undefined || style.style === onlyStyle) await makeStyle(entry, style);
  }
  const wanted = recipe.styles.map(({ style }) => style);
  const made = readIndex().find(({ scene }) => scene === entry.name)!;
  const styles = wanted.flatMap((name) => made.styles.filter(({ style }) => style === name));
  await keep({ ...made, styles });
}

async function isTrained(file: string, { preset, steps }: FieldRecipe): Promise<boolean> {
  if (!existsSync(join(FIELDS, file))) return false;
  await session.load(read(file), file);
  return session.state.preset === preset && session.state.trainedSteps === steps;
}

function underWay(entry: SceneEntry, { preset, downscale, steps }: FieldRecipe): string {
  return join(UNDER_WAY, `${entry.name}.${preset}.${downscale}.${steps}.${sceneHash(entry)}.impasto`);
}

/** Trains, or goes on with what an earlier run has left. */
async function train(entry: SceneEntry, recipe: FieldRecipe): Promise<void> {
  const { preset, downscale, steps, background } = recipe;
  await session.loadScene(await sceneSource(entry), loadOptions(downscale));
  mkdirSync(UNDER_WAY, { recursive: true });
  const kept = underWay(entry, recipe);
  if (existsSync(kept)) await session.load(new Uint8Array(readFileSync(kept)), kept);
  while (session.state.trainedSteps < steps) {
    const pause = new AbortController();
    const timer = setTimeout(() => pause.abort(), 1000 * KEEP_SECONDS);
    await session.train({ preset, steps, seed: 0, background, signal: pause.signal });
    clearTimeout(timer);
    if (session.state.preset !== preset) throw new Error(`${kept}: expected room for ${preset}, found it for less`);
    await writeFileAtomic(kept, await session.save({ withOptimiser: true }));
  }
}

/** Of the file as it ships, which has lost a little to its bytes. */
async function fieldFigures(entry: SceneEntry, file: string, downscale: number) {
  const bytes = read(file);
  const scene = await session.loadScene(await sceneSource(entry), loadOptions(downscale));
  await session.load(bytes, file);
  const views = { psnr: await psnrOf(session, scene.test), depthError: await depthErrorOf(session, entry, scene.test) };
  const short = {
    downscale: SHORT.downscale,
    steps: SHORT.steps,
    psnr: rounded(await shortTraining(session, entry), 3),
  };
  const figures = {
    bytes: bytes.length,
    psnr: rounded(mean(views.psnr), 3),
    depthError: rounded(mean(views.depthError), 5),
    views: {
      psnr: views.psnr.map((v) => rounded(v, 2)),
      depthError: views.depthError.map((v) => rounded(v, 4)),
    },
    short,
  };
  say(`${entry.title}: ${figures.psnr} dB, depth ${figures.depthError}, short ${short.psnr} dB, ${bytes.length} bytes`);
  return figures;
}

async function makeStyle(entry: SceneEntry, recipe: StyleRecipe): Promise<void> {
  const field = readIndex().find(({ scene }) => scene === entry.name)!;
  const picture = styleEntries().find(({ name }) => name === recipe.style)!;
  const inputs = { picture: pictureHash(picture), network: networkHash(), field: fieldHash(field.file) };
  const { steps, brush, viewSide } = recipe;
  const loss = lossText(recipe.loss);
  const made = field.styles.find(({ style }) => style === recipe.style);
  const current = made && JSON.stringify([made.inputs, made.steps, made.loss, made.brush, made.viewSide]);
  const figures = args.includes('--figures');
  if (figures ? !made : current === JSON.stringify([inputs, steps, loss, brush, viewSide])) return;

  const scene = await session.loadScene(await sceneSource(entry), loadOptions(1));
  await session.load(read(field.file), field.file);
  const style = await styleInput(picture);
  const file = `${entry.name}.${recipe.style}.style.impasto`;
  let score = made;
  if (!figures) {
    say(`${entry.title} after ${style.name}: ${steps} strokes`);
    score = {
      ...made,
      ...(await session.stylize({ styles: [style], loss: recipe.loss, steps, brush, viewSide })),
    } as ShippedStyle;
    await writeFileAtomic(join(FIELDS, file), await session.library.export(session.state.shown[0].id));
  }
  // Of the files as they ship, which have lost a little to their bytes.
  await session.load(read(field.file), field.file);
  await showStyle(session, read(file), file);
  const distance = await distanceOf(session, network, scene.test, style, { loss, brush, preset: field.preset });
  const shipped: ShippedStyle = {
    style: picture.name,
    title: picture.title,
    file,
    bytes: read(file).length,
    loss,
    brush,
    viewSide,
    steps: made && figures ? made.steps : steps,
    start: rounded(score!.start, 5),
    end: rounded(score!.end, 5),
    distance: rounded(distance, 5),
    inputs: made && figures ? made.inputs : inputs,
  };
  const { start, end, bytes } = shipped;
  say(
    `${entry.title} after ${style.name}: ${start} to ${end}, ${Math.round(100 * (1 - end / start))} % nearer, ${bytes} bytes`,
  );
  await keep({ ...field, styles: [...field.styles.filter(({ style }) => style !== recipe.style), shipped] });
}

/** Puts a field's entry into the index, in the order of the recipes. */
async function keep(field: ShippedField): Promise<void> {
  const all = [...readIndex().filter(({ scene }) => scene !== field.scene), field];
  const order = RECIPES.map(({ scene }) => scene);
  all.sort((a, b) => order.indexOf(a.scene) - order.indexOf(b.scene));
  await writeFileAtomic(INDEX, `${JSON.stringify(all, null, 1)}\n`);
}

function read(file: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(join(FIELDS, file)));
}

/** A line on stderr now and then. */
function follow(session: ImpastoSession): void {
  let last = 0;
  session.on('progress', ({ task, fraction, text }) => {
    if (performance.now() - last < 10_000) return;
    last = performance.now();
    say(`  ${task} ${(100 * fraction).toFixed(0)} % ${text}`);
  });
}
