// A random point in every `parts`-th cell of the occupancy grid, for its density to be looked up. [cells / parts]

struct Uniforms {
  sample_count: u32,
  resolution: u32,
  parts: u32,        // the grid is renewed in so many turns
  phase: u32,        // whose turn it is, 0 .. parts-1
  seed: u32,
  step: u32,
  stride: u32,
}

@group(0) @binding(0) var<storage, read_write> sample_position: array<f32>; // [3, stride] field coordinates
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn occupancy_sample(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= uniforms.sample_count) { return; }
  let cell = i * uniforms.parts + uniforms.phase;
  let n = uniforms.resolution;
  let corner = vec3u(cell % n, (cell / n) % n, cell / (n * n));
  let jitter = vec3f(
    random_f32(uniforms.seed, uniforms.step, i, 10u),
    random_f32(uniforms.seed, uniforms.step, i, 11u),
    random_f32(uniforms.seed, uniforms.step, i, 12u),
  );
  let q = (vec3f(corner) + jitter) / f32(n);
  sample_position[i] = q.x;
  sample_position[uniforms.stride + i] = q.y;
  sample_position[2u * uniforms.stride + i] = q.z;
}
