// The image as the network wants it: planar, and (image - mean) / std a channel. Kept apart from the first
// convolution because the network pads with zeros after this step, so folding it in would be wrong at the borders.

struct Uniforms {
  mean: vec3f, // of RGB 0..1
  pixel_count: u32, // H W
  inverse_std: vec3f,
}

@group(0) @binding(0) var<storage, read> image: array<f32>; // [H, W, 3] sRGB 0..1
@group(0) @binding(1) var<storage, read_write> x: array<f32>; // [3, H, W]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn normalise_image(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let pixel = id.y * groups.x * 64u + id.x;
  let count = uniforms.pixel_count;
  if (pixel >= count) {
    return;
  }
  let rgb = vec3f(image[3u * pixel], image[3u * pixel + 1u], image[3u * pixel + 2u]);
  let value = (rgb - uniforms.mean) * uniforms.inverse_std;
  x[pixel] = value.r;
  x[count + pixel] = value.g;
  x[2u * count + pixel] = value.b;
}
