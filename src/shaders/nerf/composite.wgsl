// Composites the samples of each ray front to back over its background (Max 1995; Mildenhall et al. 2020, eq. 3):
// w_i = T_i (1 - exp(-sigma_i dt_i)). Also expected depth as view-space z, and opacity. [R] Where a scene is known to be
// opaque, light that slips through shows what the rest of it met: see behind.wgsl.

struct Uniforms {
  ray_count: u32,
  stride: u32,
  first_pixel: u32,  // where the first ray's pixel lies in the outputs
  far: f32,          // depth where nothing is hit, scene units along the ray
  filled: u32,       // 1: the scene is opaque
  map0: vec4f,       // colour map, see colour_map.wgsl
  map1: vec4f,
  map2: vec4f,
}

@group(0) @binding(0) var<storage, read> survivor_span: array<vec2u>;      // [R]
@group(0) @binding(1) var<storage, read> survivor_sample: array<vec4f>;    // [stride] (middle, length, raw density, light)
@group(0) @binding(2) var<storage, read> rgb: array<f32>;                  // [3, stride]
@group(0) @binding(3) var<storage, read> ray_background: array<vec4f>;     // [R] rgb, cosine to the view axis
@group(0) @binding(4) var<storage, read_write> pixel_rgb: array<f32>;       // [P, 3]
@group(0) @binding(5) var<storage, read_write> pixel_depth: array<f32>;     // [P] view-space z
@group(0) @binding(6) var<storage, read_write> pixel_opacity: array<f32>;   // [P]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn composite(@builtin(global_invocation_id) id: vec3u) {
  let r = id.x;
  if (r >= uniforms.ray_count) { return; }
  let span = survivor_span[r];
  var light = 1.0; // transmittance so far
  var colour = vec3f(0.0);
  var depth = 0.0;
  for (var k = 0u; k < span.y; k++) {
    let i = span.x + k;
    let sample = survivor_sample[i];
    let next = light * exp(-density_of(sample.z) * sample.y);
    let weight = light - next;
    let value = vec3f(rgb[i], rgb[uniforms.stride + i], rgb[2u * uniforms.stride + i]);
    colour += weight * saturate(map_colour(value, uniforms.map0, uniforms.map1, uniforms.map2));
    depth += weight * sample.x;
    light = next;
  }
  let background = ray_background[r];
  colour += light * behind(colour, light, background.rgb, uniforms.filled);
  let opacity = 1.0 - light;
  let p = uniforms.first_pixel + r;
  pixel_rgb[3u * p] = colour.x;
  pixel_rgb[3u * p + 1u] = colour.y;
  pixel_rgb[3u * p + 2u] = colour.z;
  pixel_depth[p] = background.w * select(uniforms.far, depth / opacity, opacity > 0.01);
  pixel_opacity[p] = opacity;
}
