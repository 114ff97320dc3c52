// The bundled style pictures are told apart by machine: of each, the left and the right half find each other among all
// halves by their Gram matrices under VGG-19, where the shared weights are at hand. A picture whose halves do not is no
// style but a collection.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Gpu } from '../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import { Recorder } from '../../../src/gpu/recorder.ts';
import { nodeDecoder } from '../../../src/scene/node-decoder.ts';
import type { Picture } from '../../../src/scene/types.ts';
import { loadFeatureWeightsFile } from '../../../src/style/features/weights-node.ts';
import { createFeatureNetwork } from '../../../src/style/features/wgsl-network.ts';
import { pictureTensor } from '../../../src/style/style-image.ts';
import type { FeatureNetwork, LayerName } from '../../../src/style/types.ts';
import { gramMatrix } from '../../reference/gram.ts';
import { SHARED } from '../../shared.ts';

const FOLDER = join(import.meta.dirname, '../../../assets/styles');
const LAYERS: LayerName[] = ['relu2_1', 'relu3_1'];
/** Of each half, pixels. */
const SIDE = 128;

let gpu: Gpu;
let network: FeatureNetwork;
beforeAll(async () => {
  gpu = await openNodeGpu();
  if (!SHARED) return;
  const file = join(SHARED, 'weights/vgg19/vgg19_u8_block1_conv1-block5_conv1.json');
  network = await createFeatureNetwork(gpu, await loadFeatureWeightsFile(file));
});
afterAll(() => closeNodeGpu(gpu));

/** The square at the left or the right end of a picture. */
function half({ width, height, data }: Picture, right: boolean): Picture {
  const side = Math.min(height, Math.floor(width / 2));
  const [left, top] = [right ? width - side : 0, Math.floor((height - side) / 2)];
  const out = new Uint8ClampedArray(side * side * 4);
  for (let y = 0; y < side; y++) {
    const from = 4 * ((top + y) * width + left);
    out.set(data.subarray(from, from + 4 * side), 4 * y * side);
  }
  return { width: side, height: side, data: out };
}

/** Gram matrices of the layers, each of length 1. */
async function styleOf(picture: Picture): Promise<Float64Array[]> {
  const image = pictureTensor(gpu, picture, { width: SIDE, height: SIDE }, [1, 1, 1]);
  const extractor = await network.extractor(SIDE, SIDE, LAYERS);
  const rec = new Recorder(gpu, 'test');
  extractor.forward(rec, image);
  rec.submit();
  const grams: Float64Array[] = [];
  for (const layer of LAYERS) {
    const gram = gramMatrix(Float64Array.from(await extractor.features.get(layer)!.readF32()), network.channels(layer));
    const length = Math.sqrt(gram.reduce((sum, v) => sum + v * v, 0));
    grams.push(gram.map((v) => v / length));
  }
  extractor.destroy();
  image.destroy();
  return grams;
}

const alike = (a: Float64Array[], b: Float64Array[]) =>
  a.reduce((sum, gram, l) => sum + gram.reduce((dot, v, i) => dot + v * b[l][i], 0), 0);

it.skipIf(!SHARED)('halves of a style picture find each other, for at least ten of twelve', async () => {
  const index = JSON.parse(readFileSync(join(FOLDER, 'index.json'), 'utf8')) as { name: string; file: string }[];
  const halves: { name: string; style: Float64Array[] }[] = [];
  for (const { name, file } of index) {
    const picture = await nodeDecoder.decode(new Uint8Array(readFileSync(join(FOLDER, file))), file);
    for (const right of [false, true]) halves.push({ name, style: await styleOf(half(picture, right)) });
  }
  const nearest = halves.map((one) =>
    halves
      .filter((other) => other !== one)
      .reduce((best, other) => (alike(one.style, other.style) > alike(one.style, best.style) ? other : best)),
  );
  const lost = index.filter(({ name }) => halves.some((one, i) => one.name === name && nearest[i].name !== name));
  expect(
    lost.map(({ name }) => name),
    'styles whose halves find another',
  ).toSatisfy((names: string[]) => index.length - names.length >= Math.ceil((10 / 12) * index.length));
});
