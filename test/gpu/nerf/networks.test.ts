// Hash encoding and the two MLPs, forward and backward, against their CPU references. f32 against float64 over sums of
// at most 33 samples: 1e-5 covers forward values; fixed point adds half a unit a contribution.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import { colourWeightCount, densityWeightCount } from '../../../src/nerf/field.ts';
import { f16FromF32, f32FromF16 } from '../../../src/nerf/half.ts';
import { hashLevels, packLevels } from '../../../src/nerf/hash-levels.ts';
import { NerfKernels } from '../../../src/nerf/kernels.ts';
import { SMALL_FIELD } from '../../reference/nerf/cases.ts';
import { encode, encodeBackward } from '../../reference/nerf/encode.ts';
import {
  columns,
  counted,
  halfColumns,
  halvesOf,
  pairColumns,
  pairsOf,
  rowOf,
  runKernel,
} from '../../reference/nerf/kernel-harness.ts';
import { colourBackward, colourOf, mlp, mlpBackward, sphericalHarmonics } from '../../reference/nerf/mlp.ts';
import type { Point } from '../../reference/nerf/space.ts';
import { pattern } from '../../reference/pattern.ts';

let gpu: Gpu;
let kernels: NerfKernels;
beforeAll(async () => {
  gpu = await openNodeGpu({ defaultsOnly: true });
  kernels = await NerfKernels.create(gpu, SMALL_FIELD);
});
afterAll(() => closeNodeGpu(gpu));

const STRIDE = 40;
const RAYS = 7;
const TABLE_SCALE = 2 ** 22;
const WEIGHT_SCALE = 2 ** 18;
const levels = hashLevels(SMALL_FIELD);
const encodedSize = 2 * levels.length;
const entries = levels.at(-1)!.firstEntry + levels.at(-1)!.entries;
const { densityHidden, colourHidden } = SMALL_FIELD;
const densityShape = { inputs: encodedSize, hidden: densityHidden, outputs: 1 };

const rows = (count: number, components: number, seed: number, low = -1, high = 1) => {
  const values = pattern(count * components, seed);
  return Array.from({ length: count }, (_, i) =>
    Array.from(values.subarray(i * components, (i + 1) * components), (v) => Math.fround(low + (high - low) * v)),
  );
};
const unscaled = (fixed: ArrayLike<number>, scale: number) => Array.from(fixed, (v) => v / scale);

const bits = f16FromF32(Float32Array.from(pattern(2 * entries, 1), (v) => 2 * v - 1));
const table = f32FromF16(bits);
const tableWords = new Uint32Array(bits.buffer);
const densityWeights = Float32Array.from(pattern(densityWeightCount(SMALL_FIELD), 2), (v) => 2 * v - 1);
const colourWeights = Float32Array.from(pattern(colourWeightCount(SMALL_FIELD), 3), (v) => 2 * v - 1);
const directions = rows(RAYS, 3, 4).map((d) => d.map((v) => v / Math.hypot(...d)));
const shading = Float32Array.from(directions.flatMap((d, r) => [...d, r % 3 ? 1 : 0]));
const harmonics = (ray: number) => sphericalHarmonics(directions[ray] as Point, ray % 3 !== 0);
/** Survivors in another order than the samples, as after compaction of some. */
const sampleOf = (i: number, count: number) => (i * 5 + 2) % count;
const index = (count: number) =>
  Uint32Array.from(Array.from({ length: STRIDE }, (_, i) => [i < count ? sampleOf(i, count) : 0, i % RAYS]).flat());

describe.each([1, 33, 0])('%i samples', (count) => {
  const positions = rows(count, 3, 5, 0, 1) as Point[];
  const sample_position = count ? columns(positions, STRIDE) : new Float32Array(3 * STRIDE);
  // In halves, as they are kept: what the MLPs read is exact.
  const encodedRows = rows(count, encodedSize, 6).map((row) => [...f32FromF16(f16FromF32(Float32Array.from(row)))]);
  const encoded = count ? halfColumns(encodedRows, STRIDE) : new Uint32Array((encodedSize / 2) * STRIDE);
  const dEncodedRows = rows(count, encodedSize, 6);
  const counters = counted(count);
  const groups = Math.max(1, Math.ceil(count / 64));
  const survivor_index = index(count);
  const all = Array.from({ length: count }, (_, i) => i);

  it('encode agrees with its reference', async () => {
    const inputs = { counters, sample_position, table: tableWords };
    const nines = new Array(encodedSize).fill(9);
    // Each kernel writes its pair of levels and leaves the others be.
    let encoded = halfColumns(new Array(STRIDE).fill(nines), STRIDE);
    for (const kernel of kernels.encode) {
      const found = await runKernel(gpu, kernel, { ...inputs, encoded }, { stride: STRIDE }, [groups], ['encoded']);
      encoded = found.encoded as typeof encoded;
    }
    // Rounded to halves: 2^-11 of the value.
    for (const i of all)
      expect(halvesOf(encoded, i, STRIDE, encodedSize)).toBeAllclose(encode(positions[i], levels, table), {
        relative: 5e-4,
      });
    // Nothing is written past the samples.
    expect(halvesOf(encoded, count, STRIDE, encodedSize)).toEqual(nines);
  });

  it('encode_backward agrees with its reference', async () => {
    const found = await runKernel(
      gpu,
      kernels.get('encode_backward'),
      {
        counters,
        levels: packLevels(levels),
        sample_position,
        d_encoded: count ? pairColumns(dEncodedRows, STRIDE) : new Float32Array(encodedSize * STRIDE),
        d_table: new Int32Array(2 * entries),
      },
      { stride: STRIDE, gradient_scale: TABLE_SCALE },
      [groups, levels.length],
      ['d_table'],
    );
    const expected = new Float64Array(2 * entries);
    for (const i of all) encodeBackward(positions[i], levels, dEncodedRows[i], expected);
    // Half a unit for each of at most 8 x 33 contributions, and f32 weights of corners.
    expect(unscaled(found.d_table, TABLE_SCALE)).toBeAllclose(expected, { absolute: 3e-5, relative: 1e-5 });
    expect(found.d_table.some((v) => v !== 0)).toBe(count > 0);
  });

  it('density_forward agrees with its reference', async () => {
    const found = await runKernel(
      gpu,
      kernels.get('density_forward'),
      { counters, encoded, weights: densityWeights, raw_density: new Float32Array(STRIDE).fill(9) },
      { stride: STRIDE },
      [groups],
      ['raw_density'],
    );
    const expected = all.map((i) => mlp(encodedRows[i], densityWeights, densityShape).out[0]);
    expect(found.raw_density).toBeAllclose([...expected, ...new Array(STRIDE - count).fill(9)]);
  });

  it('density_backward and density_weights_backward agree with their reference', async () => {
    const dRaw = rows(STRIDE, 1, 7).flat();
    const inputs = {
      counters,
      survivor_index,
      encoded,
      weights: densityWeights,
      d_raw_density: Float32Array.from(dRaw),
    };
    const expectedWeights = new Float64Array(densityWeights.length);
    const expected = all.map((i) =>
      mlpBackward(encodedRows[sampleOf(i, count)], densityWeights, densityShape, [dRaw[i]], expectedWeights),
    );
    const backward = await runKernel(
      gpu,
      kernels.get('density_backward'),
      { ...inputs, d_encoded: new Float32Array(encodedSize * STRIDE) },
      { stride: STRIDE },
      [groups],
      ['d_encoded'],
    );
    for (const i of all) expect(pairsOf(backward.d_encoded, i, STRIDE, encodedSize)).toBeAllclose(expected[i]);
    const weights = await runKernel(
      gpu,
      kernels.get('density_weights_backward'),
      { ...inputs, d_weights: new Int32Array(densityWeights.length) },
      { stride: STRIDE, chunk: 16, gradient_scale: WEIGHT_SCALE },
      [3, densityHidden / 2],
      ['d_weights'],
    );
    // A lane rounds its sum once: half a unit for each of 33.
    expect(unscaled(weights.d_weights, WEIGHT_SCALE)).toBeAllclose(expectedWeights, { absolute: 7e-5 });
  });

  it('colour_forward, colour_backward and colour_weights_backward agree with their reference', async () => {
    const common = { counters, encoded, survivor_index, ray_shading: shading, weights: colourWeights };
    const forward = await runKernel(
      gpu,
      kernels.get('colour_forward'),
      { ...common, rgb: new Float32Array(3 * STRIDE) },
      { stride: STRIDE, view_dependent: 1 },
      [groups],
      ['rgb'],
    );
    const colours = all.map((i) => colourOf(encodedRows[i], harmonics(i % RAYS), colourWeights, colourHidden));
    for (const i of all) expect(rowOf(forward.rgb, i, STRIDE, 3)).toBeAllclose(colours[i]);
    const hidden = await runKernel(
      gpu,
      kernels.get('colour_forward'),
      { ...common, rgb: new Float32Array(3 * STRIDE) },
      { stride: STRIDE, view_dependent: 0 },
      [groups],
      ['rgb'],
    );
    const flat = sphericalHarmonics(directions[0] as Point, false);
    for (const i of all) {
      const expected = colourOf(encodedRows[i], flat, colourWeights, colourHidden);
      expect(rowOf(hidden.rgb, i, STRIDE, 3)).toBeAllclose(expected);
    }

    const dRgb = rows(STRIDE, 3, 8);
    const expectedWeights = new Float64Array(colourWeights.length);
    const expected = all.map((i) =>
      colourBackward(encodedRows[i], harmonics(i % RAYS), colourWeights, colourHidden, dRgb[i], expectedWeights),
    );
    const backward = await runKernel(
      gpu,
      kernels.get('colour_backward'),
      { ...common, rgb: forward.rgb, d_rgb: columns(dRgb, STRIDE), d_encoded: new Float32Array(encodedSize * STRIDE) },
      { stride: STRIDE, view_dependent: 1 },
      [groups],
      ['d_rgb', 'd_encoded'],
    );
    for (const i of all) {
      expect(pairsOf(backward.d_encoded, i, STRIDE, encodedSize)).toBeAllclose(expected[i]);
      const beforeLogistic = colours[i].map((v, c) => dRgb[i][c] * v * (1 - v));
      expect(rowOf(backward.d_rgb, i, STRIDE, 3)).toBeAllclose(beforeLogistic);
    }
    const weights = await runKernel(
      gpu,
      kernels.get('colour_weights_backward'),
      { ...common, d_rgb: backward.d_rgb, d_weights: new Int32Array(colourWeights.length) },
      { stride: STRIDE, view_dependent: 1, chunk: 16, gradient_scale: WEIGHT_SCALE },
      [3, colourHidden / 2],
      ['d_weights'],
    );
    expect(unscaled(weights.d_weights, WEIGHT_SCALE)).toBeAllclose(expectedWeights, { absolute: 7e-5 });
  });
});
