// Relaxed earth mover's distance (STROTSS, Kolkin et al. 2019, eq. 5): the larger of two means, of the render's features to
// their nearest of the style, which is NNFM, and of the STYLE's features to their nearest of the render. So each mark of the
// style is wanted somewhere, and the plainest patch of it does not serve for all. Several layers of one size are matched
// as one. No gradient through the style or the choice of neighbours, and none of the smaller mean.

import type { Gpu } from '../../gpu/device.ts';
import type { Kernel } from '../../gpu/kernel.ts';
import { Recorder } from '../../gpu/recorder.ts';
import { sharedKernels } from '../../gpu/shared-kernels.ts';
import { Tensor } from '../../gpu/tensor.ts';
import mutualBackward from '../../shaders/style/mutual_backward.wgsl?raw';
import mutualChoose from '../../shaders/style/mutual_choose.wgsl?raw';
import mutualForward from '../../shaders/style/mutual_forward.wgsl?raw';
import { asList, CONCATENATE, featureBank, type Layers, recordQueries, sizeOfLayers } from './feature-bank.ts';
import { defineLoss, type LossOptions, type StyleLoss } from './loss.ts';
import { MutualSearch } from './mutual-search.ts';
import { joinBanks, spreadColumns } from './nearest.ts';

const SOURCES = {
  ...CONCATENATE,
  mutual_backward: mutualBackward,
  mutual_choose: mutualChoose,
  mutual_forward: mutualForward,
} as const;
type RemdKernels = Record<keyof typeof SOURCES, Kernel>;

/** Shares of the queries that columns' gradients are added to side by side. */
const PARTS = 16;

export class RemdLoss implements StyleLoss<Layers> {
  private readonly scales: Tensor;

  private constructor(
    private readonly gpu: Gpu,
    private readonly kernels: RemdKernels,
    private readonly search: MutualSearch,
    private readonly layerChannels: readonly number[],
  ) {
    this.scales = Tensor.zeros(gpu.device, 'RemdLoss.scales', [2]);
  }

  /** @param style features of the style picture, one tensor [C_l, H, W] a layer, all of one H and W */
  static async create(gpu: Gpu, style: Layers, options: LossOptions = {}): Promise<RemdLoss> {
    const { bank, layerChannels, pixels } = await featureBank(gpu, 'RemdLoss', asList(style), options);
    const kernels = await sharedKernels(gpu, SOURCES);
    const count = spreadColumns(...pixels, options.maxColumns ?? 4096).length;
    const search = await MutualSearch.create(gpu, bank, count);
    return new RemdLoss(gpu, kernels, search, layerChannels);
  }

  /** Several pictures as one style: their columns side by side. Takes the losses. */
  static async pooled(gpu: Gpu, losses: readonly RemdLoss[]): Promise<RemdLoss> {
    const [{ kernels, layerChannels }] = losses;
    const counts = losses.map(({ search }) => search.columnCount);
    const bank = await joinBanks(
      gpu.device,
      losses.map(({ search }) => search.bank),
      counts,
    );
    for (const { scales } of losses) scales.destroy();
    const all = counts.reduce((a, b) => a + b, 0);
    return new RemdLoss(gpu, kernels, await MutualSearch.create(gpu, bank, all), layerChannels);
  }

  /** @param features one tensor [C_l, H, W] a layer, in the order of the style's; dFeatures the same shapes */
  evaluate(rec: Recorder, features: Layers, weight: number, dFeatures: Layers, value: Tensor): void {
    const dLayers = asList(dFeatures);
    sizeOfLayers({ features: asList(features), dFeatures: dLayers }, this.layerChannels);
    const { queries, inverseLength, ofQueries, ofColumns, queryCount } = this.match(rec, features);
    const { search, scales } = this;
    const { mutual_choose, mutual_forward, mutual_backward } = this.kernels;
    const [, queryStride] = queries.shape;
    const { columnCount, bank } = search;
    rec.run(
      mutual_choose,
      { of_queries: ofQueries.partials, of_columns: ofColumns.partials, value, scales },
      {
        query_partials: ofQueries.partials.size,
        column_partials: ofColumns.partials.size,
        query_count: queryCount,
        column_count: columnCount,
        weight,
      },
      [1],
    );
    let offset = 0;
    dLayers.forEach((d_features, l) => {
      const channels = this.layerChannels[l];
      const common = { queries, bank, inverse_length: inverseLength, scales, d_features };
      rec.run(
        mutual_forward,
        { ...common, best_index: ofQueries.index, best_cosine: ofQueries.cosine },
        { query_count: queryCount, query_stride: queryStride, channel_offset: offset, column_count: bank.shape[1] },
        [Math.ceil(queryCount / 64), channels],
      );
      rec.run(
        mutual_backward,
        { ...common, best_index: ofColumns.index, best_cosine: ofColumns.cosine },
        {
          query_count: queryCount,
          query_stride: queryStride,
          channel_offset: offset,
          channel_count: channels,
          column_stride: bank.shape[1],
          column_count: columnCount,
          part_size: Math.ceil(queryCount / PARTS),
        },
        [Math.ceil(channels / 32), PARTS],
      );
      offset += channels;
    });
  }

  /** Cosines of these features' nearest, both ways: [Q] of the render's, [J] of the style's columns. */
  async cosines(features: Layers): Promise<{ queries: Float32Array; columns: Float32Array }> {
    const rec = new Recorder(this.gpu, 'RemdLoss.cosines');
    const { ofQueries, ofColumns } = this.match(rec, features);
    rec.submit();
    const [queries, columns] = await Promise.all([ofQueries.cosine.readF32(), ofColumns.cosine.readF32()]);
    return { queries, columns };
  }

  private match(rec: Recorder, features: Layers) {
    const layers = asList(features);
    const { H, W } = sizeOfLayers({ features: layers }, this.layerChannels);
    const queryCount = H * W;
    recordQueries(rec, this.kernels, layers, this.search.forQueries(queryCount).queries, queryCount);
    return this.search.record(rec, queryCount);
  }

  destroy(): void {
    this.search.destroy();
    this.scales.destroy();
  }
}

export const remd = defineLoss({
  name: 'remd',
  title: 'strokes both ways (REMD)',
  cite: 'Kolkin et al. 2019, STROTSS',
  styleLayers: ['relu3_1', 'relu3_2', 'relu3_3'],
  contentLayers: ['relu3_1', 'relu3_2', 'relu3_3'],
  weight: 1,
  joint: true,
  relative: false,
  matchesPlaces: true,
  create: RemdLoss.create,
  pooled: RemdLoss.pooled,
});
