// Sums the partial Gram matrices, G = F F^T / (C H W), and leaves the residual G - G_style and the sums of its
// squares, one a workgroup, for loss_sum. With a target of zeros the residual is the Gram matrix itself.

struct Uniforms {
  entry_count: u32, // C * C
  chunk_count: u32,
  scale: f32,       // 1 / (C * H * W)
}

@group(0) @binding(0) var<storage, read> chunks: array<f32>;         // [Z, C, C]
@group(0) @binding(1) var<storage, read> target_gram: array<f32>;            // [C, C]
@group(0) @binding(2) var<storage, read_write> residual: array<f32>;  // [C, C]
@group(0) @binding(3) var<storage, read_write> partials: array<f32>;  // [workgroups]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

const LANES = 64u;
var<workgroup> lane_sums: array<f32, LANES>;

@compute @workgroup_size(LANES)
fn gram_residual(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let group_index = group.y * groups.x + group.x;
  let i = group_index * LANES + lane;
  var square = 0.0;
  // No early return: every lane must reach the barrier.
  if (i < uniforms.entry_count) {
    var sum = 0.0;
    for (var chunk = 0u; chunk < uniforms.chunk_count; chunk++) {
      sum += chunks[chunk * uniforms.entry_count + i];
    }
    let difference = sum * uniforms.scale - target_gram[i];
    residual[i] = difference;
    square = difference * difference;
  }
  lane_sums[lane] = square;
  workgroupBarrier();
  if (lane != 0u) { return; }
  var total = 0.0;
  for (var k = 0u; k < LANES; k++) {
    total += lane_sums[k];
  }
  partials[group_index] = total;
}
