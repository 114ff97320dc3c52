// Gradient of density_forward with respect to its input, for the samples that survived compaction. [S']

struct Uniforms {
  stride: u32,
}

@group(0) @binding(0) var<storage, read> counters: Counters;             // of the survivors
@group(0) @binding(1) var<storage, read> survivor_index: array<Source>;     // [stride]
@group(0) @binding(2) var<storage, read> encoded: array<vec2u>;              // [ENCODED_VEC4, stride] 4 x f16 of all samples
@group(0) @binding(3) var<storage, read> weights: array<vec4f>;            // as density_forward
@group(0) @binding(4) var<storage, read> d_raw_density: array<f32>;        // [stride] of the survivors
@group(0) @binding(5) var<storage, read_write> d_encoded: array<vec2f>;     // [L, stride] of the survivors
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(MLP_GROUP)
fn density_backward(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  load_mlp_weights(lane);
  // As in density_forward: no lane returns early.
  let i = min(id.x, counters.samples - 1u);
  let s = survivor_index[i].sample;
  let d_out = d_raw_density[i];
  var x: array<vec4f, ENCODED_VEC4>;
  for (var q = 0u; q < ENCODED_VEC4; q++) {
    x[q] = unpack_f16(encoded[q * uniforms.stride + s]);
  }
  let d_x = density_mlp_backward(x, d_out);
  if (id.x >= counters.samples) { return; }
  for (var q = 0u; q < ENCODED_VEC4; q++) {
    d_encoded[2u * q * uniforms.stride + i] = d_x[q].xy;
    d_encoded[(2u * q + 1u) * uniforms.stride + i] = d_x[q].zw;
  }
}
