// Copies one layer's features [C, Q] into the queries of all layers, whose rows are padded to whole quads so that
// nnfm_match can load four queries at once. The padding is never written and stays zero.

struct Uniforms {
  query_count: u32,    // Q
  query_stride: u32,   // Q rounded up to a multiple of 4
  channel_offset: u32, // of this layer in the queries
}

@group(0) @binding(0) var<storage, read> features: array<f32>;      // [C, Q]
@group(0) @binding(1) var<storage, read_write> queries: array<f32>; // [C_all, query_stride]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn nnfm_concatenate(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= uniforms.query_count) { return; }
  queries[(uniforms.channel_offset + id.y) * uniforms.query_stride + id.x] = features[id.y * uniforms.query_count + id.x];
}
