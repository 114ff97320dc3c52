// Joins the parts of a mutual_match, of either side: of each item the best over all parts, its cosine, and the sum of
// 1 - cosine, one a workgroup.

struct Uniforms {
  count: u32,      // N, queries or columns
  stride: u32,     // of a part's row
  part_count: u32, // P, blocks of columns or groups of queries
}

@group(0) @binding(0) var<storage, read> part_dot: array<f32>;          // [P, stride]
@group(0) @binding(1) var<storage, read> part_index: array<u32>;        // [P, stride]
@group(0) @binding(2) var<storage, read_write> best_index: array<u32>;  // [N]
@group(0) @binding(3) var<storage, read_write> best_cosine: array<f32>; // [N]
@group(0) @binding(4) var<storage, read_write> partials: array<f32>;    // [workgroups]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

const LANES = 64u;
var<workgroup> lane_sums: array<f32, LANES>;

@compute @workgroup_size(LANES)
fn mutual_reduce(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let item = group.x * LANES + lane;
  var distance = 0.0;
  // No early return: every lane must reach the barrier.
  if (item < uniforms.count) {
    var dot = part_dot[item];
    var index = part_index[item];
    for (var part = 1u; part < uniforms.part_count; part++) {
      let at = part * uniforms.stride + item;
      if (part_dot[at] > dot) {
        dot = part_dot[at];
        index = part_index[at];
      }
    }
    best_index[item] = index;
    best_cosine[item] = dot;
    distance = 1.0 - dot;
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
