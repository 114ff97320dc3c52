// The field: a density network, trained once, and an appearance network that styles replace; each a hash table and a
// small MLP. Legend for all of nerf/: R rays, S samples packed over rays, L hash levels, F = 2 features a level,
// H W image, N parameters. Colours are sRGB-encoded 0..1. Mueller et al. 2022 ("instant-ngp"), with two tables in
// place of one so that geometry and colour share no parameter.

import type { Gpu } from '../gpu/device.ts';
import { Tensor } from '../gpu/tensor.ts';
import { mulberry32 } from '../random.ts';
import type { FieldConfig } from './config.ts';
import { f16FromF32, f32FromF16 } from './half.ts';
import { type HashLevel, hashLevels, packLevels } from './hash-levels.ts';

/** Adam's state and the fixed-point gradients of one network. */
export interface OptimiserState {
  /** f32 masters of the table. [entries, 2] */
  master: Tensor;
  moments: Tensor; // [entries, 4]
  steps: Tensor; // [entries] u32
  dTable: Tensor; // [entries, 2] i32
  /** Entries that got a gradient, and how many: the size of a dispatch, see touched_dispatch.wgsl. */
  touched: Tensor; // [entries] u32
  dispatch: Tensor; // struct TouchedDispatch
  weightMoments: Tensor; // [N, 2]
  dWeights: Tensor; // [N] i32
  weightStep: number;
}

/** What of an optimiser outlives a program: all but the gradients, which are zero between steps. */
export interface OptimiserValues {
  /** [entries, 2] */
  master: Float32Array<ArrayBuffer>;
  /** [entries, 4] */
  moments: Float32Array<ArrayBuffer>;
  /** [entries] */
  steps: Uint32Array<ArrayBuffer>;
  /** [N, 2] */
  weightMoments: Float32Array<ArrayBuffer>;
  weightStep: number;
}

/** Hash table + MLP weights, with the optimiser's state while it is being trained. */
export class HashNetwork {
  readonly levels: Tensor; // [L, 4] u32
  readonly entryCount: number;
  /** 2 x f16 an entry, what the encoder reads. [entries] */
  readonly table: Tensor;
  /** Row-major weights, first layer then second. [N] */
  readonly weights: Tensor;
  optimiser: OptimiserState | null = null;

  constructor(
    private readonly gpu: Gpu,
    readonly label: string,
    readonly hashLevels: HashLevel[],
    readonly weightCount: number,
  ) {
    const last = hashLevels[hashLevels.length - 1];
    this.entryCount = last.firstEntry + last.entries;
    this.levels = Tensor.from(gpu.device, `${label}.levels`, [hashLevels.length, 4], packLevels(hashLevels));
    this.table = Tensor.zeros(gpu.device, `${label}.table`, [this.entryCount], 'u32');
    this.weights = Tensor.zeros(gpu.device, `${label}.weights`, [weightCount]);
  }

  /** On the GPU, without an optimiser. */
  get bytes(): number {
    return Tensor.bytes(this.entryCount) + Tensor.bytes(this.weightCount) + Tensor.bytes(this.levels.size);
  }

  /** Table U(-1e-4, 1e-4) (instant-ngp), weights as given; starts an optimiser. */
  initialise(random: () => number, weights: Float32Array<ArrayBuffer>): void {
    const master = new Float32Array(this.entryCount * 2);
    for (let i = 0; i < master.length; i++) master[i] = (random() * 2 - 1) * 1e-4;
    this.weights.write(weights);
    this.startOptimiser(master);
  }

  /** Writes parameters. @param table [entries, 2] */
  load(table: Float32Array<ArrayBuffer>, weights: Float32Array<ArrayBuffer>): void {
    this.writeTable(table);
    this.weights.write(weights);
  }

  private writeTable(values: Float32Array<ArrayBuffer>): void {
    this.table.write(new Uint32Array(f16FromF32(values).buffer));
  }

  /** Fresh moments; masters from `master` or from the table as it is. */
  startOptimiser(master: Float32Array<ArrayBuffer>): void {
    this.dropOptimiser();
    const { device } = this.gpu;
    const n = this.entryCount;
    this.writeTable(master);
    this.optimiser = {
      master: Tensor.from(device, `${this.label}.master`, [n, 2], master),
      moments: Tensor.zeros(device, `${this.label}.moments`, [n, 4]),
      steps: Tensor.zeros(device, `${this.label}.steps`, [n], 'u32'),
      dTable: Tensor.zeros(device, `${this.label}.dTable`, [n, 2], 'i32'),
      touched: Tensor.zeros(device, `${this.label}.touched`, [n], 'u32'),
      dispatch: Tensor.zeros(device, `${this.label}.dispatch`, [5], 'u32', GPUBufferUsage.INDIRECT),
      weightMoments: Tensor.zeros(device, `${this.label}.weightMoments`, [this.weightCount, 2]),
      dWeights: Tensor.zeros(device, `${this.label}.dWeights`, [this.weightCount], 'i32'),
      weightStep: 0,
    };
  }

  /** Goes on where another optimiser stopped. */
  resumeOptimiser(values: OptimiserValues): void {
    this.startOptimiser(values.master);
    const state = this.optimiser!;
    state.moments.write(values.moments);
    state.steps.write(values.steps);
    state.weightMoments.write(values.weightMoments);
    state.weightStep = values.weightStep;
  }

  /** @throws Error where there is none */
  async readOptimiser(): Promise<OptimiserValues> {
    const state = this.optimiser;
    if (!state) throw new Error(`${this.label}: expected an optimiser, found none`);
    const [master, moments, steps, weightMoments] = await Promise.all([
      state.master.readF32(),
      state.moments.readF32(),
      state.steps.read() as Promise<Uint32Array<ArrayBuffer>>,
      state.weightMoments.readF32(),
    ]);
    return { master, moments, steps, weightMoments, weightStep: state.weightStep };
  }

  dropOptimiser(): void {
    if (!this.optimiser) return;
    for (const value of Object.values(this.optimiser)) if (value instanceof Tensor) value.destroy();
    this.optimiser = null;
  }

  /** The table in f32 [entries, 2]: masters while training, else the halves. */
  async readTable(): Promise<Float32Array<ArrayBuffer>> {
    if (this.optimiser) return this.optimiser.master.readF32();
    return f32FromF16(new Uint16Array(((await this.table.read()) as Uint32Array<ArrayBuffer>).buffer));
  }

  /** A copy of the parameters under another label, without optimiser. */
  clone(label: string): HashNetwork {
    const copy = new HashNetwork(this.gpu, label, this.hashLevels, this.weightCount);
    const encoder = this.gpu.device.createCommandEncoder({ label: `${label}.clone` });
    encoder.copyBufferToBuffer(this.table.buffer, 0, copy.table.buffer, 0, this.entryCount * 4);
    encoder.copyBufferToBuffer(this.weights.buffer, 0, copy.weights.buffer, 0, this.weightCount * 4);
    this.gpu.device.queue.submit([encoder.finish()]);
    return copy;
  }

  destroy(): void {
    this.dropOptimiser();
    for (const tensor of [this.levels, this.table, this.weights]) tensor.destroy();
  }
}

/** Row-major 3x4 affine colour map; identity on a plain field. */
export type ColourMap = readonly number[];
export const IDENTITY_MAP: ColourMap = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];

/** What colours the field: a network, how its rgb is mapped, and whether it looks at the direction. */
export interface Appearance {
  network: HashNetwork;
  colourMap: ColourMap;
  viewDependent: boolean;
}

export class Field {
  readonly density: HashNetwork;
  /** The plain, unstylized appearance. */
  readonly appearance: Appearance;
  /** Running maximum of density x step. [resolution^3], negative: off for ever. */
  readonly occupancy: Tensor;
  readonly occupancyBits: Tensor;
  /** Last training step in which light reached a cell. [resolution^3] u32 */
  readonly lastSeen: Tensor;
  readonly meanThickness: Tensor;

  private constructor(
    readonly gpu: Gpu,
    readonly config: FieldConfig,
    readonly unbounded: boolean,
  ) {
    const levels = hashLevels(config);
    this.density = new HashNetwork(gpu, 'Field.density', levels, densityWeightCount(config));
    this.appearance = {
      network: new HashNetwork(gpu, 'Field.appearance', levels, colourWeightCount(config)),
      colourMap: IDENTITY_MAP,
      viewDependent: true,
    };
    const cells = config.occupancyResolution ** 3;
    this.occupancy = Tensor.zeros(gpu.device, 'Field.occupancy', [cells]);
    this.occupancyBits = Tensor.zeros(gpu.device, 'Field.occupancyBits', [cells / 32], 'u32');
    this.lastSeen = Tensor.zeros(gpu.device, 'Field.lastSeen', [cells], 'u32');
    this.meanThickness = Tensor.zeros(gpu.device, 'Field.meanThickness', [1]);
  }

  /** An untrained field: everything may be occupied. Equal seeds give equal bits. */
  static create(gpu: Gpu, config: FieldConfig, unbounded: boolean, seed: number): Field {
    const field = new Field(gpu, config, unbounded);
    const random = mulberry32(seed);
    const encoded = 2 * config.levels;
    field.density.initialise(
      random,
      randomLayers(random, [
        [config.densityHidden, encoded, encoded],
        [1, config.densityHidden, config.densityHidden],
      ]),
    );
    const colour = randomLayers(random, [[config.colourHidden, encoded + 12, encoded + 9]]);
    const second = randomLayers(random, [[config.colourHidden, 4, config.colourHidden]]);
    for (let j = 0; j < config.colourHidden; j++) second[4 * j + 3] = 0;
    field.appearance.network.initialise(random, concat(colour, second));
    field.occupancyBits.write(new Uint32Array(field.occupancyBits.size).fill(0xffffffff));
    return field;
  }

  /** A field without values, to be filled from a checkpoint. */
  static empty(gpu: Gpu, config: FieldConfig, unbounded: boolean): Field {
    return new Field(gpu, config, unbounded);
  }

  destroy(): void {
    this.density.destroy();
    this.appearance.network.destroy();
    for (const tensor of [this.occupancy, this.occupancyBits, this.lastSeen, this.meanThickness]) tensor.destroy();
  }
}

export function densityWeightCount(config: FieldConfig): number {
  return config.densityHidden * (2 * config.levels + 1);
}

/** First layer [H, 2L + 12] (9 spherical harmonics, 3 unused), second [H, 4] (r g b, unused). */
export function colourWeightCount(config: FieldConfig): number {
  return config.colourHidden * (2 * config.levels + 12 + 4);
}

/** Uniform Glorot weights. Each layer is [rows, columns, fan-in + fan-out basis]. */
function randomLayers(random: () => number, layers: [number, number, number][]): Float32Array<ArrayBuffer> {
  return concat(
    ...layers.map(([rows, columns, fan]) => {
      const limit = Math.sqrt(6 / (fan + Math.min(rows, columns)));
      return Float32Array.from(
        { length: rows * columns },
        () => (random() * 2 - 1) * limit,
      ) as Float32Array<ArrayBuffer>;
    }),
  );
}

function concat(...parts: Float32Array<ArrayBuffer>[]): Float32Array<ArrayBuffer> {
  const out = new Float32Array(parts.reduce((n, p) => n + p.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}
