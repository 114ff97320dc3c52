// Appearance MLP (written out in mlp-wgsl.ts): encoded position and direction -> hidden (ReLU) -> rgb (logistic); no biases. [S']
// Weights: rows of W1 [COLOUR_HIDDEN, COLOUR_INPUT], then W2 [COLOUR_HIDDEN, 4] (r g b, unused).

struct Uniforms {
  stride: u32,
  view_dependent: f32, // 0: no ray shows its direction; 1: as ray_shading has it
}

@group(0) @binding(0) var<storage, read> counters: Counters;             // of the survivors
@group(0) @binding(1) var<storage, read> encoded: array<vec2u>;              // [ENCODED_VEC4, stride] 4 x f16
@group(0) @binding(2) var<storage, read> survivor_index: array<Source>;     // [stride]
@group(0) @binding(3) var<storage, read> ray_shading: array<RayShading>;        // [R]
@group(0) @binding(4) var<storage, read> weights: array<vec4f>;            // [H (COLOUR_VEC4 + 1)]
@group(0) @binding(5) var<storage, read_write> rgb: array<f32>;             // [3, stride] after the logistic
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(MLP_GROUP)
fn colour_forward(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  load_mlp_weights(lane);
  // As in density_forward: no lane returns early.
  let i = min(id.x, counters.samples - 1u);
  var x: array<vec4f, COLOUR_VEC4>;
  for (var q = 0u; q < ENCODED_VEC4; q++) {
    x[q] = unpack_f16(encoded[q * uniforms.stride + i]);
  }
  let shading = ray_shading[survivor_index[i].ray];
  let sh = spherical_harmonics(shading.direction, shading.direction_share * uniforms.view_dependent);
  for (var q = 0u; q < SH_VEC4; q++) { x[ENCODED_VEC4 + q] = sh[q]; }
  let colour = 1.0 / (1.0 + exp(-colour_mlp(x)));
  if (id.x >= counters.samples) { return; }
  rgb[i] = colour.x;
  rgb[uniforms.stride + i] = colour.y;
  rgb[2u * uniforms.stride + i] = colour.z;
}
