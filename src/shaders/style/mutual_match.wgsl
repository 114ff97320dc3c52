// The search of nnfm_match both ways at once: the best column of each query and, out of the same tiles, the best query of
// each column (relaxed earth mover's distance; STROTSS, Kolkin et al. 2019, eq. 5). All are of unit length, so that dot
// products are cosines. mutual_reduce joins the blocks of columns, and the groups of queries.

struct Uniforms {
  query_count: u32,       // Q
  query_stride: u32,      // Q rounded up to a multiple of 4
  channel_count: u32,     // C
  column_count: u32,      // J, a multiple of 32
  columns_per_block: u32, // a multiple of 32
}

@group(0) @binding(0) var<storage, read> queries: array<vec4f>;            // [C, query_stride / 4] four of unit length each
@group(0) @binding(1) var<storage, read> bank: array<vec4f>;               // [C, J / 4] four columns of unit length each
@group(0) @binding(2) var<storage, read_write> block_dot: array<vec4f>;    // [blocks, query_stride / 4] best F_i . S_j
@group(0) @binding(3) var<storage, read_write> block_column: array<vec4u>; // [blocks, query_stride / 4] its j
@group(0) @binding(4) var<storage, read_write> group_dot: array<f32>;      // [groups, J] best of the workgroup's queries
@group(0) @binding(5) var<storage, read_write> group_query: array<u32>;    // [groups, J] its i
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

const WORKGROUP = 64u; // invocations, each with two quads of queries a workgroup apart, so that loads adjoin
const LEAST = -3e38;
const NONE = 0xffffffffu;

/// Best of each lane for the eight columns at hand.
var<workgroup> lane_dot: array<f32, 8 * WORKGROUP>;
var<workgroup> lane_query: array<u32, 8 * WORKGROUP>;

/// Of four queries: the largest dot product so far, and its column.
struct Best {
  dot: vec4f,
  column: vec4u,
}

/// The better of the best so far and one more column; the first of equals wins.
fn better(so_far: Best, dots: vec4f, column: u32) -> Best {
  let more = dots > so_far.dot;
  return Best(select(so_far.dot, dots, more), select(so_far.column, vec4u(column), more));
}

@compute @workgroup_size(WORKGROUP)
fn mutual_match(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let quads = uniforms.query_stride / 4u;
  let row = uniforms.column_count / 4u;
  let quad_a = group.x * 2u * WORKGROUP + lane;
  let quad_b = quad_a + WORKGROUP;
  // Past the end a quad is searched again and not written: no branch in the loop.
  let start_a = min(quad_a, quads - 1u);
  let start_b = min(quad_b, quads - 1u);
  var best_a = Best(vec4f(-3e38), vec4u());
  var best_b = Best(vec4f(-3e38), vec4u());
  let first = group.y * uniforms.columns_per_block;
  let end = min(first + uniforms.columns_per_block, uniforms.column_count);
  for (var column = first; column < end; column += 8u) {
    var a0 = vec4f();
    var a1 = vec4f();
    var a2 = vec4f();
    var a3 = vec4f();
    var a4 = vec4f();
    var a5 = vec4f();
    var a6 = vec4f();
    var a7 = vec4f();
    var b0 = vec4f();
    var b1 = vec4f();
    var b2 = vec4f();
    var b3 = vec4f();
    var b4 = vec4f();
    var b5 = vec4f();
    var b6 = vec4f();
    var b7 = vec4f();
    var at_a = start_a;
    var at_b = start_b;
    var at = column / 4u;
    for (var c = 0u; c < uniforms.channel_count; c++) {
      let fa = queries[at_a];
      let fb = queries[at_b];
      let low = bank[at];
      let high = bank[at + 1u];
      a0 += low.x * fa;
      b0 += low.x * fb;
      a1 += low.y * fa;
      b1 += low.y * fb;
      a2 += low.z * fa;
      b2 += low.z * fb;
      a3 += low.w * fa;
      b3 += low.w * fb;
      a4 += high.x * fa;
      b4 += high.x * fb;
      a5 += high.y * fa;
      b5 += high.y * fb;
      a6 += high.z * fa;
      b6 += high.z * fb;
      a7 += high.w * fa;
      b7 += high.w * fb;
      at_a += quads;
      at_b += quads;
      at += row;
    }
    best_a = better(best_a, a0, column);
    best_a = better(best_a, a1, column + 1u);
    best_a = better(best_a, a2, column + 2u);
    best_a = better(best_a, a3, column + 3u);
    best_a = better(best_a, a4, column + 4u);
    best_a = better(best_a, a5, column + 5u);
    best_a = better(best_a, a6, column + 6u);
    best_a = better(best_a, a7, column + 7u);
    best_b = better(best_b, b0, column);
    best_b = better(best_b, b1, column + 1u);
    best_b = better(best_b, b2, column + 2u);
    best_b = better(best_b, b3, column + 3u);
    best_b = better(best_b, b4, column + 4u);
    best_b = better(best_b, b5, column + 5u);
    best_b = better(best_b, b6, column + 6u);
    best_b = better(best_b, b7, column + 7u);
    fold(a0, b0, quad_a, quad_b, 0u, lane);
    fold(a1, b1, quad_a, quad_b, 1u, lane);
    fold(a2, b2, quad_a, quad_b, 2u, lane);
    fold(a3, b3, quad_a, quad_b, 3u, lane);
    fold(a4, b4, quad_a, quad_b, 4u, lane);
    fold(a5, b5, quad_a, quad_b, 5u, lane);
    fold(a6, b6, quad_a, quad_b, 6u, lane);
    fold(a7, b7, quad_a, quad_b, 7u, lane);
    workgroupBarrier();
    if (lane < 8u) {
      var dot = LEAST;
      var query = NONE;
      for (var k = 0u; k < WORKGROUP; k++) {
        let at = lane * WORKGROUP + k;
        if (lane_dot[at] > dot || (lane_dot[at] == dot && lane_query[at] < query)) {
          dot = lane_dot[at];
          query = lane_query[at];
        }
      }
      let at = group.x * uniforms.column_count + column + lane;
      group_dot[at] = dot;
      group_query[at] = query;
    }
    workgroupBarrier();
  }
  let base = group.y * quads;
  if (quad_a < quads) {
    block_dot[base + quad_a] = best_a.dot;
    block_column[base + quad_a] = best_a.column;
  }
  if (quad_b < quads) {
    block_dot[base + quad_b] = best_b.dot;
    block_column[base + quad_b] = best_b.column;
  }
}

/// Leaves a lane's best of its eight queries for one of the columns at hand; queries that are padding are nobody's.
fn fold(a: vec4f, b: vec4f, quad_a: u32, quad_b: u32, column: u32, lane: u32) {
  var dot = LEAST;
  var query = NONE;
  for (var k = 0u; k < 4u; k++) {
    let at = 4u * quad_a + k;
    if (at < uniforms.query_count && a[k] > dot) {
      dot = a[k];
      query = at;
    }
  }
  for (var k = 0u; k < 4u; k++) {
    let at = 4u * quad_b + k;
    if (at < uniforms.query_count && b[k] > dot) {
      dot = b[k];
      query = at;
    }
  }
  lane_dot[column * WORKGROUP + lane] = dot;
  lane_query[column * WORKGROUP + lane] = query;
}
