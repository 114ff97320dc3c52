// 2x2 maximum pooling with stride 2; an odd last row or column is dropped, as in PyTorch's floor mode.

struct Uniforms {
  width: u32, // of the input, pixels
  height: u32, // of the input, pixels
  channel_count: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>; // [C, H, W]
@group(0) @binding(1) var<storage, read_write> y: array<f32>; // [C, floor(H/2), floor(W/2)]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn max_pool(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  let out_width = uniforms.width / 2u;
  let out_height = uniforms.height / 2u;
  if (i >= out_width * out_height * uniforms.channel_count) {
    return;
  }
  let column = i % out_width;
  let row = (i / out_width) % out_height;
  let channel = i / (out_width * out_height);
  let at = (channel * uniforms.height + 2u * row) * uniforms.width + 2u * column;
  let below = at + uniforms.width;
  y[i] = max(max(x[at], x[at + 1u]), max(x[below], x[below + 1u]));
}
