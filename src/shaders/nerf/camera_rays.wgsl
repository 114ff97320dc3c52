// Rays of a run of pixels of one camera, in reading order, for rendering. [R]

struct Uniforms {
  ray_count: u32,
  first_pixel: u32,  // index of the first ray's pixel, row-major
  width: u32,        // pixels of the image rendered
  unbounded: u32,
  near: f32,         // scene units
  far: f32,          // scene units
  background: vec3f, // sRGB
}

@group(0) @binding(0) var<storage, read> cameras: array<Camera>;            // [1]
@group(0) @binding(1) var<storage, read_write> rays: array<Ray>;            // [R]
@group(0) @binding(2) var<storage, read_write> ray_shading: array<RayShading>;   // [R]
@group(0) @binding(3) var<storage, read_write> ray_background: array<RayBackground>; // [R]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn camera_rays(@builtin(global_invocation_id) id: vec3u) {
  let r = id.x;
  if (r >= uniforms.ray_count) { return; }
  let index = uniforms.first_pixel + r;
  let pixel = vec2f(f32(index % uniforms.width), f32(index / uniforms.width)) + 0.5;
  let ray = pixel_ray(0u, pixel);
  rays[r] = clipped(ray, uniforms.unbounded, uniforms.near, uniforms.far);
  ray_shading[r] = RayShading(ray.direction, 1.0);
  ray_background[r] = RayBackground(uniforms.background, dot(ray.direction, view_axis(0u)));
}
