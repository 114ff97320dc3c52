// Content loss, sum (F - F_C)^2, and its gradient 2 scale (F - F_C), element by element (Gatys et al. 2016, eq. 1).
// Each workgroup leaves one partial sum for loss_sum.

struct Uniforms {
  element_count: u32, // C * H * W
  d_scale: f32,       // 2 * weight / element_count
}

@group(0) @binding(0) var<storage, read> features: array<f32>;           // [C, H, W]
@group(0) @binding(1) var<storage, read> target_features: array<f32>;               // [C, H, W]
@group(0) @binding(2) var<storage, read_write> d_features: array<f32>;   // [C, H, W], added to
@group(0) @binding(3) var<storage, read_write> partials: array<f32>;     // [workgroups]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

const LANES = 64u;
const PER_LANE = 16u; // elements a thread: keeps the partials few
var<workgroup> lane_sums: array<f32, LANES>;

@compute @workgroup_size(LANES)
fn content(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let group_index = group.y * groups.x + group.x;
  var sum = 0.0;
  for (var k = 0u; k < PER_LANE; k++) {
    let i = (group_index * PER_LANE + k) * LANES + lane;
    if (i < uniforms.element_count) {
      let difference = features[i] - target_features[i];
      d_features[i] += uniforms.d_scale * difference;
      sum += difference * difference;
    }
  }
  lane_sums[lane] = sum;
  workgroupBarrier();
  if (lane != 0u) { return; }
  var total = 0.0;
  for (var i = 0u; i < LANES; i++) {
    total += lane_sums[i];
  }
  partials[group_index] = total;
}
