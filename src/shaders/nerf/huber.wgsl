// Photometric loss of a batch of rays and its gradient: Huber, delta 0.1, summed over channels and rays (Adam does
// not see the scale of a loss, and a sum keeps the fixed-point gradients large). Dropped rays count for nothing. [R]

const DELTA = 0.1; // sRGB

struct Uniforms {
  ray_count: u32,
}

@group(0) @binding(0) var<storage, read> counters: Counters;
@group(0) @binding(1) var<storage, read> pixel_rgb: array<f32>;            // [R, 3]
@group(0) @binding(2) var<storage, read> ray_target: array<vec4f>;         // [R] rgb
@group(0) @binding(3) var<storage, read_write> d_pixel_rgb: array<f32>;     // [R, 3]
@group(0) @binding(4) var<storage, read_write> ray_loss: array<vec2f>;      // [R] (Huber, squared error), channel means
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn huber(@builtin(global_invocation_id) id: vec3u) {
  let r = id.x;
  if (r >= uniforms.ray_count) { return; }
  let kept = r < counters.rays_kept;
  let error = vec3f(pixel_rgb[3u * r], pixel_rgb[3u * r + 1u], pixel_rgb[3u * r + 2u]) - ray_target[r].rgb;
  let size = abs(error);
  let loss = select(DELTA * (size - 0.5 * DELTA), 0.5 * error * error, size <= vec3f(DELTA));
  let d = select(vec3f(0.0), clamp(error, vec3f(-DELTA), vec3f(DELTA)), kept);
  d_pixel_rgb[3u * r] = d.x;
  d_pixel_rgb[3u * r + 1u] = d.y;
  d_pixel_rgb[3u * r + 2u] = d.z;
  ray_loss[r] = select(vec2f(0.0), vec2f(dot(loss, vec3f(1.0 / 3.0)), dot(error, error) / 3.0), kept);
}
