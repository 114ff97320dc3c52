// Halves a picture with a 2x2 box, which is bilinear x0.5 with pixel centres at +0.5 (ARF feeds its network so). The
// last row or column of an odd size falls away; a side of one pixel stays as it is.

struct Uniforms {
  height: u32,      // of image
  width: u32,       // of image
  half_height: u32, // max(1, height / 2)
  half_width: u32,  // max(1, width / 2)
}

@group(0) @binding(0) var<storage, read> image: array<f32>;       // [H, W, 3]
@group(0) @binding(1) var<storage, read_write> half: array<f32>;  // [H / 2, W / 2, 3]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn resize_half(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  if (i >= uniforms.half_height * uniforms.half_width * 3u) { return; }
  let channel = i % 3u;
  let x = (i / 3u) % uniforms.half_width * 2u;
  let y = i / 3u / uniforms.half_width * 2u;
  let right = min(x + 1u, uniforms.width - 1u);
  let below = min(y + 1u, uniforms.height - 1u);
  half[i] = 0.25 * (
    image[(y * uniforms.width + x) * 3u + channel] + image[(y * uniforms.width + right) * 3u + channel]
    + image[(below * uniforms.width + x) * 3u + channel] + image[(below * uniforms.width + right) * 3u + channel]
  );
}
