// Counts the occupied steps of each ray, so that samples can be packed without gaps and in ray order:
// the order, and with it every sum, is the same in every run. [R]

struct Uniforms {
  ray_count: u32,
  resolution: u32,   // of the occupancy grid
  unbounded: u32,
  sample_limit: u32, // samples a ray, at most
  step_limit: u32,   // steps a ray, at most: more than any takes (space.ts)
  cone: f32,
  step_min: f32,     // scene units
}

@group(0) @binding(0) var<storage, read> rays: array<Ray>;                 // [R]
@group(0) @binding(1) var<storage, read> occupancy_bits: array<u32>;       // [resolution^3 / 32]
@group(0) @binding(2) var<storage, read_write> ray_sample_count: array<u32>; // [R]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn march_count(@builtin(global_invocation_id) id: vec3u) {
  let r = id.x;
  if (r >= uniforms.ray_count) { return; }
  let ray = rays[r];
  var t = ray.t_near;
  var count = 0u;
  for (var step = 0u; step < uniforms.step_limit && t < ray.t_far && count < uniforms.sample_limit; step++) {
    let dt = march_step(t, uniforms.cone, uniforms.step_min);
    let q = field_from_scene(ray.origin + (t + 0.5 * dt) * ray.direction, uniforms.unbounded);
    if (occupied(q, uniforms.resolution)) { count++; }
    t += dt;
  }
  ray_sample_count[r] = count;
}
