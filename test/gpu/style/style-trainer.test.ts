// The whole step of the style trainer on a toy network and a renderer of plain pictures: its gradient against
// differences of its own losses, that losses fall, and what is promised of seeds, mixes, sizes, caches and colours.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import { Profiler } from '../../../src/gpu/profiler.ts';
import { Recorder } from '../../../src/gpu/recorder.ts';
import { Tensor } from '../../../src/gpu/tensor.ts';
import type { Camera, Picture } from '../../../src/scene/types.ts';
import { ImagePreprocessor } from '../../../src/style/image-preprocessor.ts';
import { type Recipe, resolveRecipe } from '../../../src/style/recipe.ts';
import { styleDistance } from '../../../src/style/score.ts';
import { STYLE_LOSSES, type StyleLossChoice } from '../../../src/style/style-config.ts';
import { StyleTrainer, type StyleTrainerOptions } from '../../../src/style/style-trainer.ts';
import type { FeatureNetwork } from '../../../src/style/types.ts';
import { ImageRenderer } from '../../../tools/image-renderer.ts';
import { luminance, luminanceBackward } from '../../reference/colour.ts';
import { pattern } from '../../reference/pattern.ts';
import { toyNetwork } from '../../reference/toy-network.ts';

let gpu: Gpu;
let network: FeatureNetwork;
beforeAll(async () => {
  gpu = await openNodeGpu({ defaultsOnly: true });
  network = await toyNetwork(gpu);
});
afterAll(() => closeNodeGpu(gpu));

const SIZE = { width: 21, height: 17 };

const camera = (fx: number, size = SIZE): Camera => ({
  ...size,
  fx,
  fy: fx,
  cx: 10,
  cy: 8,
  distortion: null,
  cameraToWorld: [],
});

function picture(width: number, height: number, seed: number, low = 0, high = 255): Picture {
  const values = pattern(width * height * 4, seed);
  const data = Uint8ClampedArray.from(values, (v, i) => (i % 4 === 3 ? 255 : low + (high - low) * v));
  return { width, height, data };
}

const coloursOf = ({ data }: Picture) =>
  Float32Array.from(
    data.filter((_, i) => i % 4 !== 3),
    (v) => v / 255,
  );

interface Given {
  views?: number;
  loss?: StyleLossChoice;
  size?: typeof SIZE;
  styles?: StyleTrainerOptions['styles'];
  config?: Partial<Recipe>;
  /** The pictures begin here rather than at the photographs. */
  start?: Float32Array;
  seed?: number;
}

const TOY_PRESET = { steps: 100, styleScale: 1, viewSide: 96 };
const STYLE = picture(40, 30, 50, 90, 255);

async function trainer(
  given: Given = {},
): Promise<{ trainer: StyleTrainer; renderer: ImageRenderer; views: Camera[] }> {
  const renderer = new ImageRenderer();
  const size = given.size ?? SIZE;
  const views = Array.from({ length: given.views ?? 1 }, (_, v) => ({
    camera: camera(v + 1, size),
    target: picture(size.width, size.height, v + 1, 0, 160),
  }));
  for (const { camera, target } of views) renderer.add(camera, given.start ?? coloursOf(target));
  const made = await StyleTrainer.create(gpu, {
    network,
    renderer,
    views,
    styles: given.styles ?? [{ picture: STYLE, weight: 1 }],
    size,
    recipe: {
      ...resolveRecipe({ loss: given.loss ?? 'nnfm', styles: [] }, TOY_PRESET),
      learningRate: 0.04,
      ...given.config,
    },
    background: [1, 1, 1],
    seed: given.seed ?? 1,
  });
  return { trainer: made, renderer, views: views.map(({ camera }) => camera) };
}

// The toy network has relu3_1 alone.
const TOY_LAYERS: Partial<Recipe> = { contentLayers: ['relu3_1'] };

describe.each(STYLE_LOSSES)('a step with %s', (loss) => {
  it('has the gradient of its own losses', async () => {
    const config = { ...TOY_LAYERS, contentWeight: 0.3, learningRate: 0, warmup: 0 };
    const start = Float32Array.from(pattern(SIZE.width * SIZE.height * 3, 30), (v) => 0.2 + 0.6 * v);
    const gradientOf = async (pixels: Float32Array) => {
      const { trainer: t, renderer, views } = await trainer({ loss, config, start: pixels });
      let gradient = new Float32Array();
      const backward = renderer.backward.bind(renderer);
      renderer.backward = async (view, dImage) => {
        gradient = await dImage.readF32();
        await backward(view, dImage);
      };
      await t.step();
      const { total } = await t.losses();
      expect(renderer.canvases.get(views[0])!.pixels).toEqual(pixels);
      t.destroy();
      return { gradient, total };
    };
    const { gradient } = await gradientOf(start);
    // Along the gradient, where differences stand out of f32's rounding the most; a short step, as nearest columns
    // change with a longer one.
    const length = Math.hypot(...gradient);
    const step = 0.001;
    const moved = (sign: number) => start.map((v, i) => v + (sign * step * gradient[i]) / length);
    const above = (await gradientOf(moved(1))).total;
    const below = (await gradientOf(moved(-1))).total;
    expect([(above - below) / (2 * step)]).toBeAllclose([length], { absolute: 0, relative: 0.02 });
  });

  it('brings the loss down, and the pictures nearer to the style', async () => {
    const { trainer: t, renderer, views } = await trainer({ loss, config: { ...TOY_LAYERS, steps: 40, tvWeight: 0 } });
    const distance = () => {
      const canvas = renderer.canvases.get(views[0])!;
      const image = Tensor.from(gpu.device, 'test', [SIZE.height, SIZE.width, 3], canvas.pixels);
      return styleDistance(gpu, network, [image], STYLE, loss);
    };
    const before = await distance();
    await t.step();
    const first = await t.losses();
    for (let i = 1; i < 40; i++) await t.step();
    await t.losses();
    await t.step();
    const last = await t.losses();
    expect(last.style).toBeLessThan(0.6 * first.style);
    expect(last.total).toBeCloseTo(last.style + last.content + last.tv, 9);
    expect(await distance()).toBeLessThan(0.6 * before);
    t.destroy();
  });
});

describe('StyleTrainer', () => {
  it('gives the same pictures from the same seed, others from another', async () => {
    const run = async (seed: number) => {
      const { trainer: t, renderer } = await trainer({ views: 3, seed, config: TOY_LAYERS });
      for (let i = 0; i < 5; i++) await t.step();
      t.destroy();
      return [...renderer.canvases.values()].map(({ pixels }) => pixels);
    };
    const first = await run(7);
    expect(await run(7)).toEqual(first);
    expect(await run(8)).not.toEqual(first);
  });

  it('visits each view once before any twice, and asks for views without direction', async () => {
    const { trainer: t, renderer, views } = await trainer({ views: 4, config: TOY_LAYERS });
    for (let i = 0; i < 8; i++) await t.step();
    const seen = renderer.renders.map(({ camera }) => views.indexOf(camera));
    expect(seen.slice(0, 4).sort()).toEqual([0, 1, 2, 3]);
    expect(seen.slice(4).sort()).toEqual([0, 1, 2, 3]);
    expect(renderer.renders.every(({ options }) => options.viewDependent === false)).toBe(true);
    expect(t.steps).toBe(8);
    t.destroy();
  });

  it('means losses over the steps since they were asked for; content starts at 0', async () => {
    const { trainer: t } = await trainer({ config: { ...TOY_LAYERS, learningRate: 0, contentWeight: 1 } });
    expect(await t.losses()).toEqual({ total: 0, style: 0, content: 0, tv: 0 });
    await t.step();
    const one = await t.losses();
    expect(one.content).toBe(0);
    expect(one.style).toBeGreaterThan(0);
    expect(one.tv).toBeGreaterThan(0);
    for (let i = 0; i < 3; i++) await t.step();
    expect((await t.losses()).total).toBeCloseTo(one.total, 6);
    t.destroy();
  });

  it('adds up several losses by their weights', async () => {
    const styleLoss = async (loss: StyleLossChoice) => {
      const { trainer: t } = await trainer({ loss, config: TOY_LAYERS });
      await t.step();
      const { style } = await t.losses();
      t.destroy();
      return style;
    };
    const [a, b] = [await styleLoss('attention'), await styleLoss('gram')];
    const losses = [
      { name: 'attention', weight: 0.5 },
      { name: 'gram', weight: 2 },
    ] as const;
    expect(await styleLoss(losses)).toBeCloseTo(0.5 * a + 2 * b, 5);
  });

  it('gathers a style from several pictures: what is in any of them is near', async () => {
    const [one, other] = [picture(40, 30, 70), picture(36, 36, 71)];
    const distance = (shown: Picture, style: Picture | Picture[]) =>
      styleDistance(gpu, network, [shown], style, 'nnfm', { maxStyleColumns: 1e6 });
    expect(await distance(one, [one, other])).toBeLessThan(1e-5);
    expect(await distance(other, [one, other])).toBeLessThan(0.02);
    expect(await distance(other, one)).toBeGreaterThan(await distance(other, [one, other]));
    const { trainer: t } = await trainer({ styles: [{ picture: one, more: [other], weight: 1 }], config: TOY_LAYERS });
    await t.step();
    expect((await t.losses()).style).toBeGreaterThan(0);
    t.destroy();
  });

  it('adds up a mix of styles by their shares', async () => {
    const other = picture(30, 30, 60, 0, 80);
    const styleLoss = async (styles: StyleTrainerOptions['styles']) => {
      const { trainer: t } = await trainer({ styles, config: TOY_LAYERS });
      await t.step();
      const { style } = await t.losses();
      t.destroy();
      return style;
    };
    const [a, b] = [await styleLoss([{ picture: STYLE, weight: 5 }]), await styleLoss([{ picture: other, weight: 1 }])];
    const mixed = await styleLoss([
      { picture: STYLE, weight: 3 },
      { picture: other, weight: 1 },
      { picture: other, weight: 0 },
    ]);
    expect(mixed).toBeCloseTo(0.75 * a + 0.25 * b, 5);
  });

  it('paints the same where there is no room to keep content features', async () => {
    const run = async (contentCacheBytes: number) => {
      const { trainer: t, renderer } = await trainer({ views: 3, config: { ...TOY_LAYERS, contentCacheBytes } });
      for (let i = 0; i < 7; i++) await t.step();
      t.destroy();
      return [...renderer.canvases.values()].map(({ pixels }) => pixels);
    };
    expect(await run(1)).toEqual(await run(2 ** 28));
  });

  it('warms up, and slows down to the end', async () => {
    const { trainer: t, renderer } = await trainer({ config: { ...TOY_LAYERS, steps: 8, warmup: 2 } });
    for (let i = 0; i < 10; i++) await t.step();
    const rates = renderer.learningRates;
    expect(Math.max(...rates)).toBe(0.04);
    expect(rates[0]).toBeLessThan(rates[1]);
    expect([rates[7], rates[9]]).toBeAllclose([0.04 * 0.1, 0.04 * 0.1]);
    t.destroy();
  });

  it('mixes as many styles by as many losses as one likes, in one submit', async () => {
    const losses = [
      { name: 'gram', weight: 1 },
      { name: 'adain', weight: 1 },
    ] as const;
    const styleLoss = async (count: number) => {
      const styles = Array.from({ length: count }, () => ({ picture: STYLE, weight: 1 }));
      const { trainer: t } = await trainer({ styles, loss: losses, config: TOY_LAYERS });
      await t.step();
      const { style } = await t.losses();
      t.destroy();
      return style;
    };
    expect(await styleLoss(40)).toBeCloseTo(await styleLoss(1), 5);
  });

  it("shows its kernels in the profiler, the losses' and the preprocessor's alike", async () => {
    const profiler = new Profiler(gpu);
    const { trainer: t } = await trainer({ loss: 'gram', config: { ...TOY_LAYERS, keepColours: true } });
    await t.step(undefined, profiler);
    const names = [...(await profiler.collect()).keys()];
    const expected = ['colour_luminance', 'toy_forward', 'gram_chunks', 'gram_backward', 'content', 'loss_sum', 'tv'];
    // Without timestamps there is nothing to be said.
    if (gpu.has('timestamp-query')) expect(names).toEqual(expect.arrayContaining(expected));
    else expect(names).toEqual([]);
    profiler.destroy();
    t.destroy();
  });

  it('paints luminance alone when colours are kept', async () => {
    const config = { ...TOY_LAYERS, keepColours: true, steps: 20 };
    const { trainer: t, renderer, views } = await trainer({ config });
    const before = Float64Array.from(renderer.canvases.get(views[0])!.pixels);
    for (let i = 0; i < 20; i++) await t.step();
    const after = Float64Array.from(renderer.canvases.get(views[0])!.pixels);
    const spread = (of: (x: Float64Array) => Float64Array) => {
      const [a, b] = [of(before), of(after)];
      return Math.sqrt(a.reduce((sum, v, i) => sum + (v - b[i]) ** 2, 0) / a.length);
    };
    const chroma = (x: Float64Array) => luminance(x).map((y, i) => x[i] - y);
    expect(spread(luminance)).toBeGreaterThan(0.03);
    expect(spread(chroma)).toBeLessThan(0.25 * spread(luminance));
    t.destroy();
  });

  it('refuses, in one sentence, what it cannot use', async () => {
    const refused: [Given, string][] = [
      [{ views: 0 }, 'views for stylizing: expected at least one, found 0'],
      [{ styles: [] }, 'styles for stylizing: expected at least one, found 0'],
      [{ styles: [{ picture: STYLE, weight: -1 }] }, 'weight of a style for stylizing'],
      [{ styles: [{ picture: STYLE, weight: 0 }] }, 'weights of the styles for stylizing: expected one above 0'],
      [{ loss: [] }, 'losses for stylizing: expected at least one, found none'],
      [{ loss: [{ name: 'gram', weight: 0 }] }, 'weight of gram for stylizing: expected a number above 0, found 0'],
      [{ config: { brush: 9 } }, 'brush for stylizing: expected a number from 0.5 to 2, found 9'],
    ];
    for (const [given, sentence] of refused) await expect(trainer(given)).rejects.toThrow(sentence);
  });
});

describe('styleDistance', () => {
  it('is 0 from a picture to itself, and the mean over pictures', async () => {
    const other = picture(40, 30, 70);
    const [self, far, both] = [
      await styleDistance(gpu, network, [STYLE], STYLE, 'nnfm'),
      await styleDistance(gpu, network, [other], STYLE, 'nnfm'),
      await styleDistance(gpu, network, [STYLE, other], STYLE, 'nnfm'),
    ];
    expect(Math.abs(self)).toBeLessThan(1e-6);
    expect(far).toBeGreaterThan(1e-4);
    expect(both).toBeCloseTo((self + far) / 2, 6);
  });
});

describe('ImagePreprocessor', () => {
  it.each([
    { width: 21, height: 17 },
    { width: 16, height: 24 },
    { width: 1, height: 5 },
    { width: 1, height: 1 },
  ])('shows luminance and sends its gradient back, at $width x $height', async (size) => {
    const { width, height } = size;
    const preprocessor = await ImagePreprocessor.create(gpu, size, { luminanceOnly: true });
    const upload = (seed: number) => {
      const data = pattern(width * height * 3, seed);
      return { data, tensor: Tensor.from(gpu.device, 'test', [height, width, 3], Float32Array.from(data)) };
    };
    const [image, photograph, dShown] = [upload(1), upload(2), upload(3)];
    const dImage = Tensor.from(gpu.device, 'test', [height, width, 3], new Float32Array(width * height * 3).fill(9));
    const rec = new Recorder(gpu, 'test');
    const shown = preprocessor.preprocess(rec, image.tensor);
    rec.copy(dShown.tensor, preprocessor.begin(rec, dImage), dShown.data.length * 4);
    preprocessor.backward(rec, image.tensor, dImage, photograph.tensor, 0.7);
    rec.submit();
    expect(await shown.readF32()).toBeAllclose(luminance(image.data), { absolute: 1e-6 });
    const expected = luminanceBackward(image.data, photograph.data, dShown.data, 0.7);
    expect(await dImage.readF32()).toBeAllclose(expected, { absolute: 1e-6 });
    preprocessor.destroy();
  });
});
