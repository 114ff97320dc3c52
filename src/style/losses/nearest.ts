// The search that nearest-neighbour losses share (ARF, Zhang et al. 2022, eq. 2): for each query the bank's column of
// greatest cosine. A bank holds at most so many unit columns, spread evenly over the style picture; all queries count.
// The similarity matrix is never written: memory grows with the queries, not with queries times columns.

import type { Gpu } from '../../gpu/device.ts';
import type { Kernel } from '../../gpu/kernel.ts';
import type { Recorder } from '../../gpu/recorder.ts';
import { sharedKernels } from '../../gpu/shared-kernels.ts';
import { hasSubgroups } from '../../gpu/subgroups.ts';
import { Tensor } from '../../gpu/tensor.ts';
import lossSum from '../../shaders/style/loss_sum.wgsl?raw';
import nnfmMatch from '../../shaders/style/nnfm_match.wgsl?raw';
import nnfmMatchSubgroups from '../../shaders/style/nnfm_match_subgroups.wgsl?raw';
import nnfmNormalise from '../../shaders/style/nnfm_normalise.wgsl?raw';
import nnfmReduce from '../../shaders/style/nnfm_reduce.wgsl?raw';
import type { LossOptions } from './loss.ts';

const SOURCES = { nnfm_reduce: nnfmReduce, loss_sum: lossSum } as const;
const MATCH = { nnfm_match: nnfmMatch, nnfm_match_subgroups: nnfmMatchSubgroups } as const;
type SearchKernels = Record<keyof typeof SOURCES, Kernel>;

/** Blocks of columns that one query's search is split into: enough work for wide adapters at few queries. */
export const COLUMNS_PER_BLOCK = 512;
/** Columns that one thread of nnfm_match_subgroups holds in registers; the bank is padded to whole tiles. */
const TILE = 32;
/** Threads of a workgroup of either search. */
const MATCH_GROUP = 64;
/** nnfm_match_subgroups shares loads among eight lanes; a workgroup of 64 holds whole subgroups up to 64 wide. */
export const SUBGROUPS = { min: 8, max: MATCH_GROUP };
/** Queries that each of those threads takes. */
const QUERIES_PER_THREAD: Record<string, number> = { nnfm_match: 8, nnfm_match_subgroups: 4 };

/** Pixels of a style [H, W] that become columns, padded to whole tiles. [J] */
export function bankColumns(height: number, width: number, { maxColumns = 4096 }: LossOptions) {
  const chosen = spreadColumns(height, width, maxColumns);
  // Padding repeats the first column: the first of equals wins, so it is never chosen.
  const padded = new Uint32Array(Math.ceil(chosen.length / TILE) * TILE).fill(chosen[0]);
  padded.set(chosen);
  return padded;
}

/** Records columns of a bank [C, J] brought to unit length. */
export async function recordNormalise(gpu: Gpu, rec: Recorder, bank: Tensor): Promise<void> {
  const { nnfm_normalise } = await sharedKernels(gpu, { nnfm_normalise: nnfmNormalise });
  const [channels, columns] = bank.shape;
  rec.run(nnfm_normalise, { bank }, { channel_count: channels, column_count: columns }, [Math.ceil(columns / 64)]);
}

/**
 * Columns of several banks [C, J_k] side by side, as one [C, J], J rounded up to a multiple of 32 by repeating the
 * first column, which is then never chosen; takes the banks and frees them.
 * @param counts columns of each that count; all where not given
 */
export async function joinBanks(device: GPUDevice, banks: readonly Tensor[], counts?: readonly number[]) {
  const [channels] = banks[0].shape;
  const taken = banks.map((bank, b) => counts?.[b] ?? bank.shape[1]);
  const columns = Math.ceil(taken.reduce((a, b) => a + b, 0) / TILE) * TILE;
  const data = new Float32Array(channels * columns);
  let at = 0;
  for (const [b, bank] of banks.entries()) {
    const [, width] = bank.shape;
    const values = await bank.readF32();
    for (let c = 0; c < channels; c++) {
      data.set(values.subarray(c * width, c * width + taken[b]), c * columns + at);
    }
    at += taken[b];
    bank.destroy();
  }
  for (let c = 0; c < channels; c++) data.fill(data[c * columns], c * columns + at, (c + 1) * columns);
  return Tensor.from(device, 'StyleBank', [channels, columns], data);
}

/** What a search leaves for gradients, of each query. */
export interface Matches {
  /** [C, queryStride] */
  queries: Tensor;
  queryStride: number;
  /** Nearest column. [Q] */
  column: Tensor;
  /** (1 / |F|, cosine / |F|^2). [Q, 2] */
  terms: Tensor;
}

export class NearestSearch {
  private queries: Tensor | null = null;
  private scratch: { blockDot: Tensor; blockColumn: Tensor; column: Tensor; terms: Tensor; partials: Tensor } | null =
    null;

  private constructor(
    private readonly device: GPUDevice,
    private readonly kernels: SearchKernels,
    private readonly match: Kernel,
    /** [C, J], columns of unit length; owned. */
    readonly bank: Tensor,
  ) {}

  /** @param bank [C, J], columns of unit length; taken */
  static async create(gpu: Gpu, bank: Tensor): Promise<NearestSearch> {
    const name = hasSubgroups(gpu, SUBGROUPS) ? 'nnfm_match_subgroups' : 'nnfm_match';
    const [kernels, { [name]: match }] = await Promise.all([
      sharedKernels(gpu, SOURCES),
      sharedKernels(gpu, { [name]: MATCH[name] }),
    ]);
    return new NearestSearch(gpu.device, kernels, match, bank);
  }

  /** Where queries are to be written before a search: [C, stride], columns beyond the count stay zero. */
  queriesFor(queryCount: number): Tensor {
    if (!this.queries || !this.scratch || this.scratch.column.size !== queryCount) this.allocate(queryCount);
    return this.queries!;
  }

  /** Records the search, which adds weight * mean (1 - cosine) to `value` [1]. */
  record(rec: Recorder, queryCount: number, weight: number, value: Tensor): Matches {
    const queries = this.queriesFor(queryCount);
    const { blockDot, blockColumn, column, terms, partials } = this.scratch!;
    const { nnfm_reduce, loss_sum } = this.kernels;
    const [channels, queryStride] = queries.shape;
    const { blockCount } = this;
    rec.run(
      this.match,
      { queries, bank: this.bank, block_dot: blockDot, block_column: blockColumn },
      {
        query_stride: queryStride,
        channel_count: channels,
        column_count: this.bank.shape[1],
        columns_per_block: COLUMNS_PER_BLOCK,
      },
      [Math.ceil(queryCount / (MATCH_GROUP * QUERIES_PER_THREAD[this.match.name])), blockCount],
    );
    rec.run(
      nnfm_reduce,
      { queries, block_dot: blockDot, block_column: blockColumn, match_column: column, match_terms: terms, partials },
      { query_count: queryCount, query_stride: queryStride, channel_count: channels, block_count: blockCount },
      [Math.ceil(queryCount / 64)],
    );
    rec.run(loss_sum, { partials, value }, { partial_count: partials.size, scale: weight / queryCount }, [1]);
    return { queries, queryStride, column, terms };
  }

  private get blockCount(): number {
    return Math.ceil(this.bank.shape[1] / COLUMNS_PER_BLOCK);
  }

  /** Buffers for so many queries; made anew only when their number changes. */
  private allocate(queryCount: number): void {
    this.release();
    const { device, blockCount } = this;
    const queryStride = Math.ceil(queryCount / 4) * 4;
    const make = (role: string, shape: number[], type?: 'u32') =>
      Tensor.zeros(device, `NearestSearch.${role}`, shape, type);
    this.queries = make('queries', [this.bank.shape[0], queryStride]);
    this.scratch = {
      blockDot: make('blockDot', [blockCount, queryStride]),
      blockColumn: make('blockColumn', [blockCount, queryStride], 'u32'),
      column: make('column', [queryCount], 'u32'),
      terms: make('terms', [queryCount, 2]),
      partials: make('partials', [Math.ceil(queryCount / 64)]),
    };
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
