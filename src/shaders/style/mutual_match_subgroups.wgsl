// mutual_match where subgroups are to be had: the tile of nnfm_match_subgroups (4 queries x 32 columns an invocation), and
// of each column its best query too: over a thread's four, over the lanes of a subgroup, then over the workgroup. Needs
// subgroups of at least 8 lanes, all of them inside one workgroup.

enable subgroups;

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

const WORKGROUP = 64u; // invocations, each with one quad of queries
const SUBGROUPS = 8u;  // in a workgroup, at most
const LEAST = -3e38;
const NONE = 0xffffffffu;

var<workgroup> sub_dot: array<f32, 32 * SUBGROUPS>;
var<workgroup> sub_query: array<u32, 32 * SUBGROUPS>;

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
fn mutual_match_subgroups(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) local: u32,
  @builtin(subgroup_invocation_id) lane: u32,
  @builtin(subgroup_size) width: u32,
) {
  let quads = uniforms.query_stride / 4u;
  let row = uniforms.column_count / 4u;
  let quad = group.x * WORKGROUP + local;
  // No lane leaves early, since all lend their loads; past the end a quad is searched again and not written.
  let start = min(quad, quads - 1u);
  let subgroup = local / width;
  // Queries that are only padding are nobody's best.
  let first_query = 4u * quad;
  let real = vec4u(first_query, first_query + 1u, first_query + 2u, first_query + 3u) < vec4u(uniforms.query_count);
  var best = Best(vec4f(-3e38), vec4u());
  let first = group.y * uniforms.columns_per_block;
  let end = min(first + uniforms.columns_per_block, uniforms.column_count);
  for (var column = first; column < end; column += 32u) {
    var a0 = vec4f();
    var a1 = vec4f();
    var a2 = vec4f();
    var a3 = vec4f();
    var a4 = vec4f();
    var a5 = vec4f();
    var a6 = vec4f();
    var a7 = vec4f();
    var a8 = vec4f();
    var a9 = vec4f();
    var a10 = vec4f();
    var a11 = vec4f();
    var a12 = vec4f();
    var a13 = vec4f();
    var a14 = vec4f();
    var a15 = vec4f();
    var a16 = vec4f();
    var a17 = vec4f();
    var a18 = vec4f();
    var a19 = vec4f();
    var a20 = vec4f();
    var a21 = vec4f();
    var a22 = vec4f();
    var a23 = vec4f();
    var a24 = vec4f();
    var a25 = vec4f();
    var a26 = vec4f();
    var a27 = vec4f();
    var a28 = vec4f();
    var a29 = vec4f();
    var a30 = vec4f();
    var a31 = vec4f();
    var at_query = start;
    var at = column / 4u + (lane & 7u);
    for (var c = 0u; c < uniforms.channel_count; c++) {
      let f = queries[at_query];
      let s = bank[at];
      a0 += subgroupBroadcast(s.x, 0u) * f;
      a1 += subgroupBroadcast(s.y, 0u) * f;
      a2 += subgroupBroadcast(s.z, 0u) * f;
      a3 += subgroupBroadcast(s.w, 0u) * f;
      a4 += subgroupBroadcast(s.x, 1u) * f;
      a5 += subgroupBroadcast(s.y, 1u) * f;
      a6 += subgroupBroadcast(s.z, 1u) * f;
      a7 += subgroupBroadcast(s.w, 1u) * f;
      a8 += subgroupBroadcast(s.x, 2u) * f;
      a9 += subgroupBroadcast(s.y, 2u) * f;
      a10 += subgroupBroadcast(s.z, 2u) * f;
      a11 += subgroupBroadcast(s.w, 2u) * f;
      a12 += subgroupBroadcast(s.x, 3u) * f;
      a13 += subgroupBroadcast(s.y, 3u) * f;
      a14 += subgroupBroadcast(s.z, 3u) * f;
      a15 += subgroupBroadcast(s.w, 3u) * f;
      a16 += subgroupBroadcast(s.x, 4u) * f;
      a17 += subgroupBroadcast(s.y, 4u) * f;
      a18 += subgroupBroadcast(s.z, 4u) * f;
      a19 += subgroupBroadcast(s.w, 4u) * f;
      a20 += subgroupBroadcast(s.x, 5u) * f;
      a21 += subgroupBroadcast(s.y, 5u) * f;
      a22 += subgroupBroadcast(s.z, 5u) * f;
      a23 += subgroupBroadcast(s.w, 5u) * f;
      a24 += subgroupBroadcast(s.x, 6u) * f;
      a25 += subgroupBroadcast(s.y, 6u) * f;
      a26 += subgroupBroadcast(s.z, 6u) * f;
      a27 += subgroupBroadcast(s.w, 6u) * f;
      a28 += subgroupBroadcast(s.x, 7u) * f;
      a29 += subgroupBroadcast(s.y, 7u) * f;
      a30 += subgroupBroadcast(s.z, 7u) * f;
      a31 += subgroupBroadcast(s.w, 7u) * f;
      at_query += quads;
      at += row;
    }
    best = better(best, a0, column);
    best = better(best, a1, column + 1u);
    best = better(best, a2, column + 2u);
    best = better(best, a3, column + 3u);
    best = better(best, a4, column + 4u);
    best = better(best, a5, column + 5u);
    best = better(best, a6, column + 6u);
    best = better(best, a7, column + 7u);
    best = better(best, a8, column + 8u);
    best = better(best, a9, column + 9u);
    best = better(best, a10, column + 10u);
    best = better(best, a11, column + 11u);
    best = better(best, a12, column + 12u);
    best = better(best, a13, column + 13u);
    best = better(best, a14, column + 14u);
    best = better(best, a15, column + 15u);
    best = better(best, a16, column + 16u);
    best = better(best, a17, column + 17u);
    best = better(best, a18, column + 18u);
    best = better(best, a19, column + 19u);
    best = better(best, a20, column + 20u);
    best = better(best, a21, column + 21u);
    best = better(best, a22, column + 22u);
    best = better(best, a23, column + 23u);
    best = better(best, a24, column + 24u);
    best = better(best, a25, column + 25u);
    best = better(best, a26, column + 26u);
    best = better(best, a27, column + 27u);
    best = better(best, a28, column + 28u);
    best = better(best, a29, column + 29u);
    best = better(best, a30, column + 30u);
    best = better(best, a31, column + 31u);
    fold(a0, real, first_query, 0u, subgroup);
    fold(a1, real, first_query, 1u, subgroup);
    fold(a2, real, first_query, 2u, subgroup);
    fold(a3, real, first_query, 3u, subgroup);
    fold(a4, real, first_query, 4u, subgroup);
    fold(a5, real, first_query, 5u, subgroup);
    fold(a6, real, first_query, 6u, subgroup);
    fold(a7, real, first_query, 7u, subgroup);
    fold(a8, real, first_query, 8u, subgroup);
    fold(a9, real, first_query, 9u, subgroup);
    fold(a10, real, first_query, 10u, subgroup);
    fold(a11, real, first_query, 11u, subgroup);
    fold(a12, real, first_query, 12u, subgroup);
    fold(a13, real, first_query, 13u, subgroup);
    fold(a14, real, first_query, 14u, subgroup);
    fold(a15, real, first_query, 15u, subgroup);
    fold(a16, real, first_query, 16u, subgroup);
    fold(a17, real, first_query, 17u, subgroup);
    fold(a18, real, first_query, 18u, subgroup);
    fold(a19, real, first_query, 19u, subgroup);
    fold(a20, real, first_query, 20u, subgroup);
    fold(a21, real, first_query, 21u, subgroup);
    fold(a22, real, first_query, 22u, subgroup);
    fold(a23, real, first_query, 23u, subgroup);
    fold(a24, real, first_query, 24u, subgroup);
    fold(a25, real, first_query, 25u, subgroup);
    fold(a26, real, first_query, 26u, subgroup);
    fold(a27, real, first_query, 27u, subgroup);
    fold(a28, real, first_query, 28u, subgroup);
    fold(a29, real, first_query, 29u, subgroup);
    fold(a30, real, first_query, 30u, subgroup);
    fold(a31, real, first_query, 31u, subgroup);
    workgroupBarrier();
    if (local < 32u) {
      var dot = LEAST;
      var query = NONE;
      for (var s = 0u; s < WORKGROUP / width; s++) {
        let at = local * SUBGROUPS + s;
        if (sub_dot[at] > dot) {
          dot = sub_dot[at];
          query = sub_query[at];
        }
      }
      let at = group.x * uniforms.column_count + column + local;
      group_dot[at] = dot;
      group_query[at] = query;
    }
    workgroupBarrier();
  }
  if (quad < quads) {
    block_dot[group.y * quads + quad] = best.dot;
    block_column[group.y * quads + quad] = best.column;
  }
}

/// Leaves the subgroup's best query for one of the tile's columns; of equals the first.
fn fold(dots: vec4f, real: vec4<bool>, first_query: u32, column: u32, subgroup: u32) {
  let d = select(vec4f(LEAST), dots, real);
  let low = max(d.x, d.y);
  let high = max(d.z, d.w);
  let most = max(low, high);
  let within = select(select(3u, 2u, d.z == most), select(1u, 0u, d.x == most), low == most);
  let best = subgroupMax(most);
  let query = subgroupMin(select(NONE, first_query + within, most == best));
  if (subgroupElect()) {
    sub_dot[column * SUBGROUPS + subgroup] = best;
    sub_query[column * SUBGROUPS + subgroup] = query;
  }
}
