// Density MLP (written out in mlp-wgsl.ts): encoded position -> hidden (ReLU) -> raw density; no biases. [S]
// Weights: rows of W1 [DENSITY_HIDDEN, ENCODED], then W2 [DENSITY_HIDDEN]. Density is exp(raw_density).

struct Uniforms {
  stride: u32,
}

@group(0) @binding(0) var<storage, read> counters: Counters;
@group(0) @binding(1) var<storage, read> encoded: array<vec2u>;              // [ENCODED_VEC4, stride] 4 x f16
@group(0) @binding(2) var<storage, read> weights: array<vec4f>;            // [(H ENCODED + H) / 4]
@group(0) @binding(3) var<storage, read_write> raw_density: array<f32>;     // [stride]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(MLP_GROUP)
fn density_forward(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  load_mlp_weights(lane);
  // No early return: lanes past the end work on the last sample, since masked lanes make every access slower.
  let s = min(id.x, counters.samples - 1u);
  var x: array<vec4f, ENCODED_VEC4>;
  for (var q = 0u; q < ENCODED_VEC4; q++) {
    x[q] = unpack_f16(encoded[q * uniforms.stride + s]);
  }
  let raw = density_mlp(x);
  if (id.x < counters.samples) { raw_density[s] = raw; }
}
