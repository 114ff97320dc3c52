// Tints the regions in a packed view: each pixel's point is found by its depth, and takes the tints by the weights there,
// hatched so that what is under them stays readable. [H, P]

struct Uniforms {
  width: u32,
  height: u32,
  pitch: u32,        // texels from one packed row to the next
  resolution: u32,   // cells a side of the region volume
  unbounded: u32,
  hatch: f32,        // width of a stripe, pixels
  tint0: vec4f,      // of region 1: sRGB, and how much of it shows
  tint1: vec4f,
  tint2: vec4f,
  tint3: vec4f,
}

@group(0) @binding(0) var<storage, read> cameras: array<Camera>;            // [1]
@group(0) @binding(1) var<storage, read> depth: array<f32>;                // [H, W] view z, scene units
@group(0) @binding(2) var<storage, read> opacity: array<f32>;              // [H, W]
@group(0) @binding(3) var<storage, read> region_weights: array<u32>;       // [resolution^3]
@group(0) @binding(4) var<storage, read_write> packed_rgba: array<u32>;    // [H, P] rgba8unorm
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(8, 8)
fn region_tint(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= uniforms.width || id.y >= uniforms.height) { return; }
  let pixel = id.y * uniforms.width + id.x;
  if (opacity[pixel] < 0.5) { return; }
  let ray = pixel_ray(0u, vec2f(id.xy) + 0.5);
  let point = ray.origin + ray.direction * (depth[pixel] / dot(ray.direction, view_axis(0u)));
  let weights = weights_at(field_from_scene(point, uniforms.unbounded));
  let shares = weights * vec4f(uniforms.tint0.a, uniforms.tint1.a, uniforms.tint2.a, uniforms.tint3.a);
  let total = dot(shares, vec4f(1.0));
  if (total <= 0.0) { return; }
  let tint = (shares.x * uniforms.tint0.rgb + shares.y * uniforms.tint1.rgb + shares.z * uniforms.tint2.rgb
    + shares.w * uniforms.tint3.rgb) / total;
  let stripe = fract((f32(id.x) + f32(id.y)) / (2.0 * uniforms.hatch)) < 0.5;
  let at = id.y * uniforms.pitch + id.x;
  let colour = unpack4x8unorm(packed_rgba[at]).rgb;
  packed_rgba[at] = pack4x8unorm(vec4f(mix(colour, tint, total * select(0.55, 1.0, stripe)), 1.0));
}
