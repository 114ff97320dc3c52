// Gradient of the appearance MLP's weights; same plan as density_weights_backward. [chunks, H / 2]

const NEURONS = 2u;

struct Uniforms {
  stride: u32,
  view_dependent: f32, // as in colour_forward
  chunk: u32,         // samples a workgroup
  gradient_scale: f32,
}

@group(0) @binding(0) var<storage, read> counters: Counters;             // of the survivors
@group(0) @binding(1) var<storage, read> encoded: array<vec2u>;              // [ENCODED_VEC4, stride] 4 x f16
@group(0) @binding(2) var<storage, read> survivor_index: array<Source>;     // [stride]
@group(0) @binding(3) var<storage, read> ray_shading: array<RayShading>;        // [R]
@group(0) @binding(4) var<storage, read> weights: array<vec4f>;            // as colour_forward
@group(0) @binding(5) var<storage, read> d_rgb: array<f32>;                // [3, stride] before the logistic
@group(0) @binding(6) var<storage, read_write> d_weights: array<atomic<i32>>; // [H (COLOUR_INPUT + 4)] fixed point
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn colour_weights_backward(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let last = min((group.x + 1u) * uniforms.chunk, counters.samples);
  let row = group.y * NEURONS;
  var w1: array<array<vec4f, COLOUR_VEC4>, NEURONS>;
  var d_w1: array<array<vec4f, COLOUR_VEC4>, NEURONS>;
  var w2: array<vec3f, NEURONS>;
  var d_w2: array<vec3f, NEURONS>;
  for (var n = 0u; n < NEURONS; n++) {
    for (var q = 0u; q < COLOUR_VEC4; q++) { w1[n][q] = weights[(row + n) * COLOUR_VEC4 + q]; }
    w2[n] = weights[COLOUR_HIDDEN * COLOUR_VEC4 + row + n].xyz;
  }
  for (var i = group.x * uniforms.chunk + lane; i < last; i += 64u) {
    let d_out = vec3f(d_rgb[i], d_rgb[uniforms.stride + i], d_rgb[2u * uniforms.stride + i]);
    var x: array<vec4f, COLOUR_VEC4>;
    for (var q = 0u; q < ENCODED_VEC4; q++) {
      x[q] = unpack_f16(encoded[q * uniforms.stride + i]);
    }
    let shading = ray_shading[survivor_index[i].ray];
    let sh = spherical_harmonics(shading.direction, shading.direction_share * uniforms.view_dependent);
    for (var q = 0u; q < SH_VEC4; q++) { x[ENCODED_VEC4 + q] = sh[q]; }
    for (var n = 0u; n < NEURONS; n++) {
      var sum = 0.0;
      for (var q = 0u; q < COLOUR_VEC4; q++) { sum += dot(w1[n][q], x[q]); }
      d_w2[n] += max(sum, 0.0) * d_out;
      let d_h = select(0.0, dot(d_out, w2[n]), sum > 0.0);
      for (var q = 0u; q < COLOUR_VEC4; q++) { d_w1[n][q] += d_h * x[q]; }
    }
  }
  for (var n = 0u; n < NEURONS; n++) {
    for (var q = 0u; q < COLOUR_VEC4; q++) {
      let d = vec4i(round(uniforms.gradient_scale * d_w1[n][q]));
      let k = 4u * ((row + n) * COLOUR_VEC4 + q);
      atomicAdd(&d_weights[k], d.x);
      atomicAdd(&d_weights[k + 1u], d.y);
      atomicAdd(&d_weights[k + 2u], d.z);
      atomicAdd(&d_weights[k + 3u], d.w);
    }
    let d = vec3i(round(uniforms.gradient_scale * d_w2[n]));
    let k = 4u * (COLOUR_HIDDEN * COLOUR_VEC4 + row + n);
    atomicAdd(&d_weights[k], d.x);
    atomicAdd(&d_weights[k + 1u], d.y);
    atomicAdd(&d_weights[k + 2u], d.z);
  }
}
