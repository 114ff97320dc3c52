// Gradient of mean over queries (1 - cosine), matches held fixed: d_F_i = scale (cosine_i F_i / |F_i| - S_j) / |F_i|. One
// layer of the concatenation at a time: its channels begin at channel_offset in the queries and the bank.

struct Uniforms {
  query_count: u32,    // Q
  query_stride: u32,   // Q rounded up to a multiple of 4
  channel_offset: u32, // of this layer
  column_count: u32,   // J
}

@group(0) @binding(0) var<storage, read> queries: array<f32>;          // [C_all, query_stride] of unit length
@group(0) @binding(1) var<storage, read> bank: array<f32>;             // [C_all, J]
@group(0) @binding(2) var<storage, read> best_index: array<u32>;       // [Q] column of each query
@group(0) @binding(3) var<storage, read> best_cosine: array<f32>;      // [Q]
@group(0) @binding(4) var<storage, read> inverse_length: array<f32>;   // [query_stride]
@group(0) @binding(5) var<storage, read> scales: array<f32>;           // [2] the first: of this side
@group(0) @binding(6) var<storage, read_write> d_features: array<f32>; // [C, Q] of this layer, added to
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn mutual_forward(@builtin(global_invocation_id) id: vec3u) {
  let query = id.x;
  let channel = id.y;
  if (query >= uniforms.query_count || scales[0] == 0.0) { return; }
  let at = uniforms.channel_offset + channel;
  let f = queries[at * uniforms.query_stride + query];
  let s = bank[at * uniforms.column_count + best_index[query]];
  d_features[channel * uniforms.query_count + query] += scales[0] * inverse_length[query] * (best_cosine[query] * f - s);
}
