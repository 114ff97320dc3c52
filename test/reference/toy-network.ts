// A feature network of one layer for tests: F[c] = (sum over k of A[c, k] rgb[k])^2 at every pixel, A a fixed pattern.
// Smooth everywhere, so that gradients through a whole training step can be checked by differences.

import type { Gpu } from '../../src/gpu/device.ts';
import { Kernel, workgroups } from '../../src/gpu/kernel.ts';
import { Tensor } from '../../src/gpu/tensor.ts';
import type { FeatureExtractor, FeatureNetwork, LayerName } from '../../src/style/types.ts';

const CHANNELS = 6;

const SHARED = /* wgsl */ `
struct Uniforms { pixel_count: u32 }
@group(1) @binding(0) var<uniform> uniforms: Uniforms;
fn mixing(channel: u32, k: u32) -> f32 { return 0.7 * sin(1.3 + f32(channel * 3u + k) * 2.1); }
`;

const FORWARD = /* wgsl */ `
@group(0) @binding(0) var<storage, read> image: array<f32>;
@group(0) @binding(1) var<storage, read_write> features: array<f32>;
@compute @workgroup_size(64)
fn toy_forward(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= uniforms.pixel_count) { return; }
  for (var c = 0u; c < ${CHANNELS}u; c++) {
    var sum = 0.3;
    for (var k = 0u; k < 3u; k++) { sum += mixing(c, k) * image[id.x * 3u + k]; }
    features[c * uniforms.pixel_count + id.x] = sum * sum;
  }
}
`;

const BACKWARD = /* wgsl */ `
@group(0) @binding(0) var<storage, read> image: array<f32>;
@group(0) @binding(1) var<storage, read> d_features: array<f32>;
@group(0) @binding(2) var<storage, read_write> d_image: array<f32>;
@compute @workgroup_size(64)
fn toy_backward(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= uniforms.pixel_count) { return; }
  for (var c = 0u; c < ${CHANNELS}u; c++) {
    var sum = 0.3;
    for (var k = 0u; k < 3u; k++) { sum += mixing(c, k) * image[id.x * 3u + k]; }
    let d = 2.0 * sum * d_features[c * uniforms.pixel_count + id.x];
    for (var k = 0u; k < 3u; k++) { d_image[id.x * 3u + k] += d * mixing(c, k); }
  }
}
`;

export async function toyNetwork(gpu: Gpu, layers: readonly LayerName[] = ['relu3_1']): Promise<FeatureNetwork> {
  const forward = await Kernel.create(gpu, { name: 'toy_forward', code: FORWARD + SHARED });
  const backward = await Kernel.create(gpu, { name: 'toy_backward', code: BACKWARD + SHARED });
  return {
    name: 'toy',
    layers,
    channels: () => CHANNELS,
    destroy() {},
    async extractor(height, width, wanted): Promise<FeatureExtractor> {
      const make = () => Tensor.zeros(gpu.device, 'toy', [CHANNELS, height, width]);
      const features = new Map(wanted.map((layer) => [layer, make()]));
      const dFeatures = new Map(wanted.map((layer) => [layer, make()]));
      const launch = workgroups(height * width, 64);
      const uniforms = { pixel_count: height * width };
      let seen: Tensor | null = null;
      return {
        height,
        width,
        features,
        dFeatures,
        forward(rec, image) {
          seen = image;
          for (const tensor of features.values()) rec.run(forward, { image, features: tensor }, uniforms, launch);
        },
        backward(rec, d_image) {
          for (const d_features of dFeatures.values()) {
            rec.run(backward, { image: seen!, d_features, d_image }, uniforms, launch);
            rec.clear(d_features);
          }
        },
        destroy() {
          for (const tensor of [...features.values(), ...dFeatures.values()]) tensor.destroy();
        },
      };
    },
  };
}
