// The topmost ReLU, where nothing comes from above: d_pre = d_feature [relu > 0]. All others are fused into
// winograd_output_gradient and the pools' gradients. At relu = 0 the gradient is 0, as in PyTorch.

struct Uniforms {
  count: u32, // C H W
}

@group(0) @binding(0) var<storage, read> relu: array<f32>; // [C, H, W]
@group(0) @binding(1) var<storage, read> d_feature: array<f32>; // [C, H, W]
@group(0) @binding(2) var<storage, read_write> d_pre: array<f32>; // [C, H, W]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn relu_backward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  if (i >= uniforms.count) {
    return;
  }
  d_pre[i] = select(0.0, d_feature[i], relu[i] > 0.0);
}
