// Sends the gradient of a grey picture back to the coloured one, along (1, 1, 1): a step then moves luminance and
// leaves chroma as it was. (The plain chain rule would give (.299, .587, .114) and tint the picture green.) Adds the
// gradient of the chroma anchor, anchor * mean (chroma - chroma_photograph)^2, chroma = colour - luminance, taken at fixed
// luminance: it pulls each colour back to the photograph's chroma where the optimiser strays.

struct Uniforms {
  pixel_count: u32, // H * W
  d_anchor: f32,    // 2 * anchor / (3 * H * W)
}

@group(0) @binding(0) var<storage, read> image: array<f32>;         // [H, W, 3], sRGB
@group(0) @binding(1) var<storage, read> photograph: array<f32>;          // [H, W, 3], the photograph
@group(0) @binding(2) var<storage, read> d_grey: array<f32>;        // [H, W, 3]
@group(0) @binding(3) var<storage, read_write> d_image: array<f32>; // [H, W, 3], added to
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

const LUMA = vec3f(0.299, 0.587, 0.114); // Rec. 601, of encoded colours

@compute @workgroup_size(64)
fn colour_luminance_backward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let pixel = id.y * groups.x * 64u + id.x;
  if (pixel >= uniforms.pixel_count) { return; }
  let at = pixel * 3u;
  let difference = vec3f(image[at] - photograph[at], image[at + 1u] - photograph[at + 1u], image[at + 2u] - photograph[at + 2u]);
  let strayed = difference - dot(LUMA, difference);
  // Each of the three equal grey values moves with luminance; a third each keeps the length of the gradient.
  let d_luminance = (d_grey[at] + d_grey[at + 1u] + d_grey[at + 2u]) / 3.0;
  let d = vec3f(d_luminance) + uniforms.d_anchor * strayed;
  d_image[at] += d.r;
  d_image[at + 1u] += d.g;
  d_image[at + 2u] += d.b;
}
