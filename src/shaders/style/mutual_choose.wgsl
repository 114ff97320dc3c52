// The relaxed earth mover's distance out of both sides' sums (STROTSS, Kolkin et al. 2019, eq. 5): the larger mean is the
// loss, and alone has a gradient. One workgroup and a fixed order of addition: the same sums give the same bits.

struct Uniforms {
  query_partials: u32,  // sums over queries
  column_partials: u32, // sums over columns
  query_count: u32,     // Q
  column_count: u32,    // J that count
  weight: f32,          // of the loss
}

@group(0) @binding(0) var<storage, read> of_queries: array<f32>;  // [query_partials] sums of 1 - cosine
@group(0) @binding(1) var<storage, read> of_columns: array<f32>;  // [column_partials]
@group(0) @binding(2) var<storage, read_write> value: array<f32>; // [1], added to
@group(0) @binding(3) var<storage, read_write> scales: array<f32>; // [2] of the gradients of queries and of columns
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

const LANES = 64u;
var<workgroup> lane_sums: array<vec2f, LANES>;

@compute @workgroup_size(LANES)
fn mutual_choose(@builtin(local_invocation_index) lane: u32) {
  var sums = vec2f();
  for (var i = lane; i < uniforms.query_partials; i += LANES) {
    sums.x += of_queries[i];
  }
  for (var i = lane; i < uniforms.column_partials; i += LANES) {
    sums.y += of_columns[i];
  }
  lane_sums[lane] = sums;
  workgroupBarrier();
  if (lane != 0u) { return; }
  var totals = vec2f();
  for (var i = 0u; i < LANES; i++) {
    totals += lane_sums[i];
  }
  let counts = vec2f(f32(uniforms.query_count), f32(uniforms.column_count));
  let means = totals / counts;
  let by_queries = means.x >= means.y;
  value[0] += uniforms.weight * max(means.x, means.y);
  scales[0] = select(0.0, uniforms.weight / counts.x, by_queries);
  scales[1] = select(uniforms.weight / counts.y, 0.0, by_queries);
}
