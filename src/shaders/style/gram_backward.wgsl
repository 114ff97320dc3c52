// Gradient of mean (G - G_style)^2 over the C x C entries: d_F = 4 / (C^2 C H W) (G - G_style) F, as both are
// symmetric. A thread owns one pixel and ROWS channels: residuals are the same for all lanes, features one load each.

struct Uniforms {
  channel_count: u32,
  pixel_count: u32, // H * W
  d_scale: f32,     // 4 * weight / (C * C * C * H * W)
}

@group(0) @binding(0) var<storage, read> features: array<f32>;         // [C, H, W]
@group(0) @binding(1) var<storage, read> residual: array<f32>;         // [C, C], symmetric
@group(0) @binding(2) var<storage, read_write> d_features: array<f32>; // [C, H, W], added to
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

const ROWS = 16u;

@compute @workgroup_size(64)
fn gram_backward(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) group: vec3u) {
  let channels = uniforms.channel_count;
  let pixels = uniforms.pixel_count;
  let pixel = id.x;
  if (pixel >= pixels) { return; }
  let first = group.y * ROWS;
  // Rows past the edge read residuals of a row that exists and are not written.
  let last = channels - min(channels, ROWS);
  let tile = min(first, last);
  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  for (var b = 0u; b < channels; b++) {
    let f = features[b * pixels + pixel];
    let at = b * channels + tile;
    sum0 += f * residuals(at, 0u);
    sum1 += f * residuals(at, 4u);
    sum2 += f * residuals(at, 8u);
    sum3 += f * residuals(at, 12u);
  }
  for (var k = 0u; k < 4u; k++) {
    add(tile + k, first, pixel, sum0[k]);
    add(tile + 4u + k, first, pixel, sum1[k]);
    add(tile + 8u + k, first, pixel, sum2[k]);
    add(tile + 12u + k, first, pixel, sum3[k]);
  }
}

/// Four entries of one residual row; past the end of the buffer WGSL reads something, and `add` drops it.
fn residuals(at: u32, k: u32) -> vec4f {
  let i = at + k;
  return vec4f(residual[i], residual[i + 1u], residual[i + 2u], residual[i + 3u]);
}

/// `first` is the tile's own first row: the last tile is moved back to fit and must not add its overlap twice.
fn add(channel: u32, first: u32, pixel: u32, sum: f32) {
  if (channel < first || channel >= uniforms.channel_count) { return; }
  d_features[channel * uniforms.pixel_count + pixel] += uniforms.d_scale * sum;
}
