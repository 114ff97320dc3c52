// Brings each query to unit length, so that the search's dot products are cosines both ways, and keeps what the gradient
// needs of the length. A query of all zeros stays zero: its cosine with anything is 0, and it has no gradient.

struct Uniforms {
  query_count: u32,   // Q
  query_stride: u32,  // Q rounded up to a multiple of 4
  channel_count: u32, // C
}

@group(0) @binding(0) var<storage, read_write> queries: array<f32>;        // [C, query_stride]
@group(0) @binding(1) var<storage, read_write> inverse_length: array<f32>; // [query_stride] 1 / |F|
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

const TINY = 1e-12; // squared length under which a query counts as zero

@compute @workgroup_size(64)
fn mutual_unit(@builtin(global_invocation_id) id: vec3u) {
  let query = id.x;
  if (query >= uniforms.query_count) { return; }
  var squares = 0.0;
  for (var c = 0u; c < uniforms.channel_count; c++) {
    let f = queries[c * uniforms.query_stride + query];
    squares += f * f;
  }
  let scale = select(0.0, inverseSqrt(max(squares, TINY)), squares > TINY);
  for (var c = 0u; c < uniforms.channel_count; c++) {
    queries[c * uniforms.query_stride + query] *= scale;
  }
  inverse_length[query] = scale;
}
