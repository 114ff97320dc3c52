// Nearest-neighbour feature matching, the loss that paints strokes (ARF, Zhang et al. 2022, eq. 2):
// L = mean over i of 1 - cos(F_i, S_j*), j* = argmax_j cos(F_i, S_j). Several layers of one size are matched as one,
// their channels concatenated (ARF: relu3_1, relu3_2, relu3_3). No gradient through the style or the choice of j*.
// The style is kept as a bank of at most `maxColumns` unit columns, spread evenly over the picture; all queries count.

import type { Gpu } from '../../gpu/device.ts';
import { expectShapes, Tensor } from '../../gpu/tensor.ts';
import type { FeatureLoss } from '../types.ts';
import { type StyleKernels, styleKernels } from './kernels.ts';

export interface NnfmOptions {
  /** Style columns kept, at most. Default 4096: more cost time in proportion and match hardly better. */
  maxColumns?: number;
}

/** Blocks of columns that one query's search is split into: enough work for wide adapters at few queries. */
const COLUMNS_PER_BLOCK = 512;
/** Columns that one thread of nnfm_match_subgroups holds in registers; the bank is padded to whole tiles. */
const TILE = 32;
/** Threads of a workgroup of either search, and queries that each of them takes. */
const MATCH_GROUP = 64;
const QUERIES_PER_THREAD = { nnfm_match: 8, nnfm_match_subgroups: 4 } as const;

export class NnfmLoss implements FeatureLoss {
  private queries: Tensor | null = null;
  private scratch: { blockDot: Tensor; blockColumn: Tensor; column: Tensor; terms: Tensor; partials: Tensor } | null =
    null;

  private constructor(
    private readonly device: GPUDevice,
    private readonly kernels: StyleKernels,
    /** Style features. [C_all, J], columns of unit length. */
    private readonly bank: Tensor,
    private readonly layerChannels: readonly number[],
  ) {}

  /**
   * @param style features of the style picture, one tensor [C_l, H, W] a layer, all of one H and W
   */
  static async create(gpu: Gpu, style: Tensor | readonly Tensor[], options: NnfmOptions = {}): Promise<NnfmLoss> {
    const { device } = gpu;
    const layers = asList(style);
    const { H, W } = expectShapes(sameSize('style', layers));
    const kernels = await styleKernels(gpu);
    const chosen = spreadColumns(H, W, options.maxColumns ?? 4096);
    const columnCount = Math.ceil(chosen.length / TILE) * TILE;
    // Padding repeats the first column: the first of equals wins, so it is never chosen.
    const padded = new Uint32Array(columnCount).fill(chosen[0]);
    padded.set(chosen);
    const columns = Tensor.from(device, 'NnfmLoss.columns', [columnCount], padded);
    const layerChannels = layers.map((layer) => layer.shape[0]);
    const channelCount = layerChannels.reduce((a, b) => a + b, 0);
    const bank = Tensor.zeros(device, 'NnfmLoss.bank', [channelCount, columnCount]);
    const encoder = device.createCommandEncoder({ label: 'NnfmLoss.create' });
    let offset = 0;
    for (const features of layers) {
      const channels = features.shape[0];
      kernels.nnfm_bank.run(
        encoder,
        { features, columns, bank },
        { channel_count: channels, channel_offset: offset, pixel_count: H * W, column_count: columnCount },
        [Math.ceil(columnCount / 64), channels],
      );
      offset += channels;
    }
    kernels.nnfm_normalise.run(encoder, { bank }, { channel_count: channelCount, column_count: columnCount }, [
      Math.ceil(columnCount / 64),
    ]);
    device.queue.submit([encoder.finish()]);
    columns.destroy();
    return new NnfmLoss(device, kernels, bank, layerChannels);
  }

  /** @param features one tensor [C_l, H, W] a layer, in the order of the style's; dFeatures the same shapes */
  evaluate(
    encoder: GPUCommandEncoder,
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
    const { channelCount, columnCount, blockCount } = this;
    const { queries, blockDot, blockColumn, column, terms, partials } = this.prepare(queryCount);
    const { nnfm_concatenate, nnfm_reduce, nnfm_gradient, loss_sum } = this.kernels;
    const queryStride = queries.shape[1];

    let at = 0;
    for (const layer of layers) {
      nnfm_concatenate.run(
        encoder,
        { features: layer, queries },
        { query_count: queryCount, query_stride: queryStride, channel_offset: at },
        [Math.ceil(queryCount / 64), layer.shape[0]],
      );
      at += layer.shape[0];
    }
    const search = this.kernels.nnfm_match_subgroups ? 'nnfm_match_subgroups' : 'nnfm_match';
    this.kernels[search]!.run(
      encoder,
      { queries, bank: this.bank, block_dot: blockDot, block_column: blockColumn },
      {
        query_stride: queryStride,
        channel_count: channelCount,
        column_count: columnCount,
        columns_per_block: COLUMNS_PER_BLOCK,
      },
      [Math.ceil(queryCount / (MATCH_GROUP * QUERIES_PER_THREAD[search])), blockCount],
    );
    nnfm_reduce.run(
      encoder,
      {
        queries,
        block_dot: blockDot,
        block_column: blockColumn,
        match_column: column,
        match_terms: terms,
        partials,
      },
      { query_count: queryCount, query_stride: queryStride, channel_count: channelCount, block_count: blockCount },
      [Math.ceil(queryCount / 64)],
    );
    loss_sum.run(
      encoder,
      { partials, value },
      { partial_count: Math.ceil(queryCount / 64), scale: weight / queryCount },
      [1],
    );
    let offset = 0;
    dLayers.forEach((d_features, l) => {
      nnfm_gradient.run(
        encoder,
        { queries, bank: this.bank, match_column: column, match_terms: terms, d_features },
        {
          query_count: queryCount,
          query_stride: queryStride,
          channel_offset: offset,
          column_count: columnCount,
          d_scale: weight / queryCount,
        },
        [Math.ceil(queryCount / 64), this.layerChannels[l]],
      );
      offset += this.layerChannels[l];
    });
  }

  private get channelCount(): number {
    return this.bank.shape[0];
  }

  private get columnCount(): number {
    return this.bank.shape[1];
  }

  private get blockCount(): number {
    return Math.ceil(this.columnCount / COLUMNS_PER_BLOCK);
  }

  /** Buffers for so many queries; made anew only when their number changes. */
  private prepare(queryCount: number) {
    if (!this.queries || !this.scratch || this.scratch.column.size !== queryCount) {
      this.release();
      const { device } = this;
      const queryStride = Math.ceil(queryCount / 4) * 4;
      this.queries = Tensor.zeros(device, 'NnfmLoss.queries', [this.channelCount, queryStride]);
      this.scratch = {
        blockDot: Tensor.zeros(device, 'NnfmLoss.blockDot', [this.blockCount, queryStride]),
        blockColumn: Tensor.zeros(device, 'NnfmLoss.blockColumn', [this.blockCount, queryStride], 'u32'),
        column: Tensor.zeros(device, 'NnfmLoss.column', [queryCount], 'u32'),
        terms: Tensor.zeros(device, 'NnfmLoss.terms', [queryCount, 2]),
        partials: Tensor.zeros(device, 'NnfmLoss.partials', [Math.ceil(queryCount / 64)]),
      };
    }
    return { queries: this.queries, ...this.scratch };
  }

  private release(): void {
    this.queries?.destroy();
    for (const tensor of Object.values(this.scratch ?? {})) tensor.destroy();
    this.queries = null;
    this.scratch = null;
  }

  destroy(): void {
    this.release();
    this.bank.destroy();
  }
}

/**
 * Pixel indices of at most maxColumns columns, spread over the picture by a golden-ratio sequence: even cover without
 * the beat that a fixed stride would have with brush strokes or with the picture's width.
 */
export function spreadColumns(height: number, width: number, maxColumns: number): Uint32Array<ArrayBuffer> {
  const count = height * width;
  if (count <= maxColumns) return Uint32Array.from({ length: count }, (_, i) => i);
  // The two-dimensional golden ratio (Roberts' R2 sequence): the plastic number's inverse powers.
  const stepX = 0.7548776662466927;
  const stepY = 0.5698402909980532;
  const chosen = new Set<number>();
  for (let i = 0; chosen.size < maxColumns; i++) {
    const x = Math.floor(((0.5 + i * stepX) % 1) * width);
    const y = Math.floor(((0.5 + i * stepY) % 1) * height);
    chosen.add(y * width + x);
    // Nearly every pixel is asked for: fill up with what is left rather than wait for the sequence to hit it.
    if (i > 8 * maxColumns) for (let p = 0; p < count && chosen.size < maxColumns; p++) chosen.add(p);
  }
  return Uint32Array.from(chosen).sort();
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
