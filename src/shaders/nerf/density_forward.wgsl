// Density MLP (written out in mlp-wgsl.ts): encoded position -> hidden (ReLU) -> raw density; no biases. [S]
// Weights: rows of W1 [DENSITY_HIDDEN, ENCODED], then W2 [DENSITY_HIDDEN]. Density is exp(raw_density).

struct Uniforms {
  stride: u32,
}

@group(0) @binding(0) var<storage, read> counters: array<u32>;             // [16]
@group(0) @binding(1) var<storage, read> encoded: array<f32>;              // [ENCODED, stride]
@group(0) @binding(2) var<storage, read> weights: array<vec4f>;            // [(H ENCODED + H) / 4]
@group(0) @binding(3) var<storage, read_write> raw_density: array<f32>;     // [stride]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn density_forward(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  load_mlp_weights(lane);
  // No early return: lanes past the end work on the last sample, since masked lanes make every access slower.
  let s = min(id.x, counters[0] - 1u);
  var x: array<vec4f, ENCODED_VEC4>;
  for (var q = 0u; q < ENCODED_VEC4; q++) {
    let k = 4u * q * uniforms.stride + s;
    x[q] = vec4f(encoded[k], encoded[k + uniforms.stride], encoded[k + 2u * uniforms.stride], encoded[k + 3u * uniforms.stride]);
  }
  let raw = density_mlp(x);
  if (id.x < counters[0]) { raw_density[s] = raw; }
}
