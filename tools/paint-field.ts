// Paints a trained field with any recipe and says what came of it: a figure for each change that docs/benchmarks.md
// tells of. Beside the style's distance: how it fell, what of the photographs' features is left, how steady views are.
//   npx vite build --config vite.cli.config.ts --ssr tools/paint-field.ts --outDir node_modules/.cache/paint-field
//   node node_modules/.cache/paint-field/impasto.mjs <field> <scene> <style> <network.json> <out.png> [key=value ...]
// Keys: loss, steps, any StyleConfig, consistency=true, and of painting itself visits, weightShare, finest, betas.

import { readFile, writeFile } from 'node:fs/promises';
import { readStyles } from '../src/cli/inputs.ts';
import { encodePng } from '../src/export/png.ts';
import { closeNodeGpu, openNodeGpu } from '../src/gpu/node.ts';
import { affineFit } from '../src/metrics/affine-fit.ts';
import { blendOf } from '../src/nerf/blend.ts';
import { NerfKernels } from '../src/nerf/kernels.ts';
import { createRenderTarget } from '../src/nerf/renderer.ts';
import { openScenePath } from '../src/scene/folder-source.ts';
import { loadScene } from '../src/scene/load.ts';
import { nodeDecoder } from '../src/scene/node-decoder.ts';
import { beside, pictureFromRgb } from '../src/scene/picture.ts';
import { readFieldFile } from '../src/session/field-file/field-file.ts';
import { createFieldResources, destroyFieldResources } from '../src/session/field-resources.ts';
import { scoreConsistency } from '../src/session/measure.ts';
import { paint, viewSize } from '../src/session/painting.ts';
import { PRESETS } from '../src/session/presets.ts';
import { loadFeatureWeightsFile } from '../src/style/features/weights-node.ts';
import { createFeatureNetwork } from '../src/style/features/wgsl-network.ts';
import { type Recipe, resolveRecipe } from '../src/style/recipe.ts';

const [fieldPath, scenePath, stylePath, networkPath, outPath, ...pairs] = process.argv.slice(2);
const parsed = (text: string) => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
const {
  loss = 'nnfm',
  steps,
  consistency,
  photorealistic,
  keepColours,
  viewSide,
  ...parts
} = Object.fromEntries(pairs.map((pair) => [pair.split('=')[0], parsed(pair.split('=').slice(1).join('='))]));

const gpu = await openNodeGpu();
const network = await createFeatureNetwork(gpu, await loadFeatureWeightsFile(networkPath));
const file = readFieldFile(gpu, new Uint8Array(await readFile(fieldPath)), fieldPath);
const scene = await loadScene(await openScenePath(scenePath), {
  decoder: nodeDecoder,
  downscale: file.scene.downscale,
});
const kernels = await NerfKernels.create(gpu, file.field.config);
const core = createFieldResources(gpu, file.preset, file.preset, file.seed, kernels, file.field);
const preset = PRESETS[file.preset];
const plain = file.field.appearance;
const painted = plain.network.clone('Tool.style');
painted.startOptimiser(await plain.network.readTable());
const appearance = { network: painted, colourMap: plain.colourMap, viewDependent: false };
const renderer = core.taskRenderer;
const styles = await readStyles([{ path: stylePath, weight: 1 }]);
const recipe: Recipe = {
  ...resolveRecipe({ loss, steps, keepColours, photorealistic, viewSide, styles }, preset.style),
  ...parts,
};
const began = performance.now();
const cpu = process.cpuUsage();
const score = await paint({
  gpu,
  network,
  renderer,
  appearance,
  views: scene.train,
  styles,
  recipe,
  seed: file.seed,
  onColours: () => {},
  onStep: (step, losses) => {
    if (losses && step % 16 === 0) {
      console.log(
        step,
        Object.entries(losses)
          .map(([name, value]) => `${name} ${value.toFixed(4)}`)
          .join(', '),
      );
    }
  },
});
const { user, system } = process.cpuUsage(cpu);
console.log(pairs.join(' '), {
  ...score,
  gain: 1 - score.end / score.start,
  seconds: (performance.now() - began) / 1000,
  processorSeconds: (user + system) / 1e6,
});

const { width, height } = scene.train[0].camera;
if (consistency) {
  const render =
    (look: typeof appearance) =>
    async (camera: (typeof scene.train)[0]['camera'], target: Parameters<typeof renderer.render>[1]) => {
      await renderer.renderBlend(camera, target, blendOf(look), { background: [1, 1, 1], viewDependent: false });
    };
  const found = await scoreConsistency(
    gpu,
    scene,
    24,
    [width, height],
    {
      shown: render(appearance),
      plain: render({ ...plain, viewDependent: false }),
      sameGeometry: true,
    },
    {},
  );
  console.log(found);
}
const size = viewSize(scene.train[0].picture, Math.max(width, height));
const target = createRenderTarget(gpu, size.width, size.height);
const seen = async (look: typeof appearance, camera: (typeof scene.train)[0]['camera']) => {
  await renderer.renderBlend(camera, target, blendOf(look), { background: [1, 1, 1], viewDependent: false });
  return await target.rgb.readF32();
};
const pictures = [];
const fits = [];
for (const at of [0.1, 0.4, 0.7]) {
  const { camera } = scene.train[Math.floor(at * scene.train.length)];
  const [before, after] = [await seen({ ...plain, viewDependent: false }, camera), await seen(appearance, camera)];
  fits.push(affineFit(before, after, size.width, size.height));
  pictures.push(pictureFromRgb(after, size.width, size.height));
}
console.log('locally affine', fits);
await writeFile(outPath, encodePng(beside(pictures)));
destroyFieldResources(core);
network.destroy();
closeNodeGpu(gpu);
