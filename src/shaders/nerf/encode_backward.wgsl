// Gradient of encode: scatters d_encoded to the eight corners of each level. [S, L]
// WGSL has no float atomics: gradients are summed in fixed point (i32, gradient_scale to one), which commutes, so
// that the sum is the same in whatever order samples arrive.

struct Uniforms {
  stride: u32,
  gradient_scale: f32,
}

@group(0) @binding(0) var<storage, read> counters: Counters;
@group(0) @binding(1) var<storage, read> levels: array<Level>;             // [L]
@group(0) @binding(2) var<storage, read> sample_position: array<f32>;      // [3, stride]
@group(0) @binding(3) var<storage, read> d_encoded: array<vec2f>;          // [L, stride]
@group(0) @binding(4) var<storage, read_write> d_table: array<atomic<i32>>; // [entries, 2] fixed point
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn encode_backward(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) group: vec3u) {
  let s = id.x;
  let stride = uniforms.stride;
  let d = uniforms.gradient_scale * d_encoded[group.y * stride + s];
  // Below half a unit at full weight nothing would be added anywhere. This is the one branch: to ask at each corner
  // whether there is anything to add costs more than to add zero (measured: up to twice as long).
  if (s >= counters.samples || max(abs(d.x), abs(d.y)) < 0.5) { return; }
  let level = levels[group.y];
  let q = vec3f(sample_position[s], sample_position[stride + s], sample_position[2u * stride + s]);
  let corner = corner_of(q, level.scale);
  let entries = corner_entries(corner.base, level);
  let upper = corner.weight;
  let lower = 1.0 - upper;
  let near = lower.z * vec4f(lower.x * lower.y, upper.x * lower.y, lower.x * upper.y, upper.x * upper.y);
  let far = upper.z * vec4f(lower.x * lower.y, upper.x * lower.y, lower.x * upper.y, upper.x * upper.y);
  add(entries[0], near.x * d);
  add(entries[1], near.y * d);
  add(entries[2], near.z * d);
  add(entries[3], near.w * d);
  add(entries[4], far.x * d);
  add(entries[5], far.y * d);
  add(entries[6], far.z * d);
  add(entries[7], far.w * d);
}

fn add(entry: u32, gradient: vec2f) {
  let fixed = vec2i(round(gradient));
  atomicAdd(&d_table[2u * entry], fixed.x);
  atomicAdd(&d_table[2u * entry + 1u], fixed.y);
}
