// Gradient of mean (1 - cosine) over 3x3 patches with the matches held fixed. Each feature is in the nine patches
// around it, in each at another offset: d_F = d_scale sum over them of (cosine P / |P|^2 - S_j / |P|).

struct Uniforms {
  height: u32,
  width: u32,
  query_stride: u32, // columns of a row of the queries
  column_count: u32, // J
  d_scale: f32,      // weight / (H W)
}

@group(0) @binding(0) var<storage, read> features: array<f32>;         // [C, H, W]
@group(0) @binding(1) var<storage, read> bank: array<f32>;             // [9 C, J] columns of unit length
@group(0) @binding(2) var<storage, read> match_column: array<u32>;     // [H W]
@group(0) @binding(3) var<storage, read> match_terms: array<vec2f>;    // [H W] (1 / |P|, cosine / |P|^2)
@group(0) @binding(4) var<storage, read_write> d_features: array<f32>; // [C, H, W], added to
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn patch_gradient(@builtin(global_invocation_id) id: vec3u) {
  let pixel = id.x;
  let channel = id.y;
  let size = vec2i(vec2u(uniforms.width, uniforms.height));
  let pixels = uniforms.width * uniforms.height;
  if (pixel >= pixels) { return; }
  let here = vec2i(vec2u(pixel % uniforms.width, pixel / uniforms.width));
  let f = features[channel * pixels + pixel];
  var sum = 0.0;
  for (var k = 0; k < 9; k++) {
    // The patch in which this feature is at offset k.
    let centre = here - vec2i(k % 3 - 1, k / 3 - 1);
    if (any(centre < vec2i(0)) || any(centre >= size)) { continue; }
    let query = u32(centre.y) * uniforms.width + u32(centre.x);
    let terms = match_terms[query];
    let s = bank[(9u * channel + u32(k)) * uniforms.column_count + match_column[query]];
    sum += terms.y * f - terms.x * s;
  }
  d_features[channel * pixels + pixel] += uniforms.d_scale * sum;
}
