// The CPU reference of the feature networks: central differences agree with its gradient, and Winograd's form of
// the weights gives the same convolution. Smooth by choice: no value lies within the step of a ReLU's kink.

import { describe, expect, it } from 'vitest';
import { POSITIONS, packWinograd } from '../../../../src/style/features/winograd.ts';
import type { LayerName } from '../../../../src/style/types.ts';
import {
  convolve,
  convolveBackward,
  patternImage,
  patternNetwork,
  planes,
  pool,
  poolBackward,
  runNetwork,
} from '../../../reference/conv.ts';

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, v, i) => sum + v * b[i], 0);

describe('reference gradient', () => {
  it.each(['average', 'max'] as const)('agrees with central differences, %s pool', (kind) => {
    const [height, width] = [17, 19];
    const network = patternNetwork([[4, 5], [6], [7]], kind);
    const image = Float64Array.from(patternImage(height, width));
    const layers: LayerName[] = ['relu1_1', 'relu1_2', 'relu2_1', 'relu3_1'];
    const areas = [17 * 19, 17 * 19, 8 * 9, 4 * 4];
    const channels = [4, 5, 6, 7];
    const dFeatures = new Map(
      layers.map((layer, k) => [
        layer,
        Float64Array.from({ length: channels[k] * areas[k] }, (_, i) => Math.sin(i + k)),
      ]),
    );
    const loss = (pixels: ArrayLike<number>) => {
      let sum = 0;
      const { features } = runNetwork(network, pixels, height, width, dFeatures);
      for (const [layer, d] of dFeatures) sum += dot(features.get(layer)!.data, d);
      return sum;
    };
    const { dImage } = runNetwork(network, image, height, width, dFeatures);
    const step = 1e-6;
    for (let i = 0; i < image.length; i += 61) {
      const up = image.slice();
      const down = image.slice();
      up[i] += step;
      down[i] -= step;
      expect([(loss(up) - loss(down)) / (2 * step)]).toBeAllclose([dImage[i]], { absolute: 1e-5, relative: 1e-5 });
    }
    expect(Math.max(...dImage)).toBeGreaterThan(1);
  });

  it('sends a tie in a max pool to the first, row by row', () => {
    const x = planes(1, 2, 5, [1, 3, 2, 2, 9, 3, 0, 2, 2, 9]);
    expect([...pool(x, 'max').data]).toEqual([3, 2]);
    expect([...poolBackward(planes(1, 1, 2, [10, 20]), x, 'max').data]).toEqual([0, 10, 20, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('has a backward convolution that is the adjoint of the forward one', () => {
    const [first, second] = patternNetwork([[3, 5]], 'max').convolutions;
    const c = { ...second, bias: new Float32Array(5) };
    const x = planes(
      first.outChannels,
      6,
      7,
      Float64Array.from({ length: 3 * 42 }, (_, i) => Math.sin(i)),
    );
    const dY = planes(
      5,
      6,
      7,
      Float64Array.from({ length: 5 * 42 }, (_, i) => Math.cos(1.7 * i)),
    );
    expect(dot(convolve(x, c).data, dY.data)).toBeCloseTo(dot(x.data, convolveBackward(dY, c).data), 9);
  });
});

describe('packWinograd', () => {
  // F(4x4, 3x3): A^T [(G g G^T) * (B^T d B)] A, with the matrices of Lavin and Gray.
  const B = [
    [4, 0, -5, 0, 1, 0],
    [0, -4, -4, 1, 1, 0],
    [0, 4, -4, -1, 1, 0],
    [0, -2, -1, 2, 1, 0],
    [0, 2, -1, -2, 1, 0],
    [0, 4, 0, -5, 0, 1],
  ];
  const A = [
    [1, 1, 1, 1, 1, 0],
    [0, 1, -1, 2, -2, 0],
    [0, 1, 1, 4, 4, 0],
    [0, 1, -1, 8, -8, 1],
  ];
  const sandwich = (m: number[][], x: number[][]) =>
    m.map((rowA) =>
      m.map((rowB) => rowA.reduce((sum, a, i) => sum + a * rowB.reduce((t, b, j) => t + b * x[i][j], 0), 0)),
    );

  it.each(['forward', 'backward'] as const)('gives the convolution, %s', (direction) => {
    const c = patternNetwork([[3, 5]], 'max').convolutions[1];
    const { data, depth, padded } = packWinograd(c.weight, 5, 3, direction, 8);
    const [ins, outs] = direction === 'forward' ? [3, 5] : [5, 3];
    expect([depth, padded, data.length]).toEqual([ins, 8, POSITIONS * ins * 8]);
    // A 6x6 input whose inner 4x4 outputs see no padding.
    const x = planes(
      ins,
      6,
      6,
      Float64Array.from({ length: ins * 36 }, (_, i) => Math.sin(0.7 * i)),
    );
    const bias = new Float32Array(outs);
    const expected = direction === 'forward' ? convolve(x, { ...c, bias }) : convolveBackward(x, c);
    for (let o = 0; o < outs; o++) {
      const products = Array.from({ length: 6 }, () => new Array<number>(6).fill(0));
      for (let i = 0; i < ins; i++) {
        const d = Array.from({ length: 6 }, (_, r) => [...x.data.slice(i * 36 + r * 6, i * 36 + r * 6 + 6)]);
        const v = sandwich(B, d);
        for (let p = 0; p < 36; p++)
          products[Math.floor(p / 6)][p % 6] += data[(p * depth + i) * padded + o] * v[Math.floor(p / 6)][p % 6];
      }
      const inner = sandwich(A, products).flat();
      const wanted = inner.map((_, k) => expected.data[o * 36 + (1 + Math.floor(k / 4)) * 6 + 1 + (k % 4)]);
      expect(inner).toBeAllclose(wanted, { absolute: 5e-6, relative: 1e-5 });
    }
    for (let p = 0; p < POSITIONS; p++) expect(data[p * depth * padded + outs]).toBe(0);
  });
});
