// A view of a baked field: every pixel walks the very steps of the marched field (march_write), but leaps over empty
// cells and reads colour and density with one filtered fetch. Outputs as composite's. [H, W]

const STOP = 1e-3; // transmittance at which a ray ends: a quarter of one level of 8 bits

struct Uniforms {
  width: u32,
  first_row: u32,    // of the view, where the outputs begin
  row_count: u32,
  resolution: u32,   // of the occupancy grid
  voxels: u32,       // a side of a brick
  unbounded: u32,
  near: f32,         // scene units
  far: f32,          // scene units; also the depth where nothing is hit
  step_limit: u32,   // steps a ray, at most: more than any takes (space.ts)
  cone: f32,
  step_min: f32,     // scene units
  density_floor: f32, // see density_code.wgsl
  density_range: f32,
  opaque: u32,       // 1: the scene is, see fill_background.wgsl
  texel: vec3f,      // 1 / texels of the atlas
  background: vec3f, // sRGB
}

@group(0) @binding(0) var<storage, read> cameras: array<Camera>;            // [1]
@group(0) @binding(1) var<storage, read> brick_index: array<u32>;          // [resolution^3], see bricks.wgsl
@group(0) @binding(2) var<storage, read_write> pixel_rgb: array<f32>;       // [H, W, 3] sRGB
@group(0) @binding(3) var<storage, read_write> pixel_depth: array<f32>;     // [H, W] view-space z
@group(0) @binding(4) var<storage, read_write> pixel_opacity: array<f32>;   // [H, W]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;
@group(2) @binding(0) var brick_atlas: texture_3d<f32>;                    // rgb sRGB, a coded density
@group(2) @binding(1) var brick_sampler: sampler;

@compute @workgroup_size(8, 8)
fn baked_view(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= uniforms.width || id.y >= uniforms.row_count) { return; }
  let pixel = vec2f(vec2u(id.x, uniforms.first_row + id.y)) + 0.5;
  let ray = clipped(pixel_ray(0u, pixel), uniforms.unbounded, uniforms.near, uniforms.far);
  var t = ray.t_near;
  var transmittance = 1.0;
  var accumulated = vec3f(0.0);
  var depth = 0.0;
  for (var step = 0u; step < uniforms.step_limit && t < ray.t_far && transmittance > STOP; step++) {
    let dt = march_step(t, uniforms.cone, uniforms.step_min);
    let middle = t + 0.5 * dt;
    let q = field_from_scene(ray.origin + middle * ray.direction, uniforms.unbounded);
    let entry = brick_entry(q, uniforms.resolution);
    if ((entry & BRICK) == 0u) {
      t = step_beyond(t, empty_until(ray, middle, q, entry));
      continue;
    }
    let value = sample_brick(entry, q, uniforms.resolution, uniforms.voxels, uniforms.texel);
    let density = density_of_code(value.a, uniforms.density_floor, uniforms.density_range);
    let next = transmittance * exp(-density * dt);
    let weight = transmittance - next;
    accumulated += weight * value.rgb;
    depth += weight * middle;
    transmittance = next;
    t += dt;
  }
  let opacity = 1.0 - transmittance;
  accumulated += transmittance * fill_residual(accumulated, transmittance, uniforms.background, uniforms.opaque);
  let p = id.y * uniforms.width + id.x;
  pixel_rgb[3u * p] = accumulated.x;
  pixel_rgb[3u * p + 1u] = accumulated.y;
  pixel_rgb[3u * p + 2u] = accumulated.z;
  pixel_depth[p] = dot(ray.direction, view_axis(0u)) * select(uniforms.far, depth / opacity, opacity > 0.01);
  pixel_opacity[p] = opacity;
}

// Where the ray, at distance t and field coordinates q in an empty cell of entry d, may meet a brick at the earliest.
fn empty_until(ray: Ray, t: f32, q: vec3f, entry: u32) -> f32 {
  let size = 1.0 / f32(uniforms.resolution);
  let cell = floor(q * f32(uniforms.resolution));
  let low = (cell - f32(entry - 1u)) * size;
  let high = (cell + f32(entry)) * size;
  if (uniforms.unbounded == 0u) {
    // Field coordinates go straight, at half the speed: leave the empty box through its nearest far side.
    let velocity = 0.5 * ray.direction;
    let exits = (select(low, high, velocity > vec3f(0.0)) - q) / select(velocity, vec3f(1e-9), abs(velocity) < vec3f(1e-9));
    return t + min(exits.x, min(exits.y, exits.z));
  }
  // Contracted, they bend. In the maximum norm field coordinates move by at most a quarter of contraction_slope for each
  // scene unit; leaps end half way to the origin, so that the slope there bounds that of all points passed.
  let room = min(q - low, high - q);
  let p = abs(ray.origin + t * ray.direction);
  let norm = max(p.x, max(p.y, p.z));
  let speed = max(abs(ray.direction.x), max(abs(ray.direction.y), abs(ray.direction.z)));
  let free = 4.0 * min(room.x, min(room.y, room.z)) / contraction_slope(0.5 * norm);
  return t + min(free, max(0.5 * norm, 1.5)) / speed;
}

// Largest row sum of the contraction's Jacobian at a maximum norm of r or more: (4 r - 3) / r^2, falling beyond 1.5.
fn contraction_slope(r: f32) -> f32 {
  let s = max(r, 1.5);
  return (4.0 * s - 3.0) / (s * s);
}

// The first step of the walk, behind the one at t, whose middle lies at `until` or beyond; not past the change from
// constant to growing steps.
fn step_beyond(t: f32, until: f32) -> f32 {
  let dt = march_step(t, uniforms.cone, uniforms.step_min);
  if (t * uniforms.cone >= uniforms.step_min) {
    let growth = 1.0 + uniforms.cone;
    let steps = ceil(log(until / (t + 0.5 * dt)) / log(growth));
    return t * pow(growth, max(steps, 1.0));
  }
  let change = select(until, min(until, uniforms.step_min / uniforms.cone), uniforms.cone > 0.0);
  return t + dt * max(ceil((change - t) / dt - 0.5), 1.0);
}
