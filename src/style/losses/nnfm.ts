// Nearest-neighbour feature matching, the loss that paints strokes (ARF, Zhang et al. 2022, eq. 2):
// L = mean over i of 1 - cos(F_i, S_j*), j* = argmax_j cos(F_i, S_j). Several layers of one size are matched as one,
// their channels concatenated (ARF: relu3_1, relu3_2, relu3_3). No gradient through the style or the choice of j*.

import type { Gpu } from '../../gpu/device.ts';
import type { Kernel } from '../../gpu/kernel.ts';
import type { Recorder } from '../../gpu/recorder.ts';
import { sharedKernels } from '../../gpu/shared-kernels.ts';
import type { Tensor } from '../../gpu/tensor.ts';
import nnfmGradient from '../../shaders/style/nnfm_gradient.wgsl?raw';
import { asList, CONCATENATE, featureBank, type Layers, recordQueries, sizeOfLayers } from './feature-bank.ts';
import { defineLoss, type LossOptions, type StyleLoss } from './loss.ts';
import { joinBanks, NearestSearch } from './nearest.ts';

const SOURCES = { ...CONCATENATE, nnfm_gradient: nnfmGradient } as const;
type NnfmKernels = Record<keyof typeof SOURCES, Kernel>;

export class NnfmLoss implements StyleLoss<Layers> {
  private constructor(
    private readonly kernels: NnfmKernels,
    private readonly search: NearestSearch,
    private readonly layerChannels: readonly number[],
  ) {}

  /**
   * @param style features of the style picture, one tensor [C_l, H, W] a layer, all of one H and W
   */
  static async create(gpu: Gpu, style: Layers, options: LossOptions = {}): Promise<NnfmLoss> {
    const { bank, layerChannels } = await featureBank(gpu, 'NnfmLoss', asList(style), options);
    const kernels = await sharedKernels(gpu, SOURCES);
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
  evaluate(rec: Recorder, features: Layers, weight: number, dFeatures: Layers, value: Tensor): void {
    const layers = asList(features);
    const dLayers = asList(dFeatures);
    const { H, W } = sizeOfLayers({ features: layers, dFeatures: dLayers }, this.layerChannels);
    const queryCount = H * W;
    const { nnfm_gradient } = this.kernels;
    const { search } = this;
    recordQueries(rec, this.kernels, layers, search.queriesFor(queryCount), queryCount);
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
