// The recipe as a whole through the real VGG-19, where the shared weights are at hand: a few steps must bring a
// recoloured picture clearly nearer to a painting, under every style loss.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import { Tensor } from '../../../src/gpu/tensor.ts';
import { nodeDecoder } from '../../../src/scene/node-decoder.ts';
import type { Camera } from '../../../src/scene/types.ts';
import { applyColourTransfer, colourStatistics, colourTransferMatrix } from '../../../src/style/colour-transfer.ts';
import { loadFeatureWeightsFile } from '../../../src/style/features/weights-node.ts';
import { createFeatureNetwork } from '../../../src/style/features/wgsl-network.ts';
import { resolveRecipe } from '../../../src/style/recipe.ts';
import { styleDistance } from '../../../src/style/score.ts';
import { resample } from '../../../src/style/style-image.ts';
import { StyleTrainer } from '../../../src/style/style-trainer.ts';
import type { FeatureNetwork } from '../../../src/style/types.ts';
import { ImageRenderer } from '../../../tools/image-renderer.ts';
import { SHARED } from '../../shared.ts';

const SIZE = { width: 64, height: 48 };
const STEPS = 10;

describe.skipIf(!SHARED)('painting a picture through VGG-19', () => {
  let gpu: Gpu;
  let network: FeatureNetwork;
  beforeAll(async () => {
    gpu = await openNodeGpu();
    const file = join(SHARED!, 'weights/vgg19/vgg19_u8_block1_conv1-block5_conv1.json');
    network = await createFeatureNetwork(gpu, await loadFeatureWeightsFile(file));
  });
  afterAll(() => {
    network?.destroy();
    closeNodeGpu(gpu);
  });

  const read = async (name: string) =>
    await nodeDecoder.decode(new Uint8Array(readFileSync(join(SHARED!, 'styles', name))), name);

  // Reached in 10 steps, of the distance that colour transfer left: NNFM 0.55, Gram 0.23, AdaIN 0.24; each with a margin.
  it.each([
    ['nnfm', 0.7],
    ['gram', 0.4],
    ['adain', 0.4],
  ] as const)('%s comes to %f of its start', async (loss, share) => {
    const [content, style] = [await read('great_wave.jpg'), await read('starry_night.jpg')];
    const target = applyColourTransfer(
      content,
      colourTransferMatrix(colourStatistics(content), colourStatistics(style)),
    );
    const camera: Camera = { ...SIZE, fx: 1, fy: 1, cx: 0, cy: 0, distortion: null, cameraToWorld: [] };
    const renderer = new ImageRenderer();
    renderer.add(camera, resample(target, SIZE, [1, 1, 1]).data);
    const distance = async () => {
      const { pixels } = renderer.canvases.get(camera)!;
      const image = Tensor.from(gpu.device, 'test', [SIZE.height, SIZE.width, 3], pixels);
      return await styleDistance(gpu, network, [image], style, loss);
    };
    const trainer = await StyleTrainer.create(gpu, {
      network,
      renderer,
      views: [{ camera, target }],
      styles: [{ picture: style, weight: 1 }],
      size: SIZE,
      recipe: {
        ...resolveRecipe({ loss, styles: [], steps: STEPS }, { steps: STEPS, styleScale: 1, viewSide: 96 }),
        learningRate: 0.03,
      },
      background: [1, 1, 1],
      seed: 1,
    });
    const start = await distance();
    for (let i = 0; i < STEPS; i++) await trainer.step();
    const ratio = (await distance()) / start;
    trainer.destroy();
    expect(ratio).toBeLessThan(share);
    expect(ratio).toBeGreaterThan(0);
  });
});
