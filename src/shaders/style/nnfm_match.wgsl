// Nearest style feature of each query (ARF, Zhang et al. 2022, eq. 2): the arg-max over columns j of the dot product
// F_i . S_j, S_j of unit length, which orders as the cosine does. The similarity matrix is never written: a thread
// keeps two queries x eight columns in registers, walks all channels, and folds the eight into its running best.
// Columns are split into blocks over the grid's y axis, to give work to wide adapters; nnfm_reduce joins them.

struct Uniforms {
  query_count: u32,       // Q
  channel_count: u32,     // C
  column_count: u32,      // J, a multiple of 8
  columns_per_block: u32, // a multiple of 8
}

@group(0) @binding(0) var<storage, read> queries: array<f32>;            // [C, Q]
@group(0) @binding(1) var<storage, read> bank: array<vec4f>;             // [C, J / 4], columns of unit length
@group(0) @binding(2) var<storage, read_write> block_dot: array<f32>;    // [blocks, Q] best F_i . S_j of the block
@group(0) @binding(3) var<storage, read_write> block_column: array<u32>; // [blocks, Q] its j
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

const LANES = 64u;

struct Best {
  dot: f32,
  column: u32,
}

@compute @workgroup_size(LANES)
fn nnfm_match(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let count = uniforms.query_count;
  let query0 = group.x * 2u * LANES + lane;
  let query1 = query0 + LANES;
  // Past the end a query is searched again and not written: no branch in the loop.
  let at0 = min(query0, count - 1u);
  let at1 = min(query1, count - 1u);
  let row = uniforms.column_count / 4u;
  var best0 = Best(-3e38, 0u);
  var best1 = Best(-3e38, 0u);
  let first = group.y * uniforms.columns_per_block;
  let end = min(first + uniforms.columns_per_block, uniforms.column_count);
  for (var column = first; column < end; column += 8u) {
    var low0 = vec4f();
    var high0 = vec4f();
    var low1 = vec4f();
    var high1 = vec4f();
    var at = column / 4u;
    for (var c = 0u; c < uniforms.channel_count; c++) {
      let f0 = queries[c * count + at0];
      let f1 = queries[c * count + at1];
      let low = bank[at];
      let high = bank[at + 1u];
      low0 += f0 * low;
      high0 += f0 * high;
      low1 += f1 * low;
      high1 += f1 * high;
      at += row;
    }
    best0 = better(better(best0, low0, column), high0, column + 4u);
    best1 = better(better(best1, low1, column), high1, column + 4u);
  }
  let base = group.y * count;
  if (query0 < count) {
    block_dot[base + query0] = best0.dot;
    block_column[base + query0] = best0.column;
  }
  if (query1 < count) {
    block_dot[base + query1] = best1.dot;
    block_column[base + query1] = best1.column;
  }
}

/// The better of the best so far and four columns; the first of equals wins.
fn better(so_far: Best, dots: vec4f, column: u32) -> Best {
  var best = so_far;
  for (var k = 0u; k < 4u; k++) {
    if (dots[k] > best.dot) { best = Best(dots[k], column + k); }
  }
  return best;
}
