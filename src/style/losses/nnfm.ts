// Nearest-neighbour feature matching, the loss that paints strokes (ARF, Zhang et al. 2022, eq. 2):
// L = mean over i of 1 - cos(F_i, S_j*), j* = argmax_j cos(F_i, S_j). Several layers of one size are matched as one,
// their channels concatenated (ARF: relu3_1, relu3_2, relu3_3). No gradient through the style or the choice of j*.

import type { Gpu } from '../../gpu/device.ts';
import type { Kernel } from '../../gpu/kernel.ts';
import { Recorder } from '../../gpu/recorder.ts';
import { sharedKernels } from '../../gpu/shared-kernels.ts';
import { expectShapes, Tensor } from '../../gpu/tensor.ts';
import nnfmBank from '../../shaders/style/nnfm_bank.wgsl?raw';
import nnfmConcatenate from '../../shaders/style/nnfm_concatenate.wgsl?raw';
import nnfmGradient from '../../shaders/style/nnfm_gradient.wgsl?raw';
import { defineLoss, type LossOptions, type StyleLoss } from './loss.ts';
import { bankColumns, joinBanks, NearestSearch, recordNormalise } from './nearest.ts';

const SOURCES = { nnfm_bank: nnfmBank, nnfm_concatenate: nnfmConcatenate, nnfm_gradient: nnfmGradient } as const;
type NnfmKernels = Record<keyof typeof SOURCES, Kernel>;

export class NnfmLoss implements StyleLoss<Tensor | readonly Tensor[]> {
  private constructor(
    private readonly kernels: NnfmKernels,
    private readonly search: NearestSearch,
    private readonly layerChannels: readonly number[],
  ) {}

  /**
   * @param style features of the style picture, one tensor [C_l, H, W] a layer, all of one H and W
   */
  static async create(gpu: Gpu, style: Tensor | readonly Tensor[], options: LossOptions = {}): Promise<NnfmLoss> {
    const { device } = gpu;
    const layers = asList(style);
    const { H, W } = expectShapes(sameSize('style', layers));
    const kernels = await sharedKernels(gpu, SOURCES);
    const chosen = bankColumns(H, W, options);
    const columns = Tensor.from(device, 'NnfmLoss.columns', [chosen.length], chosen);
    const layerChannels = layers.map((layer) => layer.shape[0]);
    const channelCount = layerChannels.reduce((a, b) => a + b, 0);
    const bank = Tensor.zeros(device, 'NnfmLoss.bank', [channelCount, chosen.length]);
    const rec = new Recorder(gpu, 'NnfmLoss.create');
    let offset = 0;
    for (const features of layers) {
      const channels = features.shape[0];
      rec.run(
        kernels.nnfm_bank,
        { features, columns, bank },
        { channel_count: channels, channel_offset: offset, pixel_count: H * W, column_count: chosen.length },
        [Math.ceil(chosen.length / 64), channels],
      );
      offset += channels;
    }
    await recordNormalise(gpu, rec, bank);
    rec.submit();
    columns.destroy();
    return new NnfmLoss(kernels, await NearestSearch.create(gpu, bank), layerChannels);
  }

  /** Several pictures as one style: their columns side by side. Takes the losses. */
  static async pooled(gpu: Gpu, losses: readonly NnfmLoss[]): Promise<NnfmLoss> {
    const [{ kernels, layerChannels }] = losses;
    const bank = await joinBanks(
      gpu.device,
      losses.map(({ search }) => search.bank),
    );
    return new NnfmLoss(kernels, await NearestSearch.create(gpu, bank), layerChannels);
  }

  /** @param features one tensor [C_l, H, W] a layer, in the order of the style's; dFeatures the same shapes */
  evaluate(
    rec: Recorder,
    features: Tensor | readonly Tensor[],
    weight: number,
    dFeatures: Tensor | readonly Tensor[],
    value: Tensor,
  ): void {
    const layers = asList(features);
    const dLayers = asList(dFeatures);
    const { H, W } = expectShapes({
      ...sameSize('features', layers, this.layerChannels),
      ...sameSize('dFeatures', dLayers, this.layerChannels),
    });
    const queryCount = H * W;
    const { nnfm_concatenate, nnfm_gradient } = this.kernels;
    const { search } = this;
    const written = search.queriesFor(queryCount);
    let at = 0;
    for (const layer of layers) {
      rec.run(
        nnfm_concatenate,
        { features: layer, queries: written },
        { query_count: queryCount, query_stride: written.shape[1], channel_offset: at },
        [Math.ceil(queryCount / 64), layer.shape[0]],
      );
      at += layer.shape[0];
    }
    const { queries, queryStride, column, terms } = search.record(rec, queryCount, weight, value);
    let offset = 0;
    dLayers.forEach((d_features, l) => {
      rec.run(
        nnfm_gradient,
        { queries, bank: search.bank, match_column: column, match_terms: terms, d_features },
        {
          query_count: queryCount,
          query_stride: queryStride,
          channel_offset: offset,
          column_count: search.bank.shape[1],
          d_scale: weight / queryCount,
        },
        [Math.ceil(queryCount / 64), this.layerChannels[l]],
      );
      offset += this.layerChannels[l];
    });
  }

  destroy(): void {
    this.search.destroy();
  }
}

function asList(tensors: Tensor | readonly Tensor[]): readonly Tensor[] {
  return tensors instanceof Tensor ? [tensors] : tensors;
}

function sameSize(
  name: string,
  layers: readonly Tensor[],
  channels?: readonly number[],
): Record<string, [Tensor, (string | number)[]]> {
  const expected = channels?.length ?? layers.length;
  if (layers.length === 0 || layers.length !== expected) {
    throw new Error(`NnfmLoss ${name}: expected ${expected || 'at least one'} layers, found ${layers.length}`);
  }
  return Object.fromEntries(layers.map((layer, l) => [`${name}[${l}]`, [layer, [channels?.[l] ?? `C${l}`, 'H', 'W']]]));
}

export const nnfm = defineLoss({
  name: 'nnfm',
  title: 'strokes (NNFM)',
  cite: 'Zhang et al. 2022, ARF',
  styleLayers: ['relu3_1', 'relu3_2', 'relu3_3'],
  contentLayers: ['relu3_1', 'relu3_2', 'relu3_3'],
  weight: 1,
  joint: true,
  relative: false,
  matchesPlaces: true,
  create: NnfmLoss.create,
  pooled: NnfmLoss.pooled,
});
