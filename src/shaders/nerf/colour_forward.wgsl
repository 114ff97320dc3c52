// Appearance MLP (written out in mlp-wgsl.ts): encoded position and direction -> hidden (ReLU) -> rgb (logistic); no biases. [S']
// Weights: rows of W1 [COLOUR_HIDDEN, COLOUR_INPUT], then W2 [COLOUR_HIDDEN, 4] (r g b, unused).

struct Uniforms {
  stride: u32,
}

@group(0) @binding(0) var<storage, read> counters: array<u32>;             // [20] of the survivors
@group(0) @binding(1) var<storage, read> encoded: array<vec2u>;              // [ENCODED_VEC4, stride] 4 x f16
@group(0) @binding(2) var<storage, read> survivor_index: array<vec2u>;     // [stride] (sample, ray)
@group(0) @binding(3) var<storage, read> ray_shading: array<vec4f>;        // [R] direction, 1 = use it
@group(0) @binding(4) var<storage, read> weights: array<vec4f>;            // [H (COLOUR_VEC4 + 1)]
@group(0) @binding(5) var<storage, read_write> rgb: array<f32>;             // [3, stride] after the logistic
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(MLP_GROUP)
fn colour_forward(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  load_mlp_weights(lane);
  // As in density_forward: no lane returns early.
  let i = min(id.x, counters[0] - 1u);
  var x: array<vec4f, COLOUR_VEC4>;
  for (var q = 0u; q < ENCODED_VEC4; q++) {
    x[q] = halves(encoded[q * uniforms.stride + i]);
  }
  let shading = ray_shading[survivor_index[i].y];
  let sh = spherical_harmonics(shading.xyz, shading.w);
  for (var q = 0u; q < SH_VEC4; q++) { x[ENCODED_VEC4 + q] = sh[q]; }
  let colour = 1.0 / (1.0 + exp(-colour_mlp(x)));
  if (id.x >= counters[0]) { return; }
  rgb[i] = colour.x;
  rgb[uniforms.stride + i] = colour.y;
  rgb[2u * uniforms.stride + i] = colour.z;
}
