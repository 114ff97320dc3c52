// Applies a colour transfer to a picture in place: x' = clamp(M x + b, 0, 1), sRGB-encoded. The matrices come from
// src/style/colour-transfer.ts.

struct Uniforms {
  matrix: mat3x3f,  // M, column by column
  offset: vec3f,    // b
  pixel_count: u32, // H * W
}

@group(0) @binding(0) var<storage, read_write> image: array<f32>; // [H, W, 3]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn colour_transfer(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let pixel = id.y * groups.x * 64u + id.x;
  if (pixel >= uniforms.pixel_count) { return; }
  let at = pixel * 3u;
  let moved = uniforms.matrix * vec3f(image[at], image[at + 1u], image[at + 2u]) + uniforms.offset;
  let shown = clamp(moved, vec3f(0.0), vec3f(1.0));
  image[at] = shown.r;
  image[at + 1u] = shown.g;
  image[at + 2u] = shown.b;
}
