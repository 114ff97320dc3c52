// Gradient of the density MLP's weights. A workgroup takes a chunk of samples and two hidden neurons; a lane walks its
// share of the chunk with the neurons' outer products in registers, recomputing the activations: samples are read
// side by side, and a lane adds each weight once. [chunks, H / 2]

const NEURONS = 2u;

struct Uniforms {
  stride: u32,
  chunk: u32,         // samples a workgroup
  gradient_scale: f32,
}

@group(0) @binding(0) var<storage, read> counters: Counters;             // of the survivors
@group(0) @binding(1) var<storage, read> survivor_index: array<Source>;     // [stride]
@group(0) @binding(2) var<storage, read> encoded: array<vec2u>;              // [ENCODED_VEC4, stride] 4 x f16 of all samples
@group(0) @binding(3) var<storage, read> weights: array<vec4f>;            // as density_forward
@group(0) @binding(4) var<storage, read> d_raw_density: array<f32>;        // [stride] of the survivors
@group(0) @binding(5) var<storage, read_write> d_weights: array<atomic<i32>>; // [H ENCODED + H] fixed point
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn density_weights_backward(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let last = min((group.x + 1u) * uniforms.chunk, counters.samples);
  let row = group.y * NEURONS;
  var w1: array<array<vec4f, ENCODED_VEC4>, NEURONS>;
  var d_w1: array<array<vec4f, ENCODED_VEC4>, NEURONS>;
  var w2: array<f32, NEURONS>;
  var d_w2: array<f32, NEURONS>;
  for (var n = 0u; n < NEURONS; n++) {
    let j = row + n;
    for (var q = 0u; q < ENCODED_VEC4; q++) { w1[n][q] = weights[j * ENCODED_VEC4 + q]; }
    w2[n] = weights[DENSITY_HIDDEN * ENCODED_VEC4 + j / 4u][j % 4u];
  }
  for (var i = group.x * uniforms.chunk + lane; i < last; i += 64u) {
    let d_out = d_raw_density[i];
    let s = survivor_index[i].sample;
    var x: array<vec4f, ENCODED_VEC4>;
    for (var q = 0u; q < ENCODED_VEC4; q++) {
      x[q] = unpack_f16(encoded[q * uniforms.stride + s]);
    }
    for (var n = 0u; n < NEURONS; n++) {
      var sum = 0.0;
      for (var q = 0u; q < ENCODED_VEC4; q++) { sum += dot(w1[n][q], x[q]); }
      d_w2[n] += max(sum, 0.0) * d_out;
      let d_h = select(0.0, d_out * w2[n], sum > 0.0);
      for (var q = 0u; q < ENCODED_VEC4; q++) { d_w1[n][q] += d_h * x[q]; }
    }
  }
  for (var n = 0u; n < NEURONS; n++) {
    for (var q = 0u; q < ENCODED_VEC4; q++) {
      let d = vec4i(round(uniforms.gradient_scale * d_w1[n][q]));
      let k = 4u * ((row + n) * ENCODED_VEC4 + q);
      atomicAdd(&d_weights[k], d.x);
      atomicAdd(&d_weights[k + 1u], d.y);
      atomicAdd(&d_weights[k + 2u], d.z);
      atomicAdd(&d_weights[k + 3u], d.w);
    }
    atomicAdd(&d_weights[DENSITY_HIDDEN * ENCODED + row + n], i32(round(uniforms.gradient_scale * d_w2[n])));
  }
}
