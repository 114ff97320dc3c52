// Dot products of one tile of the style's unit columns with all queries: a thread owns four queries and eight columns,
// the columns the same for all lanes.

struct Uniforms {
  query_stride: u32,  // Q rounded up to a multiple of 4
  channel_count: u32, // C
  column_count: u32,  // J, a multiple of 8
  first_column: u32,  // of the tile, a multiple of 8
}

@group(0) @binding(0) var<storage, read> queries: array<vec4f>;      // [C, query_stride / 4]
@group(0) @binding(1) var<storage, read> bank: array<vec4f>;         // [C, J / 4]
@group(0) @binding(2) var<storage, read_write> scores: array<vec4f>; // [tile, query_stride / 4]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn attention_scores(@builtin(global_invocation_id) id: vec3u) {
  let quads = uniforms.query_stride / 4u;
  let quad = id.x;
  if (quad >= quads) { return; }
  let row = uniforms.column_count / 4u;
  var at = (uniforms.first_column + 8u * id.y) / 4u;
  var at_query = quad;
  var s0 = vec4f();
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();
  var s4 = vec4f();
  var s5 = vec4f();
  var s6 = vec4f();
  var s7 = vec4f();
  for (var c = 0u; c < uniforms.channel_count; c++) {
    let f = queries[at_query];
    let low = bank[at];
    let high = bank[at + 1u];
    s0 += low.x * f;
    s1 += low.y * f;
    s2 += low.z * f;
    s3 += low.w * f;
    s4 += high.x * f;
    s5 += high.y * f;
    s6 += high.z * f;
    s7 += high.w * f;
    at += row;
    at_query += quads;
  }
  let out = 8u * id.y * quads + quad;
  scores[out] = s0;
  scores[out + quads] = s1;
  scores[out + 2u * quads] = s2;
  scores[out + 3u * quads] = s3;
  scores[out + 4u * quads] = s4;
  scores[out + 5u * quads] = s5;
  scores[out + 6u * quads] = s6;
  scores[out + 7u * quads] = s7;
}
