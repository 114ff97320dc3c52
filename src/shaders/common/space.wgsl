// Scene units to field coordinates. Bounded scenes: the box [-1, 1]^3 maps to [0, 1]^3. Unbounded scenes:
// the box takes the middle half, and all beyond it is contracted into the rest (mip-NeRF 360, eq. 10, with the
// maximum norm so that the contracted space fills a cube).

fn field_from_scene(p: vec3f, unbounded: u32) -> vec3f {
  if (unbounded == 0u) { return p * 0.5 + 0.5; }
  let norm = max(max(abs(p.x), abs(p.y)), abs(p.z));
  let factor = select(1.0, (2.0 - 1.0 / max(norm, 1.0)) / max(norm, 1.0), norm > 1.0);
  return p * (factor * 0.25) + 0.5;
}

// Inverse of field_from_scene; the outermost shell is clamped to a finite distance.
fn scene_from_field(q: vec3f, unbounded: u32) -> vec3f {
  if (unbounded == 0u) { return q * 2.0 - 1.0; }
  let c = q * 4.0 - 2.0;
  let norm = max(max(abs(c.x), abs(c.y)), abs(c.z));
  let factor = select(1.0, 1.0 / (max(2.0 - norm, 0.02) * max(norm, 1.0)), norm > 1.0);
  return c * factor;
}

// Length of a march step at distance t from the camera: constant near by, growing with the pixel's footprint.
fn march_step(t: f32, cone: f32, step_min: f32) -> f32 {
  return max(t * cone, step_min);
}

// Cell of the occupancy grid that holds field coordinates q, or 0xffffffff outside the cube.
fn occupancy_cell(q: vec3f, resolution: u32) -> u32 {
  if (any(q < vec3f(0.0)) || any(q >= vec3f(1.0))) { return 0xffffffffu; }
  let cell = vec3u(q * f32(resolution));
  return cell.x + resolution * (cell.y + resolution * cell.z);
}
