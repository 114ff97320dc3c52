// Adds scale * (sum of partials) to a loss value: the last stage of every loss. One workgroup and a fixed order of
// addition, so that the same partials give the same bits.

struct Uniforms {
  partial_count: u32, // numbers to add up
  scale: f32,         // weight of the loss, times what makes its sum a mean
}

@group(0) @binding(0) var<storage, read> partials: array<f32>;   // [partial_count]
@group(0) @binding(1) var<storage, read_write> value: array<f32>; // [1], added to
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

const LANES = 64u;
var<workgroup> lane_sums: array<f32, LANES>;

@compute @workgroup_size(LANES)
fn loss_sum(@builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var i = lane; i < uniforms.partial_count; i += LANES) {
    sum += partials[i];
  }
  lane_sums[lane] = sum;
  workgroupBarrier();
  if (lane != 0u) { return; }
  var total = 0.0;
  for (var i = 0u; i < LANES; i++) {
    total += lane_sums[i];
  }
  value[0] += uniforms.scale * total;
}
