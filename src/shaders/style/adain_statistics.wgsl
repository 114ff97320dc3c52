// Mean and standard deviation of each channel (Huang and Belongie 2017), two passes for accuracy, and the channel's
// share of the loss, (mean - mean_s)^2 + (std - std_s)^2. One workgroup a channel. std = sqrt(variance + 1e-5), the
// variance over all H W pixels (not H W - 1), so that one pixel is allowed.

struct Uniforms {
  channel_count: u32,
  pixel_count: u32, // H * W
}

@group(0) @binding(0) var<storage, read> features: array<f32>;           // [C, H, W]
@group(0) @binding(1) var<storage, read> target_statistics: array<vec2f>;             // [C] (mean, std) of the style
@group(0) @binding(2) var<storage, read_write> statistics: array<vec2f>; // [C] (mean, std)
@group(0) @binding(3) var<storage, read_write> partials: array<f32>;     // [C]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

const LANES = 64u;
const EPSILON = 1e-5; // as in the AdaIN code: keeps sqrt differentiable on flat channels
var<workgroup> lane_sums: array<f32, LANES>;

@compute @workgroup_size(LANES)
fn adain_statistics(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let channel = group.x;
  let start = channel * uniforms.pixel_count;
  var sum = 0.0;
  for (var i = lane; i < uniforms.pixel_count; i += LANES) {
    sum += features[start + i];
  }
  let mean = sum_of_lanes(lane, sum) / f32(uniforms.pixel_count);
  var squares = 0.0;
  for (var i = lane; i < uniforms.pixel_count; i += LANES) {
    let centred = features[start + i] - mean;
    squares += centred * centred;
  }
  let variance = sum_of_lanes(lane, squares) / f32(uniforms.pixel_count);
  if (lane != 0u) { return; }
  let found = vec2f(mean, sqrt(variance + EPSILON));
  let difference = found - target_statistics[channel];
  statistics[channel] = found;
  partials[channel] = dot(difference, difference);
}

fn sum_of_lanes(lane: u32, term: f32) -> f32 {
  workgroupBarrier(); // the array may still be read from the last call
  lane_sums[lane] = term;
  workgroupBarrier();
  var total = 0.0;
  for (var i = 0u; i < LANES; i++) {
    total += lane_sums[i];
  }
  return total;
}
