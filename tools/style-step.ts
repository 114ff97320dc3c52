// Processor time of the style's side of a style step, without a field: NNFM and .3 Gram on a renderer of plain pictures.
//   node tools/run.mjs tools/style-step.ts

import { closeNodeGpu, openNodeGpu } from '../src/gpu/node.ts';
import { loadFeatureWeightsFile } from '../src/style/features/weights-node.ts';
import { createFeatureNetwork } from '../src/style/features/wgsl-network.ts';
import { resolveRecipe } from '../src/style/recipe.ts';
import { PAINTING_LOSS } from '../src/style/style-config.ts';
import { StyleTrainer } from '../src/style/style-trainer.ts';
import { ImageRenderer } from './image-renderer.ts';

const SIDE = 96;
const BATCHES = 3;
const STEPS = 4;

const picture = (seed: number) => ({
  width: SIDE,
  height: SIDE,
  data: Uint8ClampedArray.from({ length: 4 * SIDE * SIDE }, (_, i) => (i % 4 === 3 ? 255 : (i * 7919 * seed) % 256)),
});

const gpu = await openNodeGpu();
const network = await createFeatureNetwork(gpu, await loadFeatureWeightsFile('assets/weights/small.json'));
const renderer = new ImageRenderer();
const camera = { width: SIDE, height: SIDE, fx: 1, fy: 1, cx: 0, cy: 0, distortion: null, cameraToWorld: [] };
renderer.add(camera, new Float32Array(SIDE * SIDE * 3).fill(0.5));
const styles = [{ picture: picture(3), weight: 1 }];
const trainer = await StyleTrainer.create(gpu, {
  network,
  renderer,
  views: [{ camera, target: picture(1) }],
  styles,
  size: { width: SIDE, height: SIDE },
  recipe: resolveRecipe({ loss: PAINTING_LOSS, styles }, { steps: 100, styleScale: 1, viewSide: SIDE }),
  background: [1, 1, 1],
  seed: 1,
});
// The first step compiles on the driver's side and makes what the view's content needs.
for (let i = 0; i < 2; i++) await trainer.step();
await gpu.idle();
for (let batch = 0; batch < BATCHES; batch++) {
  const before = process.cpuUsage();
  for (let i = 0; i < STEPS; i++) {
    await trainer.step();
    await gpu.idle();
  }
  const { user, system } = process.cpuUsage(before);
  console.log(`${((user + system) / 1e3 / STEPS).toFixed(1)} ms of processor time a step`);
}
trainer.destroy();
closeNodeGpu(gpu);
