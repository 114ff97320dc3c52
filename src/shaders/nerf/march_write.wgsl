// Walks each kept ray again and writes its samples in place. Same walk as march_count. [R]

struct Uniforms {
  ray_count: u32,
  resolution: u32,
  unbounded: u32,
  sample_limit: u32,
  step_limit: u32,   // steps a ray, at most: more than any takes (space.ts)
  cone: f32,
  step_min: f32,
  stride: u32,       // samples that the buffers hold
}

@group(0) @binding(0) var<storage, read> rays: array<Ray>;                 // [R]
@group(0) @binding(1) var<storage, read> occupancy_bits: array<u32>;       // [resolution^3 / 32]
@group(0) @binding(2) var<storage, read> ray_span: array<Span>;           // [R]
@group(0) @binding(3) var<storage, read_write> sample_position: array<f32>; // [3, stride] field coordinates
@group(0) @binding(4) var<storage, read_write> sample_t: array<Interval>;      // [stride]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn march_write(@builtin(global_invocation_id) id: vec3u) {
  let r = id.x;
  if (r >= uniforms.ray_count) { return; }
  let span = ray_span[r];
  let ray = rays[r];
  var t = ray.t_near;
  var count = 0u;
  for (var step = 0u; step < uniforms.step_limit && t < ray.t_far && count < span.count; step++) {
    let dt = march_step(t, uniforms.cone, uniforms.step_min);
    let middle = t + 0.5 * dt;
    let q = field_from_scene(ray.origin + middle * ray.direction, uniforms.unbounded);
    if (occupied(q, uniforms.resolution)) {
      let s = span.first + count;
      sample_position[s] = q.x;
      sample_position[uniforms.stride + s] = q.y;
      sample_position[2u * uniforms.stride + s] = q.z;
      sample_t[s] = Interval(middle, dt);
      count++;
    }
    t += dt;
  }
}
