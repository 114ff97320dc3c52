// A feature network planned for one image size: activations, gradients and scratch are allocated here, and the
// forward and backward passes are lists of dispatches that each call replays. The gradient walks down from the
// topmost asked layer; each layer's own loss gradient joins where it passes through that layer's ReLU.

import { inputError } from '../../errors.ts';
import { type Kernel, workgroups } from '../../gpu/kernel.ts';
import { Plan, type Recorder } from '../../gpu/recorder.ts';
import { expectShapes, Tensor } from '../../gpu/tensor.ts';
import type { FeatureExtractor, LayerName, LayerShape } from '../types.ts';
import { hasPoolBefore, layerOf } from './topology.ts';
import type { PackedWeights, WgslNetwork } from './wgsl-network.ts';
import { POSITIONS, TILE, TILE_BLOCK } from './winograd.ts';

/** Smallest image side: four pools leave one pixel of it. */
export const SMALLEST_SIDE = 16;

/** One convolution with what surrounds it, at this image size. */
interface Stage {
  index: number;
  layer: LayerName;
  shape: LayerShape;
  /** What the convolution reads: the image, the ReLU below, or the pool below. */
  input: Tensor;
  pooled: boolean;
  relu: Tensor;
}

export class WgslExtractor implements FeatureExtractor {
  readonly features: ReadonlyMap<LayerName, Tensor>;
  readonly dFeatures: ReadonlyMap<LayerName, Tensor>;
  private readonly owned: Tensor[] = [];
  private readonly forwardPlan: Plan;
  private readonly backwardPlan: Plan;
  private readonly normalised: Tensor;
  private readonly dNormalised: Tensor;
  /** V and M of the convolution under way. */
  private readonly scratch: readonly [Tensor, Tensor];
  private readonly stages: Stage[] = [];

  constructor(
    private readonly network: WgslNetwork,
    readonly height: number,
    readonly width: number,
    layers: readonly LayerName[],
  ) {
    if (!(height >= SMALLEST_SIDE && width >= SMALLEST_SIDE)) {
      throw inputError(
        'image size',
        'the feature network',
        `at least ${SMALLEST_SIDE} pixels a side`,
        `${width} x ${height}`,
      );
    }
    if (layers.length === 0) throw new Error('FeatureNetwork.extractor: expected at least one layer, found none');
    this.forwardPlan = new Plan(network.gpu);
    this.backwardPlan = new Plan(network.gpu);
    this.normalised = this.allocate('normalised', [3, height, width]);
    this.dNormalised = this.allocate('d_normalised', [3, height, width]);
    const top = Math.max(...layers.map((layer) => network.indexOf(layer)));
    const scratchSize = this.scratchSize(top);
    this.scratch = [this.allocate('v', [scratchSize]), this.allocate('m', [scratchSize])];
    this.planForward(top);
    const asked = this.stages.filter((stage) => layers.includes(stage.layer));
    this.features = new Map(asked.map((s) => [s.layer, s.relu]));
    this.dFeatures = new Map(asked.map((s) => [s.layer, this.allocate(`d_${s.layer}`, s.relu.shape)]));
    this.planBackward();
  }

  forward(rec: Recorder, image: Tensor): void {
    expectShapes({ image: [image, [this.height, this.width, 3]] });
    const { mean, std } = this.network.weights;
    rec.run(
      this.network.kernels.normalise,
      { image, x: this.normalised },
      { mean, inverse_std: std.map((s) => 1 / s), pixel_count: this.height * this.width },
      workgroups(this.height * this.width, 64),
    );
    rec.replay(this.forwardPlan);
  }

  backward(rec: Recorder, dImage: Tensor): void {
    expectShapes({ dImage: [dImage, [this.height, this.width, 3]] });
    rec.replay(this.backwardPlan);
    rec.run(
      this.network.kernels.normaliseBackward,
      { d_x: this.dNormalised, d_image: dImage },
      { inverse_std: this.network.weights.std.map((s) => 1 / s), pixel_count: this.height * this.width },
      workgroups(this.height * this.width, 64),
    );
    for (const d of this.dFeatures.values()) rec.clear(d);
  }

  destroy(): void {
    for (const tensor of this.owned) tensor.destroy();
    this.forwardPlan.destroy();
    this.backwardPlan.destroy();
  }

  private planForward(top: number): void {
    const { kernels, weights } = this.network;
    let input = this.normalised;
    let { height, width } = this;
    for (let index = 0; index <= top; index++) {
      const { name, outChannels } = weights.convolutions[index];
      const pooled = hasPoolBefore(name);
      if (pooled) {
        const [channels] = input.shape;
        const half = [channels, Math.floor(height / 2), Math.floor(width / 2)];
        const y = this.allocate(`pool before ${name}`, half);
        this.forwardPlan.run(
          kernels.pool,
          { x: input, y },
          { width, height, channel_count: channels },
          workgroups(y.size, 64),
        );
        input = y;
        [, height, width] = half;
      }
      const layer = layerOf(name);
      const relu = this.allocate(layer, [outChannels, height, width]);
      this.planConvolution(
        this.forwardPlan,
        input,
        this.network.packedWeights(index, 'forward'),
        kernels.outputRelu,
        relu,
        { bias: this.network.bias(index), y: relu },
        {},
      );
      this.stages.push({ index, layer, shape: { channels: outChannels, height, width }, input, pooled, relu });
      input = relu;
    }
  }

  private planBackward(): void {
    const { kernels } = this.network;
    const plan = this.backwardPlan;
    const largest = Math.max(...this.stages.map((s) => Math.max(s.relu.size, s.input.size)));
    const pingPong = [this.allocate('d_a', [largest]), this.allocate('d_b', [largest])];
    let turn = 0;
    const next = () => pingPong[turn++ % 2];
    /** Bound where a kernel asks for a tensor that its flags tell it not to read. */
    const unused = this.allocate('unused', [4]);

    const top = this.stages[this.stages.length - 1];
    let d = next();
    plan.run(
      kernels.reluBackward,
      { relu: top.relu, d_feature: this.dFeatures.get(top.layer)!, d_pre: d },
      { count: top.relu.size },
      workgroups(top.relu.size, 64),
    );
    for (let i = this.stages.length - 1; i >= 0; i--) {
      const stage = this.stages[i];
      const below = this.stages[i - 1] as Stage | undefined;
      const dFeature = below && this.dFeatures.get(below.layer);
      const fused = below !== undefined && !stage.pooled;
      const dInput = below ? next() : this.dNormalised;
      this.planConvolution(
        plan,
        d,
        this.network.packedWeights(stage.index, 'backward'),
        kernels.outputGradient,
        stage.input,
        { relu: fused ? below.relu : unused, d_feature: (fused && dFeature) || unused, d_x: dInput },
        { masked: fused ? 1 : 0, added: fused && dFeature ? 1 : 0 },
      );
      d = dInput;
      if (below && stage.pooled) {
        const dPre = next();
        const { channels, height, width } = below.shape;
        plan.run(
          kernels.poolBackward,
          { d_y: d, relu: below.relu, d_feature: dFeature ?? unused, d_pre: dPre },
          { width, height, channel_count: channels, added: dFeature ? 1 : 0 },
          workgroups(below.relu.size, 64),
        );
        d = dPre;
      }
    }
  }

  /**
   * Three dispatches for each chunk of tiles.
   * @param x [depth, H, W]; @param like has the result's shape [channels, H, W]
   * @param output the last kernel, with its own tensors and flags
   */
  private planConvolution(
    plan: Plan,
    x: Tensor,
    { u, depth, padded }: PackedWeights,
    output: Kernel,
    like: Tensor,
    tensors: Record<string, Tensor>,
    flags: Record<string, number>,
  ): void {
    const { kernels } = this.network;
    const [v, m] = this.scratch;
    const [channels, height, width] = like.shape;
    const tilesX = Math.ceil(width / TILE);
    const total = tilesX * Math.ceil(height / TILE);
    const chunk = Math.floor(v.size / (POSITIONS * Math.max(depth, padded)) / TILE_BLOCK) * TILE_BLOCK;
    for (let first = 0; first < total; first += chunk) {
      const count = Math.min(chunk, total - first);
      const quads = Math.ceil(count / 4);
      const blocks = Math.ceil(count / TILE_BLOCK);
      const groups = padded / kernels.outsPerGroup;
      const grid = { width, height, tiles_x: tilesX, first_tile: first, tile_count: count };
      plan.run(kernels.input, { x, v }, { ...grid, block_count: blocks, channel_count: depth }, [
        Math.ceil(count / 64),
        depth,
      ]);
      plan.run(
        kernels.multiply,
        { v, u, m },
        { channel_count: depth, block_count: blocks, quad_stride: quads, group_count: groups },
        [Math.ceil(quads / kernels.quadsPerGroup), groups, POSITIONS],
      );
      plan.run(output, { m, ...tensors }, { ...grid, ...flags, tile_stride: 4 * quads, padded_channels: padded }, [
        Math.ceil(count / 64),
        channels,
      ]);
    }
  }

  /** Numbers in each scratch buffer: what the largest convolution needs, up to the limit, but a block of tiles. */
  private scratchSize(top: number): number {
    const { kernels, weights, scratchBytes } = this.network;
    let { height, width } = this;
    let needed = 0;
    let least = 0;
    for (const { name, inChannels, outChannels } of weights.convolutions.slice(0, top + 1)) {
      if (hasPoolBefore(name)) [height, width] = [Math.floor(height / 2), Math.floor(width / 2)];
      const tiles = Math.ceil((Math.ceil(width / TILE) * Math.ceil(height / TILE)) / TILE_BLOCK) * TILE_BLOCK;
      const channels = Math.ceil(Math.max(inChannels, outChannels) / kernels.outsPerGroup) * kernels.outsPerGroup;
      needed = Math.max(needed, POSITIONS * channels * tiles);
      least = Math.max(least, POSITIONS * channels * TILE_BLOCK);
    }
    return Math.min(needed, Math.max(least, Math.floor(scratchBytes / 4)));
  }

  private allocate(role: string, shape: readonly number[]): Tensor {
    const { device } = this.network.gpu;
    const bytes = 4 * shape.reduce((a, b) => a * b, 1);
    if (bytes > device.limits.maxStorageBufferBindingSize) {
      this.destroy(); // what was allocated before
      throw inputError(
        'image size',
        'the feature network',
        `layers of at most ${device.limits.maxStorageBufferBindingSize} bytes on this adapter`,
        `${bytes} bytes for ${role} at ${this.width} x ${this.height}`,
      );
    }
    const tensor = Tensor.zeros(device, `FeatureExtractor.${role}`, shape);
    this.owned.push(tensor);
    return tensor;
  }
}
