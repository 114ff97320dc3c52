// CPU reference of the feature networks in float64, written the plain way: zero-padded 3x3 convolution, ReLU,
// 2x2 pools, and the gradient of each. Images are [H, W, 3], everything else [C, H, W].

import type { ConvolutionWeights, NetworkWeights } from '../../src/style/features/network-weights.ts';
import { hasPoolBefore, layerOf } from '../../src/style/features/topology.ts';
import type { LayerName } from '../../src/style/types.ts';

export interface Planes {
  channels: number;
  height: number;
  width: number;
  data: Float64Array;
}

export function planes(channels: number, height: number, width: number, data?: ArrayLike<number>): Planes {
  const size = channels * height * width;
  return { channels, height, width, data: data ? Float64Array.from(data) : new Float64Array(size) };
}

/** Calls back for each product of a zero-padded 3x3 convolution: output, input and weight index. */
function eachTap(x: Planes, c: ConvolutionWeights, visit: (y: number, x: number, w: number) => void): void {
  const { height, width } = x;
  for (let o = 0; o < c.outChannels; o++)
    for (let i = 0; i < c.inChannels; i++)
      for (let row = 0; row < height; row++)
        for (let column = 0; column < width; column++)
          for (let ky = 0; ky < 3; ky++)
            for (let kx = 0; kx < 3; kx++) {
              const from = row + ky - 1;
              const left = column + kx - 1;
              if (from < 0 || from >= height || left < 0 || left >= width) continue;
              visit(
                (o * height + row) * width + column,
                (i * height + from) * width + left,
                (o * c.inChannels + i) * 9 + 3 * ky + kx,
              );
            }
}

export function convolve(x: Planes, c: ConvolutionWeights): Planes {
  const y = planes(c.outChannels, x.height, x.width);
  const area = x.height * x.width;
  for (let i = 0; i < y.data.length; i++) y.data[i] = c.bias[Math.floor(i / area)];
  eachTap(x, c, (to, from, w) => {
    y.data[to] += x.data[from] * c.weight[w];
  });
  return y;
}

export function convolveBackward(dY: Planes, c: ConvolutionWeights): Planes {
  const dX = planes(c.inChannels, dY.height, dY.width);
  eachTap(dX, c, (to, from, w) => {
    dX.data[from] += dY.data[to] * c.weight[w];
  });
  return dX;
}

/** The four inputs of each pooled output, row by row. */
function windows(x: Planes): number[][] {
  const height = Math.floor(x.height / 2);
  const width = Math.floor(x.width / 2);
  const result: number[][] = [];
  for (let c = 0; c < x.channels; c++)
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++) {
        const at = (c * x.height + 2 * row) * x.width + 2 * column;
        result.push([at, at + 1, at + x.width, at + x.width + 1]);
      }
  return result;
}

export function pool(x: Planes, kind: 'average' | 'max'): Planes {
  const values = windows(x).map((w) => {
    const four = w.map((i) => x.data[i]);
    return kind === 'max' ? Math.max(...four) : four.reduce((a, b) => a + b) / 4;
  });
  return planes(x.channels, Math.floor(x.height / 2), Math.floor(x.width / 2), values);
}

/** At ties the first of the largest takes all. */
export function poolBackward(dY: Planes, x: Planes, kind: 'average' | 'max'): Planes {
  const dX = planes(x.channels, x.height, x.width);
  windows(x).forEach((w, i) => {
    if (kind === 'average') for (const at of w) dX.data[at] += dY.data[i] / 4;
    else dX.data[w.reduce((best, at) => (x.data[at] > x.data[best] ? at : best))] += dY.data[i];
  });
  return dX;
}

interface Trace {
  features: Map<LayerName, Planes>;
  /** [H, W, 3] gradient of sum over layers of <dFeatures, features>. */
  dImage: Float64Array;
}

/** The whole network, forward and backward. `dFeatures` may lack layers; the topmost given is the last computed. */
export function runNetwork(
  weights: NetworkWeights,
  image: ArrayLike<number>,
  height: number,
  width: number,
  dFeatures: Map<LayerName, ArrayLike<number>>,
): Trace {
  const wanted = weights.convolutions.map((c) => dFeatures.has(layerOf(c.name))).lastIndexOf(true);
  const area = height * width;
  const start = planes(3, height, width);
  for (let p = 0; p < area; p++)
    for (let c = 0; c < 3; c++) start.data[c * area + p] = (image[3 * p + c] - weights.mean[c]) / weights.std[c];
  const features = new Map<LayerName, Planes>();
  const undo: ((d: Planes) => Planes)[] = [];
  let x = start;
  for (const c of weights.convolutions.slice(0, wanted + 1)) {
    if (hasPoolBefore(c.name)) {
      const before = x;
      undo.push((d) => poolBackward(d, before, weights.pool));
      x = pool(x, weights.pool);
    }
    const relu = convolve(x, c);
    relu.data.forEach((v, i) => {
      relu.data[i] = Math.max(v, 0);
    });
    const own = dFeatures.get(layerOf(c.name));
    undo.push((d) => {
      const dPre = planes(
        relu.channels,
        relu.height,
        relu.width,
        relu.data.map((v, i) => (v > 0 ? d.data[i] + (own?.[i] ?? 0) : 0)),
      );
      return convolveBackward(dPre, c);
    });
    features.set(layerOf(c.name), relu);
    x = relu;
  }
  let d = planes(x.channels, x.height, x.width);
  for (const step of undo.reverse()) d = step(d);
  const dImage = new Float64Array(3 * area);
  for (let p = 0; p < area; p++) for (let c = 0; c < 3; c++) dImage[3 * p + c] = d.data[c * area + p] / weights.std[c];
  return { features, dImage };
}

/** A small network with weights from a pattern: no randomness, every channel different. */
export function patternNetwork(widths: readonly (readonly number[])[], pooling: 'average' | 'max'): NetworkWeights {
  let inChannels = 3;
  const convolutions: ConvolutionWeights[] = [];
  widths.forEach((block, b) => {
    block.forEach((outChannels, k) => {
      const scale = Math.sqrt(2 / (9 * inChannels));
      convolutions.push({
        name: `conv${b + 1}_${k + 1}` as ConvolutionWeights['name'],
        outChannels,
        inChannels,
        weight: Float32Array.from(
          { length: outChannels * inChannels * 9 },
          (_, i) => scale * 1.4 * Math.sin(12.9898 * i + 3.1 * b + 1.7 * k + 0.004 * i * i),
        ),
        bias: Float32Array.from({ length: outChannels }, (_, i) => 0.1 * Math.cos(2.3 * i + b)),
      });
      inChannels = outChannels;
    });
  });
  return { name: 'pattern', mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225], pool: pooling, convolutions };
}

/** A deterministic picture [H, W, 3] in 0..1 with detail at several scales. */
export function patternImage(height: number, width: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: height * width * 3 }, (_, i) => {
    const c = i % 3;
    const column = Math.floor(i / 3) % width;
    const row = Math.floor(i / 3 / width);
    return (
      0.5 + 0.25 * Math.sin(0.37 * column + 0.9 * c + 0.011 * row * column) + 0.24 * Math.cos(0.53 * row - 0.7 * c)
    );
  });
}
