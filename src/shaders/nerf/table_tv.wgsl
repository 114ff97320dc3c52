// Total variation of an appearance's features over the cells that a view's samples lie in (ARF, Zhang et al. 2022: TV
// on a sample of the grid each step): for each sampled cell and level the squared differences along its twelve edges.
// Adds their gradient to the table's, in fixed point like encode_backward. Every `every`-th sample, one level a row.

struct Uniforms {
  stride: u32,           // columns of a row of sample_position
  every: u32,            // samples from one that counts to the next
  gradient_scale: f32,   // fixed-point units to one, times weight / (number of samples that count)
}

@group(0) @binding(0) var<storage, read> counters: array<u32>;              // [16]
@group(0) @binding(1) var<storage, read> levels: array<vec4u>;              // [L]
@group(0) @binding(2) var<storage, read> sample_position: array<f32>;       // [3, stride]
@group(0) @binding(3) var<storage, read> master: array<vec2f>;              // [entries] the parameters in f32
@group(0) @binding(4) var<storage, read_write> d_table: array<atomic<i32>>; // [entries, 2] fixed point
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn table_tv(@builtin(global_invocation_id) id: vec3u) {
  let stride = uniforms.stride;
  let s = id.x * uniforms.every;
  if (s >= counters[0]) { return; }
  let level = levels[id.y];
  let q = vec3f(sample_position[s], sample_position[stride + s], sample_position[2u * stride + s]);
  let entries = corner_entries(corner_of(q, bitcast<f32>(level.x)).base, level);
  for (var k = 0u; k < 8u; k++) {
    let here = entries[k];
    // To the corner's three neighbours in the cell: the other end of each of its edges.
    let d = 3.0 * master[here] - master[entries[k ^ 1u]] - master[entries[k ^ 2u]] - master[entries[k ^ 4u]];
    let fixed = vec2i(round(2.0 * uniforms.gradient_scale * d));
    atomicAdd(&d_table[2u * here], fixed.x);
    atomicAdd(&d_table[2u * here + 1u], fixed.y);
  }
}
