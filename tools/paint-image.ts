// Paints one picture, not a field, with the style trainer: shows in seconds what a loss, a network or a weight does.
//   npx vite build --config vite.cli.config.ts --ssr tools/paint-image.ts --outDir node_modules/.cache/paint
//   node node_modules/.cache/paint/impasto.mjs <picture> <style> <network.json> <out.png> [key=value ...]
// Keys: loss, steps, size (long side), and any number of StyleConfig: learningRate, contentWeight, tvWeight, brush ...

import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { closeNodeGpu, openNodeGpu } from '../src/gpu/node.ts';
import { Tensor } from '../src/gpu/tensor.ts';
import type { Camera, Picture } from '../src/scene/types.ts';
import { applyColourTransfer, colourStatistics, colourTransferMatrix } from '../src/style/colour-transfer.ts';
import { loadFeatureWeightsFile } from '../src/style/features/weights-node.ts';
import { createFeatureNetwork } from '../src/style/features/wgsl-network.ts';
import { type Recipe, resolveRecipe } from '../src/style/recipe.ts';
import { styleDistance } from '../src/style/score.ts';
import type { StyleLossName } from '../src/style/style-config.ts';
import { resample } from '../src/style/style-image.ts';
import { StyleTrainer } from '../src/style/style-trainer.ts';
import { ImageRenderer } from './image-renderer.ts';

async function readPicture(path: string): Promise<Picture> {
  const { data, info } = await sharp(await readFile(path))
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8ClampedArray(data) };
}

const [picturePath, stylePath, networkPath, outPath, ...pairs] = process.argv.slice(2);
const given = Object.fromEntries(pairs.map((pair) => pair.split('=')));
const { loss = 'nnfm', steps = '70', size = '176', keepColours, ...numbers } = given;
const gpu = await openNodeGpu();
const network = await createFeatureNetwork(gpu, await loadFeatureWeightsFile(networkPath));
const content = await readPicture(picturePath);
const style = await readPicture(stylePath);
const styles = [{ picture: style, weight: 1 }];
const asked = { loss: loss as StyleLossName, styles, keepColours: keepColours === 'true', steps: Number(steps) };
const recipe: Recipe = {
  ...resolveRecipe(asked, { steps: 0, styleScale: 1, viewSide: 0 }),
  ...Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, Number(value)])),
};
const scale = Number(size) / Math.max(content.width, content.height);
const [width, height] = [Math.round(content.width * scale), Math.round(content.height * scale)];

const transfer = colourTransferMatrix(colourStatistics(content), colourStatistics(style));
const target = recipe.keepColours ? content : applyColourTransfer(content, transfer);
const camera: Camera = { width, height, fx: 1, fy: 1, cx: 0, cy: 0, distortion: null, cameraToWorld: [] };
const renderer = new ImageRenderer();
renderer.add(camera, resample(target, { width, height }, [1, 1, 1]).data);

const distance = async () => {
  const image = Tensor.from(gpu.device, 'paint', [height, width, 3], renderer.canvases.get(camera)!.pixels);
  const found = await styleDistance(gpu, network, [image], style, loss as StyleLossName, recipe);
  image.destroy();
  return found;
};

const trainer = await StyleTrainer.create(gpu, {
  network,
  renderer,
  views: [{ camera, target }],
  styles,
  size: { width, height },
  recipe,
  background: [1, 1, 1],
  seed: 1,
});
const start = await distance();
const began = performance.now();
for (let i = 0; i < Number(steps); i++) {
  await trainer.step();
  if (i === 0 || i % 10 === 9) console.log(i + 1, await trainer.losses());
}
await gpu.idle();
const seconds = (performance.now() - began) / 1000;
const end = await distance();
// Mean magnitude of d_image over the run, times the pixels: what a field's fixed-point gradients have to hold.
const { second } = renderer.canvases.get(camera)!;
const spread = second.reduce((sum, v) => sum + v, 0) / second.length / (1 - 0.999 ** Number(steps));
const gradientPerPixel = Math.sqrt(spread) * width * height;
console.log({ width, height, start, end, ratio: end / start, seconds, gradientPerPixel });

const { pixels } = renderer.canvases.get(camera)!;
await sharp(
  Uint8Array.from(pixels, (v) => Math.round(v * 255)),
  { raw: { width, height, channels: 3 } },
)
  .resize(width * 4, height * 4, { kernel: 'nearest' })
  .png()
  .toFile(outPath);
trainer.destroy();
closeNodeGpu(gpu);
