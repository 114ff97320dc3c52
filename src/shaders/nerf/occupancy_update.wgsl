// Running maximum of the optical thickness of a march step in each cell: decays, so that emptied cells clear, and
// jumps up at once, so that new matter is seen. Same cells as occupancy_sample. [cells / parts]

struct Uniforms {
  sample_count: u32,
  resolution: u32,
  parts: u32,
  phase: u32,
  unbounded: u32,
  cone: f32,
  step_min: f32,
  decay: f32,
}

@group(0) @binding(0) var<storage, read> raw_density: array<f32>;          // [stride]
@group(0) @binding(1) var<storage, read_write> occupancy: array<f32>;       // [resolution^3] density x step
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn occupancy_update(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= uniforms.sample_count) { return; }
  let cell = i * uniforms.parts + uniforms.phase;
  // Negative: a cell that no camera sees, off for ever.
  if (occupancy[cell] < 0.0) { return; }
  let n = uniforms.resolution;
  let q = (vec3f(vec3u(cell % n, (cell / n) % n, cell / (n * n))) + 0.5) / f32(n);
  let p = scene_from_field(q, uniforms.unbounded);
  let thickness = density_of(raw_density[i]) * march_step(length(p), uniforms.cone, uniforms.step_min);
  occupancy[cell] = max(occupancy[cell] * uniforms.decay, thickness);
}
