// Gradient of mean (1 - cosine) with the matches held fixed: d_F = d_scale (cosine F / |F|^2 - S_j / |F|). One layer
// of the concatenation at a time: its channels begin at channel_offset in the queries and the bank.

struct Uniforms {
  query_count: u32,    // Q
  query_stride: u32,   // Q rounded up to a multiple of 4
  channel_offset: u32, // of this layer
  column_count: u32,   // J
  d_scale: f32,        // weight / Q
}

@group(0) @binding(0) var<storage, read> queries: array<f32>;          // [C_all, query_stride]
@group(0) @binding(1) var<storage, read> bank: array<f32>;             // [C_all, J]
@group(0) @binding(2) var<storage, read> match_column: array<u32>;     // [Q]
@group(0) @binding(3) var<storage, read> match_terms: array<vec2f>;    // [Q] (1 / |F|, cosine / |F|^2)
@group(0) @binding(4) var<storage, read_write> d_features: array<f32>; // [C, Q] of this layer, added to
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn nnfm_gradient(@builtin(global_invocation_id) id: vec3u) {
  let query = id.x;
  let channel = id.y;
  if (query >= uniforms.query_count) { return; }
  let at = uniforms.channel_offset + channel;
  let f = queries[at * uniforms.query_stride + query];
  let s = bank[at * uniforms.column_count + match_column[query]];
  let terms = match_terms[query];
  d_features[channel * uniforms.query_count + query] += uniforms.d_scale * (terms.y * f - terms.x * s);
}
