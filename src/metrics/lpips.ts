// LPIPS (Zhang et al. 2018) on a feature network of ours: per layer, features scaled to length 1, squared differences
// weighted by the published heads, mean over places, summed over layers. The heads were fitted to VGG-16; ours is
// VGG-19 to relu5_1, whose layers of the same names stand in (relu5_1 for relu5_3). So the figures may be compared
// with one another, not with published ones. A mask counts places only where it is set.

import { inputError } from '../errors.ts';
import type { Gpu } from '../gpu/device.ts';
import { Kernel, workgroups } from '../gpu/kernel.ts';
import { Recorder } from '../gpu/recorder.ts';
import { Tensor } from '../gpu/tensor.ts';
import lpipsDistanceWgsl from '../shaders/metrics/lpips_distance.wgsl?raw';
import type { FeatureExtractor, FeatureNetwork, LayerName } from '../style/types.ts';
import type { LpipsHeads } from './lpips-heads.ts';

export const LPIPS_LAYERS: readonly LayerName[] = ['relu1_2', 'relu2_2', 'relu3_3', 'relu4_3', 'relu5_1'];

/** Four pools, and a place left at the top. */
const SMALLEST_SIDE = 16;

/** What belongs to one picture size. */
interface Plan {
  width: number;
  height: number;
  extractor: FeatureExtractor;
  /** Features of the first picture while the second is looked at; a map of distances. By layer. */
  kept: Map<LayerName, { features: Tensor; map: Tensor }>;
  image: Tensor;
}

export class Lpips {
  private plan: Plan | null = null;

  private constructor(
    private readonly gpu: Gpu,
    private readonly network: FeatureNetwork,
    private readonly kernel: Kernel,
    private readonly heads: Tensor[],
  ) {}

  /**
   * @param network stays its owner's, and must outlive this
   * @throws InputError where the network lacks a layer, or is not as wide as the heads
   */
  static async create(gpu: Gpu, network: FeatureNetwork, heads: LpipsHeads): Promise<Lpips> {
    LPIPS_LAYERS.forEach((layer, i) => {
      const found = network.layers.includes(layer) ? `${network.channels(layer)} channels` : 'no such layer';
      const expected = `${heads[i].length} channels`;
      if (found !== expected) throw inputError(`layer ${layer}`, `feature network ${network.name}`, expected, found);
    });
    const kernel = await Kernel.create(gpu, { name: 'lpips_distance', code: lpipsDistanceWgsl });
    const tensors = heads.map((head, i) => Tensor.from(gpu.device, `Lpips.head${i}`, [head.length], head));
    return new Lpips(gpu, network, kernel, tensors);
  }

  /**
   * @param a, b [H, W, 3], sRGB 0..1
   * @param mask [H, W], 0..1: how much a pixel counts; all alike where not given
   * @returns 0 for equal pictures; NaN where the mask is empty
   */
  async distance(
    a: Float32Array<ArrayBuffer>,
    b: Float32Array<ArrayBuffer>,
    width: number,
    height: number,
    mask?: Float32Array,
  ): Promise<number> {
    if (Math.min(width, height) < SMALLEST_SIDE)
      throw inputError('size', 'LPIPS', `at least ${SMALLEST_SIDE} pixels a side`, `${width} x ${height}`);
    const { extractor, kept, image } = await this.planFor(width, height);
    for (const [picture, second] of [
      [a, false],
      [b, true],
    ] as const) {
      image.write(picture);
      const rec = new Recorder(this.gpu, 'Lpips.distance');
      extractor.forward(rec, image);
      LPIPS_LAYERS.forEach((layer, i) => {
        const features = extractor.features.get(layer)!;
        const { features: first, map } = kept.get(layer)!;
        if (!second) {
          rec.copy(features, first, 4 * features.size);
          return;
        }
        const [x, y] = workgroups(map.size, 64);
        rec.run(
          this.kernel,
          { a: first, b: features, head: this.heads[i], distance_map: map },
          { channel_count: features.shape[0], pixel_count: map.size, row: 64 * x },
          [x, y],
        );
      });
      rec.submit();
    }
    let sum = 0;
    for (const layer of LPIPS_LAYERS) {
      const { map } = kept.get(layer)!;
      const [h, w] = map.shape;
      sum += weightedMean(await map.readF32(), mask && reduceMask(mask, width, height, w, h));
    }
    return sum;
  }

  destroy(): void {
    this.dropPlan();
    for (const head of this.heads) head.destroy();
    this.kernel.destroy();
  }

  private async planFor(width: number, height: number): Promise<Plan> {
    if (this.plan?.width === width && this.plan.height === height) return this.plan;
    this.dropPlan();
    const { device } = this.gpu;
    const extractor = await this.network.extractor(height, width, LPIPS_LAYERS);
    const kept: Plan['kept'] = new Map();
    for (const [layer, { shape }] of extractor.features) {
      kept.set(layer, {
        features: Tensor.zeros(device, `Lpips.${layer}`, shape),
        map: Tensor.zeros(device, `Lpips.${layer}.map`, shape.slice(1)),
      });
    }
    const image = Tensor.zeros(device, 'Lpips.image', [height, width, 3]);
    this.plan = { width, height, extractor, kept, image };
    return this.plan;
  }

  private dropPlan(): void {
    if (!this.plan) return;
    const { extractor, kept, image } = this.plan;
    extractor.destroy();
    for (const { features, map } of kept.values()) {
      features.destroy();
      map.destroy();
    }
    image.destroy();
    this.plan = null;
  }
}

function weightedMean(values: Float32Array, weights?: Float32Array): number {
  let [sum, total] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const weight = weights ? weights[i] : 1;
    sum += weight * values[i];
    total += weight;
  }
  return sum / total;
}

/** Mean over the block of pixels that a place of a layer lies above; pools drop what is left over at the edges. */
export function reduceMask(mask: Float32Array, width: number, height: number, w: number, h: number): Float32Array {
  // w = floor(width / side), so the quotient lies from side up to below twice of it.
  const side = 2 ** Math.floor(Math.log2(Math.min(width / w, height / h)));
  const out = new Float32Array(w * h);
  for (let y = 0; y < h * side; y++) {
    const row = Math.floor(y / side) * w;
    for (let x = 0; x < w * side; x++) out[row + Math.floor(x / side)] += mask[y * width + x] / (side * side);
  }
  return out;
}
