// Joins the blocks of nnfm_match: the nearest column of each query, its cosine, and the sum of 1 - cosine, one a
// workgroup, for loss_sum. Leaves what the gradient needs. A query of all zeros has cosine 0 and no gradient.

struct Uniforms {
  query_count: u32,   // Q
  query_stride: u32,  // Q rounded up to a multiple of 4
  channel_count: u32, // C
  block_count: u32,
}

@group(0) @binding(0) var<storage, read> queries: array<f32>;            // [C, query_stride]
@group(0) @binding(1) var<storage, read> block_dot: array<f32>;          // [blocks, query_stride]
@group(0) @binding(2) var<storage, read> block_column: array<u32>;       // [blocks, query_stride]
@group(0) @binding(3) var<storage, read_write> match_column: array<u32>; // [Q] nearest j
@group(0) @binding(4) var<storage, read_write> match_terms: array<vec2f>; // [Q] (1 / |F|, cosine / |F|^2)
@group(0) @binding(5) var<storage, read_write> partials: array<f32>;     // [workgroups]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

const LANES = 64u;
const TINY = 1e-12; // squared length under which a query counts as zero
var<workgroup> lane_sums: array<f32, LANES>;

@compute @workgroup_size(LANES)
fn nnfm_reduce(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let query = group.x * LANES + lane;
  var distance = 0.0;
  // No early return: every lane must reach the barrier.
  if (query < uniforms.query_count) {
    distance = 1.0 - join(query);
  }
  lane_sums[lane] = distance;
  workgroupBarrier();
  if (lane != 0u) { return; }
  var total = 0.0;
  for (var i = 0u; i < LANES; i++) {
    total += lane_sums[i];
  }
  partials[group.x] = total;
}

/// Writes the query's match and returns its cosine.
fn join(query: u32) -> f32 {
  let stride = uniforms.query_stride;
  var best_dot = block_dot[query];
  var column = block_column[query];
  for (var part = 1u; part < uniforms.block_count; part++) {
    let dot = block_dot[part * stride + query];
    if (dot > best_dot) {
      best_dot = dot;
      column = block_column[part * stride + query];
    }
  }
  var squares = 0.0;
  for (var c = 0u; c < uniforms.channel_count; c++) {
    let f = queries[c * stride + query];
    squares += f * f;
  }
  let inverse_length = select(0.0, inverseSqrt(max(squares, TINY)), squares > TINY);
  let cosine = best_dot * inverse_length;
  match_column[query] = column;
  match_terms[query] = vec2f(inverse_length, cosine * inverse_length * inverse_length);
  return cosine;
}
