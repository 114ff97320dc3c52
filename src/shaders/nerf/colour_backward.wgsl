// Gradient of colour_forward with respect to the encoded position; the logistic's is left in d_rgb for the weights.
// Directions get none. [S']

struct Uniforms {
  stride: u32,
  view_dependent: f32, // 0: no ray shows its direction; 1: as ray_shading has it
}

@group(0) @binding(0) var<storage, read> counters: Counters;             // of the survivors
@group(0) @binding(1) var<storage, read> encoded: array<vec2u>;              // [ENCODED_VEC4, stride] 4 x f16
@group(0) @binding(2) var<storage, read> survivor_index: array<Source>;     // [stride]
@group(0) @binding(3) var<storage, read> ray_shading: array<RayShading>;        // [R]
@group(0) @binding(4) var<storage, read> weights: array<vec4f>;            // as colour_forward
@group(0) @binding(5) var<storage, read> rgb: array<f32>;                  // [3, stride] after the logistic
@group(0) @binding(6) var<storage, read_write> d_rgb: array<f32>;           // [3, stride] in: after, out: before the logistic
@group(0) @binding(7) var<storage, read_write> d_encoded: array<vec2f>;     // [L, stride]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(MLP_GROUP)
fn colour_backward(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  load_mlp_weights(lane);
  // As in density_forward: no lane returns early.
  let i = min(id.x, counters.samples - 1u);
  let value = vec3f(rgb[i], rgb[uniforms.stride + i], rgb[2u * uniforms.stride + i]);
  let d_out = vec3f(d_rgb[i], d_rgb[uniforms.stride + i], d_rgb[2u * uniforms.stride + i]) * value * (1.0 - value);
  var x: array<vec4f, COLOUR_VEC4>;
  for (var q = 0u; q < ENCODED_VEC4; q++) {
    x[q] = unpack_f16(encoded[q * uniforms.stride + i]);
  }
  let shading = ray_shading[survivor_index[i].ray];
  let sh = spherical_harmonics(shading.direction, shading.direction_share * uniforms.view_dependent);
  for (var q = 0u; q < SH_VEC4; q++) { x[ENCODED_VEC4 + q] = sh[q]; }
  let d_x = colour_mlp_backward(x, d_out);
  if (id.x >= counters.samples) { return; }
  d_rgb[i] = d_out.x;
  d_rgb[uniforms.stride + i] = d_out.y;
  d_rgb[2u * uniforms.stride + i] = d_out.z;
  for (var q = 0u; q < ENCODED_VEC4; q++) {
    d_encoded[2u * q * uniforms.stride + i] = d_x[q].xy;
    d_encoded[(2u * q + 1u) * uniforms.stride + i] = d_x[q].zw;
  }
}
