// Rays of a run of pixels of one camera, in reading order, for rendering. [R]

struct Uniforms {
  ray_count: u32,
  first_pixel: u32,  // index of the first ray's pixel, row-major
  width: u32,        // pixels of the image rendered
  unbounded: u32,
  near: f32,         // scene units
  far: f32,          // scene units
  view_dependent: u32,
  background: vec3f, // sRGB
}

@group(0) @binding(0) var<storage, read> cameras: array<f32>;              // [1, 32]
@group(0) @binding(1) var<storage, read_write> ray_origin: array<vec4f>;    // [R] xyz, t_near
@group(0) @binding(2) var<storage, read_write> ray_direction: array<vec4f>; // [R] xyz unit, t_far
@group(0) @binding(3) var<storage, read_write> ray_shading: array<vec4f>;   // [R] direction that colours see, 1 = use it
@group(0) @binding(4) var<storage, read_write> ray_background: array<vec4f>; // [R] rgb, cosine to the view axis
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn camera_rays(@builtin(global_invocation_id) id: vec3u) {
  let r = id.x;
  if (r >= uniforms.ray_count) { return; }
  let index = uniforms.first_pixel + r;
  let pixel = vec2f(f32(index % uniforms.width), f32(index / uniforms.width)) + 0.5;
  let ray = pixel_ray(0u, pixel);
  let range = ray_range(ray, uniforms.unbounded, uniforms.near, uniforms.far);
  ray_origin[r] = vec4f(ray.origin, range.x);
  ray_direction[r] = vec4f(ray.direction, range.y);
  ray_shading[r] = vec4f(ray.direction, f32(uniforms.view_dependent));
  // Turns ray length into view-space z: the camera looks down its -z, the third column of camera-to-world.
  let axis = -vec3f(cameras[16], cameras[20], cameras[24]);
  ray_background[r] = vec4f(uniforms.background, dot(ray.direction, axis));
}
