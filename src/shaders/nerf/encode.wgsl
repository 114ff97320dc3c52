// Hash-grid encoding: each sample and level interpolates the two features of its eight corners. [S, L]
// Features are two halves in one u32: one load a corner. Grid y is the level, so a workgroup works in one table.

struct Uniforms {
  stride: u32,       // samples that the buffers hold
}

@group(0) @binding(0) var<storage, read> counters: array<u32>;             // [16], see scan_counts
@group(0) @binding(1) var<storage, read> levels: array<vec4u>;             // [L] (f32 scale, resolution, first, entries)
@group(0) @binding(2) var<storage, read> sample_position: array<f32>;      // [3, stride] field coordinates
@group(0) @binding(3) var<storage, read> table: array<u32>;                // [entries] 2 x f16
@group(0) @binding(4) var<storage, read_write> encoded: array<f32>;         // [2 L, stride]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn encode(@builtin(global_invocation_id) id: vec3u) {
  let s = id.x;
  if (s >= counters[0]) { return; }
  let level = levels[id.y];
  let q = vec3f(sample_position[s], sample_position[uniforms.stride + s], sample_position[2u * uniforms.stride + s]);
  let corner = corner_of(q, bitcast<f32>(level.x));
  let upper = corner.weight;
  let lower = 1.0 - upper;
  let yz = vec4f(lower.y * lower.z, upper.y * lower.z, lower.y * upper.z, upper.y * upper.z);
  var sum = vec2f(0.0);
  for (var k = 0u; k < 4u; k++) {
    let cell = corner.base + vec3u(0u, k & 1u, k >> 1u);
    let a = unpack2x16float(table[entry_index(cell, level)]);
    let b = unpack2x16float(table[entry_index(cell + vec3u(1u, 0u, 0u), level)]);
    sum += yz[k] * (lower.x * a + upper.x * b);
  }
  encoded[2u * id.y * uniforms.stride + s] = sum.x;
  encoded[(2u * id.y + 1u) * uniforms.stride + s] = sum.y;
}
