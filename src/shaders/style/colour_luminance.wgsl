// The picture's luminance as a grey picture, for painting that keeps the scene's own colours: the style losses see
// only this (Gatys et al. 2016, "Preserving color in neural artistic style transfer", luminance-only transfer).

struct Uniforms {
  pixel_count: u32, // H * W
}

@group(0) @binding(0) var<storage, read> image: array<f32>;       // [H, W, 3], sRGB
@group(0) @binding(1) var<storage, read_write> grey: array<f32>;  // [H, W, 3], all three equal
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

const LUMA = vec3f(0.299, 0.587, 0.114); // Rec. 601, of encoded colours

@compute @workgroup_size(64)
fn colour_luminance(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let pixel = id.y * groups.x * 64u + id.x;
  if (pixel >= uniforms.pixel_count) { return; }
  let at = pixel * 3u;
  let luminance = dot(LUMA, vec3f(image[at], image[at + 1u], image[at + 2u]));
  grey[at] = luminance;
  grey[at + 1u] = luminance;
  grey[at + 2u] = luminance;
}
