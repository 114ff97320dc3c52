// Starts a streaming softmax over the style's columns: nothing seen yet, and the query's inverse length, by which dot
// products with unit columns become cosines. A query of all zeros keeps 0, so that every cosine is 0.

struct Uniforms {
  query_stride: u32,  // columns of a row of the queries; all are started
  channel_count: u32, // C
}

@group(0) @binding(0) var<storage, read> queries: array<f32>;         // [C, query_stride]
@group(0) @binding(1) var<storage, read_write> states: array<vec4f>; // [query_stride] (max cosine, sum, sum of cosines, 1 / |F|)
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

const TINY = 1e-12; // squared length under which a query counts as zero

@compute @workgroup_size(64)
fn attention_begin(@builtin(global_invocation_id) id: vec3u) {
  let query = id.x;
  if (query >= uniforms.query_stride) { return; }
  var squares = 0.0;
  for (var c = 0u; c < uniforms.channel_count; c++) {
    let f = queries[c * uniforms.query_stride + query];
    squares += f * f;
  }
  let inverse_length = select(0.0, inverseSqrt(max(squares, TINY)), squares > TINY);
  states[query] = vec4f(-2.0, 0.0, 0.0, inverse_length);
}
