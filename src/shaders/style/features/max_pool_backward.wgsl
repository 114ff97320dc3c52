// Gradient of max_pool and of the ReLU before it: the first of the largest in its window, row by row, takes d_y
// (PyTorch's choice at ties), plus d_feature, all through [relu > 0]. A dropped last row or column gets the
// loss's own gradient alone.

struct Uniforms {
  width: u32, // of the pool's input, pixels
  height: u32, // of the pool's input, pixels
  channel_count: u32,
  added: u32, // 1: plus d_feature
}

@group(0) @binding(0) var<storage, read> d_y: array<f32>; // [C, floor(H/2), floor(W/2)]
@group(0) @binding(1) var<storage, read> relu: array<f32>; // [C, H, W] the pool's input
@group(0) @binding(2) var<storage, read> d_feature: array<f32>; // [C, H, W], read where added
@group(0) @binding(3) var<storage, read_write> d_pre: array<f32>; // [C, H, W]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn max_pool_backward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  let width = uniforms.width;
  let height = uniforms.height;
  if (i >= width * height * uniforms.channel_count) {
    return;
  }
  let column = i % width;
  let row = (i / width) % height;
  let channel = i / (width * height);
  var d = 0.0;
  if (column / 2u < width / 2u && row / 2u < height / 2u) {
    let at_y = (channel * (height / 2u) + row / 2u) * (width / 2u) + column / 2u;
    let corner = i - (row % 2u) * width - column % 2u;
    if (first_largest(corner, corner + width) == i) {
      d = d_y[at_y];
    }
  }
  if (uniforms.added == 1u) {
    d += d_feature[i];
  }
  d_pre[i] = select(0.0, d, relu[i] > 0.0);
}

/** Index of the first of the largest of the 2x2 window with these left ends. */
fn first_largest(top: u32, bottom: u32) -> u32 {
  var best = top;
  if (relu[top + 1u] > relu[best]) {
    best = top + 1u;
  }
  if (relu[bottom] > relu[best]) {
    best = bottom;
  }
  if (relu[bottom + 1u] > relu[best]) {
    best = bottom + 1u;
  }
  return best;
}
