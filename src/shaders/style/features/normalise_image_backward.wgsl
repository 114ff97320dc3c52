// Gradient of normalise_image: d_x / std, ADDED to d_image, which other losses on the image share.

struct Uniforms {
  inverse_std: vec3f,
  pixel_count: u32, // H W
}

@group(0) @binding(0) var<storage, read> d_x: array<f32>; // [3, H, W]
@group(0) @binding(1) var<storage, read_write> d_image: array<f32>; // [H, W, 3]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn normalise_image_backward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let pixel = id.y * groups.x * 64u + id.x;
  let count = uniforms.pixel_count;
  if (pixel >= count) {
    return;
  }
  let d = vec3f(d_x[pixel], d_x[count + pixel], d_x[2u * count + pixel]) * uniforms.inverse_std;
  d_image[3u * pixel] += d.r;
  d_image[3u * pixel + 1u] += d.g;
  d_image[3u * pixel + 2u] += d.b;
}
