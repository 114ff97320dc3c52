// The loss kernels against their CPU references: odd sizes, one pixel, channel counts that fit no tile, several
// layers in one match, two losses added into one value. f32 against float64: 1e-4 relative covers the longest sums.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../../src/gpu/node.ts';
import { Recorder } from '../../../../src/gpu/recorder.ts';
import { Tensor } from '../../../../src/gpu/tensor.ts';
import { AdainLoss } from '../../../../src/style/losses/adain.ts';
import { AttentionLoss } from '../../../../src/style/losses/attention.ts';
import { ContentLoss } from '../../../../src/style/losses/content.ts';
import { GramLoss } from '../../../../src/style/losses/gram.ts';
import { NnfmLoss } from '../../../../src/style/losses/nnfm.ts';
import { PatchLoss } from '../../../../src/style/losses/patch.ts';
import { RemdLoss } from '../../../../src/style/losses/remd.ts';
import { TvLoss } from '../../../../src/style/losses/tv.ts';
import fixture from '../../../fixtures/style/losses.json' with { type: 'json' };
import { adain } from '../../../reference/adain.ts';
import { attention } from '../../../reference/attention.ts';
import { content } from '../../../reference/content.ts';
import { gram, gramMatrix } from '../../../reference/gram.ts';
import { type LossResult, nnfm } from '../../../reference/nnfm.ts';
import { patch } from '../../../reference/patch.ts';
import { pattern } from '../../../reference/pattern.ts';
import { remd } from '../../../reference/remd.ts';
import { tv } from '../../../reference/tv.ts';

let gpu: Gpu;
/** With all that the adapter has, so that the variants with subgroups run too. */
let fullGpu: Gpu;
beforeAll(async () => {
  gpu = await openNodeGpu({ defaultsOnly: true });
  fullGpu = await openNodeGpu();
});
afterAll(() => {
  fullGpu.destroy();
  closeNodeGpu(gpu);
});

const upload = (shape: number[], data: Float64Array, on = gpu) =>
  Tensor.from(on.device, 'test', shape, Float32Array.from(data));

interface AnyLoss {
  evaluate(rec: Recorder, x: Tensor, weight: number, d: Tensor, value: Tensor): void;
}

/** Value and gradient of the loss, taken twice into the same tensors to see that both are added, then halved. */
async function measure(loss: AnyLoss, x: Tensor, weight = 1): Promise<{ value: number[]; d: number[] }> {
  const { device } = x;
  const d = Tensor.zeros(device, 'test.d', x.shape);
  const value = Tensor.zeros(device, 'test.value', [1]);
  for (let i = 0; i < 2; i++) {
    const rec = new Recorder(x.device === fullGpu.device ? fullGpu : gpu, 'test');
    loss.evaluate(rec, x, weight, d, value);
    rec.submit();
  }
  const found = { value: [(await value.readF32())[0] / 2], d: [...(await d.readF32())].map((v) => v / 2) };
  d.destroy();
  value.destroy();
  return found;
}

function expectAgreement(found: { value: number[]; d: number[] }, expected: LossResult, weight = 1) {
  const largest = expected.d.reduce((a, b) => Math.max(a, Math.abs(b)), 0) * weight;
  expect(found.value).toBeAllclose([expected.value * weight], { absolute: 1e-6 * weight, relative: 1e-4 });
  expect(found.d).toBeAllclose(
    expected.d.map((v) => v * weight),
    { absolute: 2e-5 * largest + 1e-12, relative: 1e-4 },
  );
}

// [C, H, W] of the render, [H, W] of the style.
const SIZES: [number, number, number, number, number][] = [
  [12, 5, 7, 6, 4],
  [5, 1, 1, 1, 1],
  [19, 33, 17, 9, 13],
  [70, 8, 9, 33, 17],
  [16, 33, 65, 41, 29],
];

describe.each(SIZES)('features [%i, %i, %i], style %i x %i', (C, H, W, styleH, styleW) => {
  const features = pattern(C * H * W, 1);
  const style = pattern(C * styleH * styleW, 2);

  it('NNFM agrees with its reference', async () => {
    const loss = await NnfmLoss.create(gpu, upload([C, styleH, styleW], style));
    expectAgreement(await measure(loss, upload([C, H, W], features), 3), nnfm(features, style, C), 3);
    loss.destroy();
  });

  it('NNFM agrees on a device with all features, too', async () => {
    const loss = await NnfmLoss.create(fullGpu, upload([C, styleH, styleW], style, fullGpu));
    expectAgreement(await measure(loss, upload([C, H, W], features, fullGpu)), nnfm(features, style, C));
    loss.destroy();
  });

  it('both ways agree with their reference, whichever is the larger, with and without subgroups', async () => {
    const plain = features.map((v) => 0.5 + 0.1 * (v - 0.5));
    for (const on of [gpu, fullGpu]) {
      const loss = await RemdLoss.create(on, upload([C, styleH, styleW], style, on));
      for (const x of [features, plain]) {
        expectAgreement(await measure(loss, upload([C, H, W], x, on), 3), remd(x, style, C), 3);
      }
      loss.destroy();
    }
  });

  it('patch NNFM agrees with its reference, with and without subgroups', async () => {
    const planes = { data: features, height: H, width: W };
    const expected = patch(planes, { data: style, height: styleH, width: styleW }, C);
    for (const on of [gpu, fullGpu]) {
      const loss = await PatchLoss.create(on, upload([C, styleH, styleW], style, on));
      expectAgreement(await measure(loss, upload([C, H, W], features, on), 3), expected, 3);
      loss.destroy();
    }
  });

  it('attention agrees with its reference', async () => {
    const loss = await AttentionLoss.create(gpu, upload([C, styleH, styleW], style), { temperature: 0.05 });
    expectAgreement(await measure(loss, upload([C, H, W], features), 3), attention(features, style, C, 0.05), 3);
    loss.destroy();
  });

  it('Gram agrees with its reference', async () => {
    const loss = await GramLoss.create(gpu, upload([C, styleH, styleW], style));
    expectAgreement(await measure(loss, upload([C, H, W], features), 100), gram(features, style, C), 100);
    loss.destroy();
  });

  it('AdaIN agrees with its reference', async () => {
    const loss = await AdainLoss.create(gpu, upload([C, styleH, styleW], style));
    expectAgreement(await measure(loss, upload([C, H, W], features), 2), adain(features, style, C), 2);
    loss.destroy();
  });

  it('content agrees with its reference', async () => {
    const goal = pattern(C * H * W, 3);
    const loss = await ContentLoss.create(gpu);
    loss.setTarget(upload([C, H, W], goal));
    expectAgreement(await measure(loss, upload([C, H, W], features), 0.5), content(features, goal), 0.5);
    loss.destroy();
  });

  it('TV agrees with its reference', async () => {
    const image = pattern(H * W * 3, 4);
    const loss = await TvLoss.create(gpu);
    expectAgreement(await measure(loss, upload([H, W, 3], image), 4), tv(image, H, W), 4);
    loss.destroy();
  });
});

describe('against PyTorch', () => {
  const [C, H, W] = fixture.shape;
  it('values and gradients agree', async () => {
    const features = upload([C, H, W], pattern(C * H * W, 1));
    const plain = upload(
      [C, H, W],
      pattern(C * H * W, 1).map((v) => 0.5 + 0.1 * (v - 0.5)),
    );
    const style = upload([C, 6, 4], pattern(C * 24, 2));
    const contentLoss = await ContentLoss.create(gpu);
    contentLoss.setTarget(upload([C, H, W], pattern(C * H * W, 3)));
    const found = {
      nnfm: await measure(await NnfmLoss.create(gpu, style), features),
      remd: await measure(await RemdLoss.create(gpu, style), features),
      remd_plain: await measure(await RemdLoss.create(gpu, style), plain),
      patch: await measure(await PatchLoss.create(gpu, style), features),
      attention: await measure(await AttentionLoss.create(gpu, style, { temperature: 0.1 }), features),
      gram: await measure(await GramLoss.create(gpu, style), features),
      adain: await measure(await AdainLoss.create(gpu, style), features),
      content: await measure(contentLoss, features),
      tv: await measure(await TvLoss.create(gpu), upload([H, W, 3], pattern(H * W * 3, 4))),
    };
    for (const name of [
      'nnfm',
      'remd',
      'remd_plain',
      'patch',
      'attention',
      'gram',
      'adain',
      'content',
      'tv',
    ] as const) {
      expectAgreement(found[name], { value: fixture[name].value, d: Float64Array.from(fixture[name].d) });
    }
  });
});

describe('attention', () => {
  it('streams over tiles: 2100 columns in three of them, 1030 in a full one and a rest', async () => {
    for (const [height, width] of [
      [50, 42],
      [103, 10],
    ]) {
      const [features, style] = [pattern(8 * 35, 12), pattern(8 * height * width, 13)];
      const loss = await AttentionLoss.create(gpu, upload([8, height, width], style), { temperature: 0.1 });
      expectAgreement(await measure(loss, upload([8, 5, 7], features)), attention(features, style, 8, 0.1));
      loss.destroy();
    }
  });

  it('is NNFM where the temperature is next to nothing', async () => {
    const [features, style] = [upload([8, 6, 6], pattern(8 * 36, 14)), upload([8, 9, 9], pattern(8 * 81, 15))];
    const sharp = await measure(await AttentionLoss.create(gpu, style, { temperature: 1e-5 }), features);
    const nearest = await measure(await NnfmLoss.create(gpu, style), features);
    expect(sharp.value).toBeAllclose(nearest.value, { absolute: 1e-5, relative: 0 });
  });

  it('survives features that are all zero on either side', async () => {
    const half = pattern(4 * 20, 10).map((v, i) => (i % 20 < 10 ? 0 : v));
    const loss = await AttentionLoss.create(gpu, upload([4, 4, 5], pattern(80, 11)), { temperature: 0.1 });
    expectAgreement(await measure(loss, upload([4, 4, 5], half)), attention(half, pattern(80, 11), 4, 0.1));
    const blank = await AttentionLoss.create(gpu, upload([4, 4, 5], new Float64Array(80)));
    const onStyle = await measure(blank, upload([4, 4, 5], half));
    expect(onStyle.value).toBeAllclose([1]);
    expect(onStyle.d.every(Number.isFinite)).toBe(true);
  });
});

describe('a style of several pictures', () => {
  const C = 6;
  const parts = [
    { height: 5, width: 7, data: pattern(C * 35, 20) },
    { height: 9, width: 4, data: pattern(C * 36, 21) },
  ];
  const features = pattern(C * 63, 22);
  const uploadParts = () => parts.map(({ height, width, data }) => upload([C, height, width], data));
  /** Planes of both side by side. [C, 35 + 36] */
  const together = Float64Array.from({ length: C * 71 }, (_, i) => {
    const [c, j] = [Math.floor(i / 71), i % 71];
    return j < 35 ? parts[0].data[c * 35 + j] : parts[1].data[c * 36 + j - 35];
  });
  const made = async <L>(Loss: { create(gpu: Gpu, style: Tensor): Promise<L>; pooled(gpu: Gpu, l: L[]): Promise<L> }) =>
    await Loss.pooled(gpu, await Promise.all(uploadParts().map((style) => Loss.create(gpu, style))));

  it('is searched as one by NNFM and attention', async () => {
    const x = upload([C, 7, 9], features);
    expectAgreement(await measure(await made(NnfmLoss), x), nnfm(features, together, C));
    expectAgreement(await measure(await made(AttentionLoss), x), attention(features, together, C, 0.03));
  });

  it('lends patches of either picture', async () => {
    const first = { height: 5, width: 7, data: parts[0].data };
    const second = { height: 9, width: 4, data: parts[1].data };
    const loss = await made(PatchLoss);
    for (const own of [first, second]) {
      const found = await measure(loss, upload([C, own.height, own.width], own.data));
      expect(Math.abs(found.value[0])).toBeLessThan(1e-6);
    }
  });

  it('has the mean of its Gram matrices, and mean and deviation of all its features', async () => {
    const x = upload([C, 7, 9], features);
    const grams = parts.map(({ data }) => gramMatrix(data, C));
    const mean = grams[0].map((g, i) => (g + grams[1][i]) / 2);
    const residual = gramMatrix(features, C).map((g, i) => g - mean[i]);
    const value = residual.reduce((sum, r) => sum + r * r, 0) / (C * C);
    const found = await measure(await made(GramLoss), x);
    expect(found.value).toBeAllclose([value], { absolute: 1e-7, relative: 1e-4 });
    // Of two equal pictures nothing is pooled but the picture itself.
    const twice = await AdainLoss.pooled(gpu, [
      await AdainLoss.create(gpu, uploadParts()[0]),
      await AdainLoss.create(gpu, uploadParts()[0]),
    ]);
    expectAgreement(await measure(twice, x), adain(features, parts[0].data, C));
  });
});

describe('NNFM', () => {
  it('matches several layers as one, and splits the gradient between them', async () => {
    const channels = [7, 12, 3];
    const all = channels.reduce((a, b) => a + b);
    const [H, W, styleH, styleW] = [9, 11, 30, 40];
    const features = pattern(all * H * W, 5);
    const style = pattern(all * styleH * styleW, 6);
    const split = (planes: Float64Array, height: number, width: number) => {
      let at = 0;
      return channels.map((c) => {
        const part = planes.subarray(at, (at += c * height * width));
        return upload([c, height, width], part);
      });
    };
    const loss = await NnfmLoss.create(gpu, split(style, styleH, styleW));
    const layers = split(features, H, W);
    const d = layers.map((layer) => Tensor.zeros(gpu.device, 'test.d', layer.shape));
    const value = Tensor.zeros(gpu.device, 'test.value', [1]);
    const rec = new Recorder(gpu, 'test');
    loss.evaluate(rec, layers, 1, d, value);
    rec.submit();
    const found = (await Promise.all(d.map((t) => t.readF32()))).flatMap((t) => [...t]);
    expectAgreement({ value: [...(await value.readF32())], d: found }, nnfm(features, style, all));
    expect(() => loss.evaluate(rec, layers.slice(1), 1, d, value)).toThrow('expected 3 layers, found 2');
  });

  it('takes no more columns than it is told, and then finds no nearer ones', async () => {
    const features = upload([8, 6, 6], pattern(8 * 36, 7));
    const style = upload([8, 40, 40], pattern(8 * 1600, 8));
    const all = await measure(await NnfmLoss.create(gpu, style), features);
    const few = await measure(await NnfmLoss.create(gpu, style, { maxColumns: 50 }), features);
    expect(few.value[0]).toBeGreaterThan(all.value[0]);
  });

  it('of a picture against itself is 0', async () => {
    const features = upload([6, 9, 10], pattern(6 * 90, 9));
    const found = await measure(await NnfmLoss.create(gpu, features), features);
    expect(Math.abs(found.value[0])).toBeLessThan(1e-6);
  });

  it('survives features that are all zero on either side', async () => {
    const half = pattern(4 * 20, 10).map((v, i) => (i % 20 < 10 ? 0 : v));
    const zeros = new Float64Array(4 * 20);
    const onRender = await measure(
      await NnfmLoss.create(gpu, upload([4, 4, 5], pattern(80, 11))),
      upload([4, 4, 5], half),
    );
    expectAgreement(onRender, nnfm(half, pattern(80, 11), 4));
    const onStyle = await measure(await NnfmLoss.create(gpu, upload([4, 4, 5], zeros)), upload([4, 4, 5], half));
    expect(onStyle.value).toBeAllclose([1]);
    expect(onStyle.d.every(Number.isFinite)).toBe(true);
  });
});

it('the same input gives the same bits', async () => {
  const features = upload([16, 33, 17], pattern(16 * 33 * 17, 1));
  const loss = await GramLoss.create(gpu, upload([16, 20, 20], pattern(16 * 400, 2)));
  const first = await measure(loss, features);
  const second = await measure(loss, features);
  expect(second).toEqual(first);
});
