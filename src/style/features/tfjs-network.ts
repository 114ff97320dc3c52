// The same feature network through tfjs-backend-webgpu on our device: a second opinion on our kernels' values, and
// the yardstick of the benchmark. NHWC inside, planar outside. The gradient is chained by hand from tfjs's own
// backward kernels, since forward and backward are separate calls here and a tape would run forward twice.
// One difference: at ties in a max pool tfjs gives the gradient to the last, ours to the first.

import type { Tensor4D, Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { inputError } from '../../errors.ts';
import type { Gpu } from '../../gpu/device.ts';
import type { Recorder } from '../../gpu/recorder.ts';
import { expectShapes, Tensor } from '../../gpu/tensor.ts';
import type { FeatureExtractor, FeatureNetwork, LayerName } from '../types.ts';
import type { ConvolutionWeights, NetworkWeights } from './network-weights.ts';
import { openTfjs, type TfjsOnDevice } from './tfjs-backend.ts';
import { hasPoolBefore, layerOf } from './topology.ts';

export async function createTfjsNetwork(gpu: Gpu, weights: NetworkWeights): Promise<FeatureNetwork> {
  return new TfjsNetwork(gpu, weights, await openTfjs(gpu));
}

/** One convolution's weights as tfjs wants them. */
interface TfWeights {
  filter: Tensor4D; // HWIO
  bias: TfTensor; // [O]
}

class TfjsNetwork implements FeatureNetwork {
  readonly name: string;
  readonly layers: readonly LayerName[];
  readonly convolutions: TfWeights[];

  constructor(
    readonly gpu: Gpu,
    readonly weights: NetworkWeights,
    readonly tfjs: TfjsOnDevice,
  ) {
    this.name = weights.name;
    this.layers = weights.convolutions.map((c) => layerOf(c.name));
    this.convolutions = weights.convolutions.map((c) => ({
      filter: tfjs.tf.tensor4d(hwio(c), [3, 3, c.inChannels, c.outChannels]),
      bias: tfjs.tf.tensor1d(c.bias),
    }));
  }

  channels(layer: LayerName): number {
    return this.weights.convolutions[this.indexOf(layer)].outChannels;
  }

  indexOf(layer: LayerName): number {
    const index = this.layers.indexOf(layer);
    if (index < 0)
      throw new Error(`layer of '${this.name}': expected one of ${this.layers.join(', ')}, found ${layer}`);
    return index;
  }

  async extractor(height: number, width: number, layers: readonly LayerName[]): Promise<FeatureExtractor> {
    if (!(height >= 16 && width >= 16)) {
      throw inputError('image size', 'the feature network', 'at least 16 pixels a side', `${width} x ${height}`);
    }
    return new TfjsExtractor(this, height, width, layers);
  }

  destroy(): void {
    for (const { filter, bias } of this.convolutions) {
      filter.dispose();
      bias.dispose();
    }
  }
}

class TfjsExtractor implements FeatureExtractor {
  readonly features: ReadonlyMap<LayerName, Tensor>;
  readonly dFeatures: ReadonlyMap<LayerName, Tensor>;
  /** ReLU outputs of the last forward, [1, H, W, C]. */
  private relus: Tensor4D[] = [];
  private readonly top: number;

  constructor(
    private readonly network: TfjsNetwork,
    readonly height: number,
    readonly width: number,
    layers: readonly LayerName[],
  ) {
    this.top = Math.max(...layers.map((layer) => network.indexOf(layer)));
    const features = new Map<LayerName, Tensor>();
    const dFeatures = new Map<LayerName, Tensor>();
    let size = [height, width];
    for (const { name, outChannels } of network.weights.convolutions.slice(0, this.top + 1)) {
      if (hasPoolBefore(name)) size = size.map((n) => Math.floor(n / 2));
      const layer = layerOf(name);
      if (!layers.includes(layer)) continue;
      const { device } = network.gpu;
      features.set(layer, Tensor.zeros(device, `TfjsExtractor.${layer}`, [outChannels, ...size]));
      dFeatures.set(layer, Tensor.zeros(device, `TfjsExtractor.d_${layer}`, [outChannels, ...size]));
    }
    this.features = features;
    this.dFeatures = dFeatures;
  }

  forward(rec: Recorder, image: Tensor): void {
    rec.endPass();
    const { encoder } = rec;
    expectShapes({ image: [image, [this.height, this.width, 3]] });
    const { tfjs, weights, convolutions } = this.network;
    const { tf } = tfjs;
    this.dropRelus();
    tfjs.record(encoder, () => {
      const rgb = tfjs.view(image, [1, this.height, this.width, 3]);
      let x = tf.mul(tf.sub(rgb, tf.tensor1d([...weights.mean])), this.inverseStd()) as Tensor4D;
      for (let i = 0; i <= this.top; i++) {
        const { name } = weights.convolutions[i];
        if (hasPoolBefore(name)) {
          x = weights.pool === 'max' ? tf.maxPool(x, 2, 2, 'valid') : tf.avgPool(x, 2, 2, 'valid');
        }
        const { filter, bias } = convolutions[i];
        x = tf.keep(tf.fused.conv2d({ x, filter, bias, strides: 1, pad: 'same', activation: 'relu' }));
        this.relus.push(x);
        const feature = this.features.get(layerOf(name));
        if (feature) tfjs.copyTo(encoder, tf.transpose(x, [0, 3, 1, 2]), feature);
      }
    });
  }

  backward(rec: Recorder, dImage: Tensor): void {
    rec.endPass();
    const { encoder } = rec;
    expectShapes({ dImage: [dImage, [this.height, this.width, 3]] });
    const { tfjs, weights, convolutions } = this.network;
    const { tf } = tfjs;
    tfjs.record(encoder, () => {
      let d: TfTensor | null = null;
      for (let i = this.top; i >= 0; i--) {
        const { name, inChannels } = weights.convolutions[i];
        const relu = this.relus[i];
        const own = this.dFeatures.get(layerOf(name));
        if (own) {
          const dFeature = tf.transpose(tfjs.view(own, [1, ...own.shape]), [0, 2, 3, 1]);
          d = d ? tf.add(d, dFeature) : dFeature;
        }
        const dPre = tf.mul(d!, tf.step(relu)) as Tensor4D;
        const [, height, width] = relu.shape;
        d = tf.conv2dTranspose(dPre, convolutions[i].filter, [1, height, width, inChannels], 1, 'same');
        if (hasPoolBefore(name)) d = this.poolBackward(d, this.relus[i - 1]);
      }
      const sum = tf.add(tf.mul(d!, this.inverseStd()), tfjs.view(dImage, [1, this.height, this.width, 3]));
      tfjs.copyTo(encoder, sum, dImage);
    });
    for (const tensor of this.dFeatures.values()) rec.clear(tensor);
  }

  destroy(): void {
    this.dropRelus();
    for (const tensor of [...this.features.values(), ...this.dFeatures.values()]) tensor.destroy();
  }

  private poolBackward(dy: TfTensor, input: Tensor4D): TfTensor {
    const { tf } = this.network.tfjs;
    const attributes = { filterSize: 2, strides: 2, pad: 'valid' };
    if (this.network.weights.pool === 'average') return tf.engine().runKernel('AvgPoolGrad', { dy, input }, attributes);
    const output = tf.maxPool(input, 2, 2, 'valid');
    return tf.engine().runKernel('MaxPoolGrad', { dy, input, output }, attributes);
  }

  private inverseStd(): TfTensor {
    return this.network.tfjs.tf.tensor1d(this.network.weights.std.map((s) => 1 / s));
  }

  private dropRelus(): void {
    for (const relu of this.relus) relu.dispose();
    this.relus = [];
  }
}

function hwio({ weight, outChannels, inChannels }: ConvolutionWeights): Float32Array {
  const result = new Float32Array(weight.length);
  for (let o = 0; o < outChannels; o++)
    for (let i = 0; i < inChannels; i++)
      for (let tap = 0; tap < 9; tap++)
        result[(tap * inChannels + i) * outChannels + o] = weight[(o * inChannels + i) * 9 + tap];
  return result;
}
