// Image total variation as ARF takes it, (mean dx^2 + mean dy^2) / 2, and its gradient. Differences are forward; a
// picture one pixel wide (or high) has none along that axis. Each workgroup leaves one partial sum for loss_sum.

struct Uniforms {
  height: u32,
  width: u32,
  x_scale: f32, // 1 / (2 * H * (W - 1) * 3), 0 where W = 1
  y_scale: f32, // 1 / (2 * (H - 1) * W * 3), 0 where H = 1
  weight: f32,  // of the gradient; the value is weighted by loss_sum
}

@group(0) @binding(0) var<storage, read> image: array<f32>;          // [H, W, 3]
@group(0) @binding(1) var<storage, read_write> d_image: array<f32>;  // [H, W, 3], added to
@group(0) @binding(2) var<storage, read_write> partials: array<f32>; // [workgroups]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

const LANES = 64u;
var<workgroup> lane_sums: array<f32, LANES>;

@compute @workgroup_size(LANES)
fn tv(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let group_index = group.y * groups.x + group.x;
  let i = group_index * LANES + lane;
  var term = 0.0;
  // No early return: every lane must reach the barrier.
  if (i < uniforms.height * uniforms.width * 3u) {
    term = at_element(i);
  }
  lane_sums[lane] = term;
  workgroupBarrier();
  if (lane != 0u) { return; }
  var total = 0.0;
  for (var k = 0u; k < LANES; k++) {
    total += lane_sums[k];
  }
  partials[group_index] = total;
}

/// Adds the gradient at one element and returns its share of the value: its differences to the right and below.
fn at_element(i: u32) -> f32 {
  let row = uniforms.width * 3u;
  let x = (i / 3u) % uniforms.width;
  let y = i / row;
  let here = image[i];
  var value = 0.0;
  var d = 0.0;
  if (x + 1u < uniforms.width) {
    let difference = here - image[i + 3u];
    value += uniforms.x_scale * difference * difference;
    d += uniforms.x_scale * difference;
  }
  if (x > 0u) { d += uniforms.x_scale * (here - image[i - 3u]); }
  if (y + 1u < uniforms.height) {
    let difference = here - image[i + row];
    value += uniforms.y_scale * difference * difference;
    d += uniforms.y_scale * difference;
  }
  if (y > 0u) { d += uniforms.y_scale * (here - image[i - row]); }
  d_image[i] += 2.0 * uniforms.weight * d;
  return value;
}
