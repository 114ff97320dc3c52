// Attention loss: NNFM with its arg-max made soft. Each feature looks at all columns of the style by a softmax over
// cosine similarities (Park and Lee 2019, SANet) and draws nearer to what it looks at: L = mean over i of 1 - E_i,
// E_i = sum_j a_ij cos(F_i, S_j), a_ij = softmax_j(cos(F_i, S_j) / T). As T goes to 0 this is NNFM. The gradient goes
// through the softmax too; none through the style. One object a layer. Columns come in tiles: the softmax streams over
// them and the similarity matrix is never whole.

import type { Gpu } from '../../gpu/device.ts';
import type { Kernel } from '../../gpu/kernel.ts';
import { Recorder } from '../../gpu/recorder.ts';
import { sharedKernels } from '../../gpu/shared-kernels.ts';
import { expectShapes, Tensor } from '../../gpu/tensor.ts';
import attentionBegin from '../../shaders/style/attention_begin.wgsl?raw';
import attentionFold from '../../shaders/style/attention_fold.wgsl?raw';
import attentionGather from '../../shaders/style/attention_gather.wgsl?raw';
import attentionGradient from '../../shaders/style/attention_gradient.wgsl?raw';
import attentionScores from '../../shaders/style/attention_scores.wgsl?raw';
import attentionWeights from '../../shaders/style/attention_weights.wgsl?raw';
import lossSum from '../../shaders/style/loss_sum.wgsl?raw';
import nnfmBank from '../../shaders/style/nnfm_bank.wgsl?raw';
import nnfmConcatenate from '../../shaders/style/nnfm_concatenate.wgsl?raw';
import { defineLoss, type LossOptions, type StyleLoss } from './loss.ts';
import { joinBanks, recordNormalise, spreadColumns } from './nearest.ts';

const SOURCES = {
  nnfm_bank: nnfmBank,
  nnfm_concatenate: nnfmConcatenate,
  attention_begin: attentionBegin,
  attention_scores: attentionScores,
  attention_fold: attentionFold,
  attention_weights: attentionWeights,
  attention_gather: attentionGather,
  attention_gradient: attentionGradient,
  loss_sum: lossSum,
} as const;
type AttentionKernels = Record<keyof typeof SOURCES, Kernel>;

/**
 * T. Cosines of relu3 and relu4 lie within about 0.5 of one another: at 0.03 a feature looks at tens of columns that
 * are alike, at 0.1 at the whole style, which teaches its mean and no strokes.
 */
const TEMPERATURE = 0.03;
/** Columns of a tile, a multiple of 8: few dispatches, and 4 KiB of scores a query. */
const TILE = 1024;

export interface AttentionOptions extends LossOptions {
  temperature?: number;
}

interface Scratch {
  queries: Tensor;
  pulls: Tensor;
  states: Tensor;
  scores: Tensor;
  partials: Tensor;
}

export class AttentionLoss implements StyleLoss {
  private scratch: Scratch | null = null;
  private queryCount = 0;

  private constructor(
    private readonly device: GPUDevice,
    private readonly kernels: AttentionKernels,
    /** [C, J], columns of unit length; J is a multiple of 8, and what pads it is left out of the softmax. */
    private readonly bank: Tensor,
    /** Columns that count. */
    private readonly columnCount: number,
    private readonly temperature: number,
  ) {}

  /** @param style features of the style picture [C, H, W] */
  static async create(gpu: Gpu, style: Tensor, options: AttentionOptions = {}): Promise<AttentionLoss> {
    const { C, H, W } = expectShapes({ style: [style, ['C', 'H', 'W']] });
    const { device } = gpu;
    const kernels = await sharedKernels(gpu, SOURCES);
    const chosen = spreadColumns(H, W, options.maxColumns ?? 4096);
    const padded = new Uint32Array(Math.ceil(chosen.length / 8) * 8);
    padded.set(chosen);
    const columns = Tensor.from(device, 'AttentionLoss.columns', [padded.length], padded);
    const bank = Tensor.zeros(device, 'AttentionLoss.bank', [C, padded.length]);
    const rec = new Recorder(gpu, 'AttentionLoss.create');
    rec.run(
      kernels.nnfm_bank,
      { features: style, columns, bank },
      { channel_count: C, channel_offset: 0, pixel_count: H * W, column_count: padded.length },
      [Math.ceil(padded.length / 64), C],
    );
    await recordNormalise(gpu, rec, bank);
    rec.submit();
    columns.destroy();
    return new AttentionLoss(device, kernels, bank, chosen.length, options.temperature ?? TEMPERATURE);
  }

  /** Several pictures as one style: their columns side by side. Takes the losses. */
  static async pooled({ device }: Gpu, losses: readonly AttentionLoss[]): Promise<AttentionLoss> {
    const [{ kernels, temperature }] = losses;
    const bank = await joinBanks(
      device,
      losses.map(({ bank }) => bank),
      losses.map(({ columnCount }) => columnCount),
    );
    const count = losses.reduce((sum, { columnCount }) => sum + columnCount, 0);
    return new AttentionLoss(device, kernels, bank, count, temperature);
  }

  evaluate(rec: Recorder, features: Tensor, weight: number, dFeatures: Tensor, value: Tensor): void {
    const [channels, columns] = this.bank.shape;
    const { H, W } = expectShapes({
      features: [features, [channels, 'H', 'W']],
      dFeatures: [dFeatures, [channels, 'H', 'W']],
    });
    const count = H * W;
    const { kernels, bank } = this;
    const { queries, pulls, states, scores, partials } = this.prepare(count);
    const stride = queries.shape[1];
    const quads = stride / 4;
    const sizes = { query_stride: stride, channel_count: channels };
    rec.run(
      kernels.nnfm_concatenate,
      { features, queries },
      { query_count: count, query_stride: stride, channel_offset: 0 },
      [Math.ceil(count / 64), channels],
    );
    rec.run(kernels.attention_begin, { queries, states }, sizes, [Math.ceil(stride / 64)]);
    const score = (first: number) => {
      const tile = Math.min(TILE, columns - first);
      rec.run(
        kernels.attention_scores,
        { queries, bank, scores },
        { ...sizes, column_count: columns, first_column: first },
        [Math.ceil(quads / 64), tile / 8],
      );
      return {
        query_stride: stride,
        tile: Math.min(tile, this.columnCount - first),
        inverse_temperature: 1 / this.temperature,
      };
    };
    for (let first = 0; first < this.columnCount; first += TILE) {
      rec.run(kernels.attention_fold, { scores, states }, score(first), [Math.ceil(stride / 64)]);
    }
    for (let first = 0; first < this.columnCount; first += TILE) {
      const counted = score(first);
      rec.run(kernels.attention_weights, { scores, states }, counted, [Math.ceil(stride / 64), counted.tile]);
      rec.run(
        kernels.attention_gather,
        { scores, bank, pulls },
        { ...sizes, column_count: columns, first_column: first, tile: counted.tile },
        [Math.ceil(quads / 64), Math.ceil(channels / 4)],
      );
    }
    rec.run(
      kernels.attention_gradient,
      { queries, pulls, states, d_features: dFeatures, partials },
      { ...sizes, query_count: count, d_scale: weight / count },
      [partials.size],
    );
    rec.run(kernels.loss_sum, { partials, value }, { partial_count: partials.size, scale: weight / count }, [1]);
  }

  /** Buffers for so many queries; made anew only when their number changes. */
  private prepare(queryCount: number): Scratch {
    if (this.scratch && this.queryCount === queryCount) return this.scratch;
    this.release();
    const stride = Math.ceil(queryCount / 4) * 4;
    const make = (role: string, shape: number[]) => Tensor.zeros(this.device, `AttentionLoss.${role}`, shape);
    this.queryCount = queryCount;
    this.scratch = {
      queries: make('queries', [this.bank.shape[0], stride]),
      pulls: make('pulls', [this.bank.shape[0], stride]),
      states: make('states', [stride, 4]),
      scores: make('scores', [Math.min(TILE, this.bank.shape[1]), stride]),
      partials: make('partials', [Math.ceil(queryCount / 64)]),
    };
    return this.scratch;
  }

  private release(): void {
    for (const tensor of Object.values(this.scratch ?? {})) tensor.destroy();
    this.scratch = null;
  }

  destroy(): void {
    this.release();
    this.bank.destroy();
  }
}

export const attention = defineLoss({
  name: 'attention',
  title: 'soft strokes (attention)',
  cite: 'Park and Lee 2019, SANet',
  styleLayers: ['relu3_1', 'relu4_1'],
  contentLayers: ['relu3_1', 'relu3_2', 'relu3_3'],
  weight: 1,
  joint: false,
  relative: false,
  matchesPlaces: true,
  create: AttentionLoss.create,
  pooled: AttentionLoss.pooled,
});
