// Gradient of mean over columns (1 - cosine), matches held fixed: each column j pulls its best query i, and a query that is
// the best of many is pulled by all of them. d_F_i += scale (cosine_j F_i / |F_i| - S_j) / |F_i|. A thread walks all columns
// for one channel and one of PARTS shares of the queries, in a fixed order: nothing is added by two threads.

struct Uniforms {
  query_count: u32,    // Q
  query_stride: u32,   // Q rounded up to a multiple of 4
  channel_offset: u32, // of this layer in the queries and the bank
  channel_count: u32,  // of this layer
  column_stride: u32,  // J
  column_count: u32,   // of them that count
  part_size: u32,      // queries of a share
}

@group(0) @binding(0) var<storage, read> queries: array<f32>;          // [C_all, query_stride] of unit length
@group(0) @binding(1) var<storage, read> bank: array<f32>;             // [C_all, J]
@group(0) @binding(2) var<storage, read> best_index: array<u32>;       // [J] query of each column
@group(0) @binding(3) var<storage, read> best_cosine: array<f32>;      // [J]
@group(0) @binding(4) var<storage, read> inverse_length: array<f32>;   // [query_stride]
@group(0) @binding(5) var<storage, read> scales: array<f32>;           // [2] the second: of this side
@group(0) @binding(6) var<storage, read_write> d_features: array<f32>; // [C, Q] of this layer, added to
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(32)
fn mutual_backward(@builtin(global_invocation_id) id: vec3u) {
  let channel = id.x;
  if (channel >= uniforms.channel_count || scales[1] == 0.0) { return; }
  let at = uniforms.channel_offset + channel;
  let first = id.y * uniforms.part_size;
  for (var j = 0u; j < uniforms.column_count; j++) {
    let query = best_index[j];
    // Of queries before the share this wraps round: one comparison tells both ends.
    if (query - first >= uniforms.part_size) { continue; }
    let f = queries[at * uniforms.query_stride + query];
    let s = bank[at * uniforms.column_stride + j];
    d_features[channel * uniforms.query_count + query] += scales[1] * inverse_length[query] * (best_cosine[j] * f - s);
  }
}
