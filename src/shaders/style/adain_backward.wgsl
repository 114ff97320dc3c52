// Gradient of the mean-and-deviation loss: d mean / dF = 1 / N and d std / dF = (F - mean) / (N std), N = H W.

struct Uniforms {
  channel_count: u32,
  pixel_count: u32, // H * W
  d_scale: f32,     // 2 * weight / (C * H * W)
}

@group(0) @binding(0) var<storage, read> features: array<f32>;         // [C, H, W]
@group(0) @binding(1) var<storage, read> target_statistics: array<vec2f>;           // [C] (mean, std) of the style
@group(0) @binding(2) var<storage, read> statistics: array<vec2f>;     // [C] (mean, std)
@group(0) @binding(3) var<storage, read_write> d_features: array<f32>; // [C, H, W], added to
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn adain_backward(@builtin(global_invocation_id) id: vec3u) {
  let channel = id.y;
  if (id.x >= uniforms.pixel_count) { return; }
  let i = channel * uniforms.pixel_count + id.x;
  let found = statistics[channel];
  let difference = found - target_statistics[channel];
  let by_std = difference.y * (features[i] - found.x) / found.y;
  d_features[i] += uniforms.d_scale * (difference.x + by_std);
}
