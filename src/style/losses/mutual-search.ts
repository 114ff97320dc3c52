// Nearest features both ways: of each query the bank's best column, and of each column the best query, both out of the same
// tiles of one search (relaxed earth mover's distance; STROTSS, Kolkin et al. 2019, eq. 5). The similarity matrix is never
// written.

import type { Gpu } from '../../gpu/device.ts';
import type { Kernel } from '../../gpu/kernel.ts';
import type { Recorder } from '../../gpu/recorder.ts';
import { sharedKernels } from '../../gpu/shared-kernels.ts';
import { hasSubgroups } from '../../gpu/subgroups.ts';
import { Tensor } from '../../gpu/tensor.ts';
import mutualMatch from '../../shaders/style/mutual_match.wgsl?raw';
import mutualMatchSubgroups from '../../shaders/style/mutual_match_subgroups.wgsl?raw';
import mutualReduce from '../../shaders/style/mutual_reduce.wgsl?raw';
import mutualUnit from '../../shaders/style/mutual_unit.wgsl?raw';
import { COLUMNS_PER_BLOCK, SUBGROUPS } from './nearest.ts';

const SOURCES = { mutual_reduce: mutualReduce, mutual_unit: mutualUnit } as const;
const MATCH = { mutual_match: mutualMatch, mutual_match_subgroups: mutualMatchSubgroups } as const;
/** Queries that a workgroup of either search takes. */
const QUERIES_PER_GROUP: Record<string, number> = { mutual_match: 512, mutual_match_subgroups: 256 };

/** The best of one side, of so many items. */
export interface Best {
  /** Index of it on the other side. [N] */
  index: Tensor;
  /** Its cosine. [N] */
  cosine: Tensor;
  /** Sums of 1 - cosine over 64 items each. */
  partials: Tensor;
}

interface Scratch {
  queryCount: number;
  /** Unit features of the render. [C, queryStride] */
  queries: Tensor;
  /** 1 / |F|, 0 of what is all zeros. [queryStride] */
  inverseLength: Tensor;
  blockDot: Tensor;
  blockColumn: Tensor;
  groupDot: Tensor;
  groupQuery: Tensor;
  /** Of each query its column, of each column its query. */
  ofQueries: Best;
  ofColumns: Best;
}

export class MutualSearch {
  private scratch: Scratch | null = null;

  private constructor(
    private readonly device: GPUDevice,
    private readonly kernels: Record<keyof typeof SOURCES, Kernel>,
    private readonly match: Kernel,
    /** [C, J], columns of unit length, J a multiple of 32; owned. */
    readonly bank: Tensor,
    /** Columns that count: those after them repeat the first, to fill the last tile. */
    readonly columnCount: number,
  ) {}

  /** @param bank [C, J], columns of unit length, J a multiple of 32; taken */
  static async create(gpu: Gpu, bank: Tensor, columnCount: number): Promise<MutualSearch> {
    const name = hasSubgroups(gpu, SUBGROUPS) ? 'mutual_match_subgroups' : 'mutual_match';
    const [kernels, { [name]: match }] = await Promise.all([
      sharedKernels(gpu, SOURCES),
      sharedKernels(gpu, { [name]: MATCH[name] }),
    ]);
    return new MutualSearch(gpu.device, kernels, match, bank, columnCount);
  }

  /** Buffers for so many queries, whose features are to be written into `queries` before a search. */
  forQueries(queryCount: number): Scratch {
    if (this.scratch?.queryCount !== queryCount) this.allocate(queryCount);
    return this.scratch!;
  }

  /** Records the search; brings the queries to unit length in place. */
  record(rec: Recorder, queryCount: number): Scratch {
    const scratch = this.forQueries(queryCount);
    const { queries, inverseLength, blockDot, blockColumn, groupDot, groupQuery, ofQueries, ofColumns } = scratch;
    const [channels, queryStride] = queries.shape;
    const columns = this.bank.shape[1];
    rec.run(
      this.kernels.mutual_unit,
      { queries, inverse_length: inverseLength },
      { query_count: queryCount, query_stride: queryStride, channel_count: channels },
      [Math.ceil(queryCount / 64)],
    );
    const groups = Math.ceil(queryCount / this.queriesPerGroup);
    rec.run(
      this.match,
      {
        queries,
        bank: this.bank,
        block_dot: blockDot,
        block_column: blockColumn,
        group_dot: groupDot,
        group_query: groupQuery,
      },
      {
        query_count: queryCount,
        query_stride: queryStride,
        channel_count: channels,
        column_count: columns,
        columns_per_block: COLUMNS_PER_BLOCK,
      },
      [groups, Math.ceil(columns / COLUMNS_PER_BLOCK)],
    );
    this.reduce(rec, blockDot, blockColumn, queryCount, ofQueries);
    this.reduce(rec, groupDot, groupQuery, this.columnCount, ofColumns);
    return scratch;
  }

  private get queriesPerGroup(): number {
    return QUERIES_PER_GROUP[this.match.name];
  }

  private reduce(rec: Recorder, partDot: Tensor, partIndex: Tensor, count: number, best: Best): void {
    const [parts, stride] = partDot.shape;
    rec.run(
      this.kernels.mutual_reduce,
      {
        part_dot: partDot,
        part_index: partIndex,
        best_index: best.index,
        best_cosine: best.cosine,
        partials: best.partials,
      },
      { count, stride, part_count: parts },
      [Math.ceil(count / 64)],
    );
  }

  private allocate(queryCount: number): void {
    this.release();
    const make = (role: string, shape: number[], type?: 'u32') =>
      Tensor.zeros(this.device, `MutualSearch.${role}`, shape, type);
    const [channels, columns] = this.bank.shape;
    const queryStride = Math.ceil(queryCount / 4) * 4;
    const blocks = Math.ceil(columns / COLUMNS_PER_BLOCK);
    const groups = Math.ceil(queryCount / this.queriesPerGroup);
    const best = (of: string, count: number): Best => ({
      index: make(`${of}.index`, [count], 'u32'),
      cosine: make(`${of}.cosine`, [count]),
      partials: make(`${of}.partials`, [Math.ceil(count / 64)]),
    });
    this.scratch = {
      queryCount,
      queries: make('queries', [channels, queryStride]),
      inverseLength: make('inverseLength', [queryStride]),
      blockDot: make('blockDot', [blocks, queryStride]),
      blockColumn: make('blockColumn', [blocks, queryStride], 'u32'),
      groupDot: make('groupDot', [groups, columns]),
      groupQuery: make('groupQuery', [groups, columns], 'u32'),
      ofQueries: best('ofQueries', queryCount),
      ofColumns: best('ofColumns', this.columnCount),
    };
  }

  private release(): void {
    const { scratch } = this;
    if (!scratch) return;
    const { ofQueries, ofColumns, queryCount: _, ...tensors } = scratch;
    for (const tensor of [...Object.values(tensors), ...Object.values(ofQueries), ...Object.values(ofColumns)]) {
      tensor.destroy();
    }
    this.scratch = null;
  }

  destroy(): void {
    this.release();
    this.bank.destroy();
  }
}
