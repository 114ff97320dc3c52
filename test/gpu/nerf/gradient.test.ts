// The whole field's gradient: one small field, one batch of fixed rays, Huber and distortion loss together. What the GPU
// gathers in fixed point is held against central differences of the loss in float64, over the samples the GPU took.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import { Recorder } from '../../../src/gpu/recorder.ts';
import { Tensor } from '../../../src/gpu/tensor.ts';
import { CAMERA_STRIDE, packCameras } from '../../../src/nerf/camera-buffer.ts';
import { Field } from '../../../src/nerf/field.ts';
import { f16FromF32, f32FromF16 } from '../../../src/nerf/half.ts';
import { NerfKernels } from '../../../src/nerf/kernels.ts';
import { Pipeline } from '../../../src/nerf/pipeline.ts';
import { SampleBuffers } from '../../../src/nerf/sample-buffers.ts';
import { WEIGHT_GRADIENT_SCALE } from '../../../src/nerf/stages/density.ts';
import { TABLE_GRADIENT_SCALE } from '../../../src/nerf/stages/encode.ts';
import { cameraAround, SMALL_FIELD } from '../../reference/nerf/cases.ts';
import { composite, distortionLoss } from '../../reference/nerf/composite.ts';
import { encode } from '../../reference/nerf/encode.ts';
import { rowOf } from '../../reference/nerf/kernel-harness.ts';
import { colourOf, mlp, sphericalHarmonics } from '../../reference/nerf/mlp.ts';
import { huber } from '../../reference/nerf/optimiser.ts';
import type { Point } from '../../reference/nerf/space.ts';
import { differenceError, pattern } from '../../reference/pattern.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openNodeGpu({ defaultsOnly: true });
});
afterAll(() => closeNodeGpu(gpu));

const DISTORTION = 0.2;
const BACKGROUND = [0.9, 0.4, 0.1] as const;
// Steps of a fifth of the box keep the loss quick in plain loops.
const config = { ...SMALL_FIELD, stepMin: 0.2, cone: 0 };

describe.each([
  [1, 1],
  [11, 3],
])('the gradient of %i x %i rays', (width, height) => {
  it('agrees with central differences, tables and weights of both networks', async () => {
    const rays = width * height;
    const kernels = await NerfKernels.create(gpu, config);
    const buffers = new SampleBuffers(gpu, 64, 1024, config.levels);
    const field = Field.create(gpu, config, false, 1);
    const networks = [field.density, field.appearance.network];
    // Features of size 0.5 in halves, so that both sides hold the very same values.
    const tables = networks.map((network, n) => {
      const values = Float32Array.from(pattern(2 * network.entryCount, 5 + n), (v) => v - 0.5);
      network.startOptimiser(f32FromF16(f16FromF32(values)));
      return f32FromF16(f16FromF32(values));
    });
    const weights = await Promise.all(networks.map((network) => network.weights.readF32()));

    const camera = Tensor.from(
      gpu.device,
      'camera',
      [1, CAMERA_STRIDE],
      packCameras([cameraAround(0.7, width, height)]),
    );
    const pipeline = new Pipeline(kernels, field, buffers);
    const target = Float32Array.from(pattern(4 * rays, 2));
    buffers.rayTarget.write(target);
    const rec = new Recorder(gpu, 'gradient');
    const batch = { rays, capacity: buffers.capacity, coarseness: 1, distortion: DISTORTION };
    pipeline.rays.camera(rec, rays, { camera, firstPixel: 0, width, background: BACKGROUND });
    pipeline.forward(rec, batch);
    pipeline.loss.forward(rec, rays);
    pipeline.backward(rec, batch);
    rec.submit();

    const spans = await buffers.raySpan.read(2 * rays);
    // No ray was cut short by compaction: what is left out has no part in the loss, and would only blur the comparison.
    expect(await buffers.survivorSpan.read(2 * rays)).toEqual(spans);
    const positions = await buffers.samplePosition.read();
    const steps = await buffers.sampleT.read();
    const packed = await buffers.rays.read(); // origin, t_near, direction, t_far
    const levels = field.density.hashLevels;
    const sampleCount = [...spans].filter((_, k) => k % 2).reduce((a, b) => a + b, 0);
    expect(sampleCount).toBeGreaterThan(5 * rays);

    const loss = (p: ArrayLike<number>[]) => {
      let total = 0;
      for (let r = 0; r < rays; r++) {
        const [first, count] = [spans[2 * r], spans[2 * r + 1]];
        const samples = Array.from({ length: count }, (_, k) => first + k);
        const sh = sphericalHarmonics([...packed.slice(8 * r + 4, 8 * r + 7)], true);
        const points = samples.map((s) => rowOf(positions, s, buffers.capacity, 3) as Point);
        const shape = { inputs: 2 * config.levels, hidden: config.densityHidden, outputs: 1 };
        const ray = {
          t: samples.map((s) => steps[2 * s]),
          dt: samples.map((s) => steps[2 * s + 1]),
          raw: points.map((q) => mlp(encode(q, levels, p[0]), p[1], shape).out[0]),
          rgb: points.flatMap((q) => colourOf(encode(q, levels, p[2]), sh, p[3], config.colourHidden)),
        };
        total += huber(composite(ray, BACKGROUND).rgb, target.slice(4 * r, 4 * r + 3)).loss;
        total += DISTORTION * distortionLoss(ray);
      }
      return total;
    };
    const parameters = [tables[0], weights[0], tables[1], weights[1]];
    const gradients = [
      [...(await field.density.optimiser!.dTable.read())].map((v) => v / TABLE_GRADIENT_SCALE),
      [...(await field.density.optimiser!.dWeights.read())].map((v) => v / WEIGHT_GRADIENT_SCALE),
      [...(await field.appearance.network.optimiser!.dTable.read())].map((v) => v / TABLE_GRADIENT_SCALE),
      [...(await field.appearance.network.optimiser!.dWeights.read())].map((v) => v / WEIGHT_GRADIENT_SCALE),
    ];
    gradients.forEach((gradient, which) => {
      // The steepest parameters, where a wrong factor cannot hide behind the tolerance, and some at equal distances.
      const steep = gradient.map((_, i) => i).sort((a, b) => Math.abs(gradient[b]) - Math.abs(gradient[a]));
      const probes = [
        ...steep.slice(0, 12),
        ...steep.filter((_, k) => k > 12 && k % Math.ceil(steep.length / 8) === 0),
      ];
      const values = Float64Array.from(probes, (i) => parameters[which][i]);
      const f = (moved: Float64Array) => {
        const all = Float64Array.from(parameters[which]);
        probes.forEach((i, k) => {
          all[i] = moved[k];
        });
        return loss(parameters.map((old, k) => (k === which ? all : old)));
      };
      const found = probes.map((i) => gradient[i]);
      expect(Math.abs(found[0])).toBeGreaterThan(1e-3);
      // Fixed point: half a unit for each addition, a lane's or a sample's; beside it f32 and the difference's step.
      const additions = which % 2 ? Math.min(64, sampleCount) : sampleCount;
      const fixed = (0.5 * additions) / (which % 2 ? WEIGHT_GRADIENT_SCALE : TABLE_GRADIENT_SCALE);
      const scale = Math.abs(found[0]);
      const error = differenceError(f, values, found, { step: 1e-5, probes: probes.length });
      expect(error * scale).toBeLessThan(1e-3 * scale + fixed);
    });
    camera.destroy();
    buffers.destroy();
    field.destroy();
    kernels.destroy();
  });
});
