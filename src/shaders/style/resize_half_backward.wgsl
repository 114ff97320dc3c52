// Gradient of resize_half, gathered: each pixel takes a quarter of its box's gradient, twice over along a side that
// was one pixel and so was read twice.

struct Uniforms {
  height: u32,      // of d_image
  width: u32,       // of d_image
  half_height: u32, // max(1, height / 2)
  half_width: u32,  // max(1, width / 2)
}

@group(0) @binding(0) var<storage, read> d_half: array<f32>;        // [H / 2, W / 2, 3]
@group(0) @binding(1) var<storage, read_write> d_image: array<f32>; // [H, W, 3], added to
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn resize_half_backward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  if (i >= uniforms.height * uniforms.width * 3u) { return; }
  let x = (i / 3u) % uniforms.width / 2u;
  let y = i / 3u / uniforms.width / 2u;
  if (x >= uniforms.half_width || y >= uniforms.half_height) { return; }
  let share = 0.25 * select(1.0, 2.0, uniforms.width == 1u) * select(1.0, 2.0, uniforms.height == 1u);
  d_image[i] += share * d_half[(y * uniforms.half_width + x) * 3u + i % 3u];
}
