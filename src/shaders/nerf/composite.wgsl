// Composites the samples of each ray front to back over its background (Max 1995; Mildenhall et al. 2020, eq. 3):
// w_i = T_i (1 - exp(-sigma_i dt_i)). Also expected depth as view-space z, and opacity. [R] Where a scene is known to be
// opaque, residual transmittance shows what the ray accumulated: see fill_background.wgsl.

struct Uniforms {
  ray_count: u32,
  stride: u32,
  first_pixel: u32,  // where the first ray's pixel lies in the outputs
  far: f32,          // depth where nothing is hit, scene units along the ray
  opaque: u32,       // 1: the scene is
  colour_map: ColourMap,
}

@group(0) @binding(0) var<storage, read> survivor_span: array<Span>;      // [R]
@group(0) @binding(1) var<storage, read> survivor_sample: array<Sample>;    // [stride]
@group(0) @binding(2) var<storage, read> rgb: array<f32>;                  // [3, stride]
@group(0) @binding(3) var<storage, read> ray_background: array<RayBackground>;     // [R]
@group(0) @binding(4) var<storage, read_write> pixel_rgb: array<f32>;       // [P, 3]
@group(0) @binding(5) var<storage, read_write> pixel_depth: array<f32>;     // [P] view-space z
@group(0) @binding(6) var<storage, read_write> pixel_opacity: array<f32>;   // [P]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn composite(@builtin(global_invocation_id) id: vec3u) {
  let r = id.x;
  if (r >= uniforms.ray_count) { return; }
  let span = survivor_span[r];
  var transmittance = 1.0;
  var accumulated = vec3f(0.0);
  var depth = 0.0;
  for (var k = 0u; k < span.count; k++) {
    let i = span.first + k;
    let sample = survivor_sample[i];
    let next = transmittance * exp(-density_of(sample.raw_density) * sample.dt);
    let weight = transmittance - next;
    let value = vec3f(rgb[i], rgb[uniforms.stride + i], rgb[2u * uniforms.stride + i]);
    accumulated += weight * saturate(map_colour(value, uniforms.colour_map));
    depth += weight * sample.t;
    transmittance = next;
  }
  let background = ray_background[r];
  accumulated += transmittance * fill_residual(accumulated, transmittance, background.colour, uniforms.opaque);
  let opacity = 1.0 - transmittance;
  let p = uniforms.first_pixel + r;
  pixel_rgb[3u * p] = accumulated.x;
  pixel_rgb[3u * p + 1u] = accumulated.y;
  pixel_rgb[3u * p + 2u] = accumulated.z;
  pixel_depth[p] = background.cosine * select(uniforms.far, depth / opacity, opacity > 0.01);
  pixel_opacity[p] = opacity;
}
