// Gradient of encode: scatters d_encoded to the eight corners of each level. [S, L]
// WGSL has no float atomics: gradients are summed in fixed point (i32, gradient_scale to one), which commutes, so
// that the sum is the same in whatever order samples arrive.

struct Uniforms {
  stride: u32,
  gradient_scale: f32,
}

@group(0) @binding(0) var<storage, read> counters: array<u32>;             // [16]
@group(0) @binding(1) var<storage, read> levels: array<vec4u>;             // [L]
@group(0) @binding(2) var<storage, read> sample_position: array<f32>;      // [3, stride]
@group(0) @binding(3) var<storage, read> d_encoded: array<f32>;            // [2 L, stride]
@group(0) @binding(4) var<storage, read_write> d_table: array<atomic<i32>>; // [entries, 2] fixed point
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn encode_backward(@builtin(global_invocation_id) id: vec3u) {
  let s = id.x;
  if (s >= counters[0]) { return; }
  let d = uniforms.gradient_scale *
    vec2f(d_encoded[2u * id.y * uniforms.stride + s], d_encoded[(2u * id.y + 1u) * uniforms.stride + s]);
  // Below half a unit at full weight nothing would be added anywhere.
  if (max(abs(d.x), abs(d.y)) < 0.5) { return; }
  let level = levels[id.y];
  let q = vec3f(sample_position[s], sample_position[uniforms.stride + s], sample_position[2u * uniforms.stride + s]);
  let corner = corner_of(q, bitcast<f32>(level.x));
  let upper = corner.weight;
  let lower = 1.0 - upper;
  for (var k = 0u; k < 8u; k++) {
    let side = vec3u(k & 1u, (k >> 1u) & 1u, k >> 2u);
    let w = select(lower, upper, side == vec3u(1u));
    let weighted = vec2i(round(d * (w.x * w.y * w.z)));
    let entry = 2u * entry_index(corner.base + side, level);
    if (weighted.x != 0) { atomicAdd(&d_table[entry], weighted.x); }
    if (weighted.y != 0) { atomicAdd(&d_table[entry + 1u], weighted.y); }
  }
}
