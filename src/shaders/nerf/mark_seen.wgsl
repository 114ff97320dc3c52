// Notes, for each cell of the occupancy grid, the last training step in which light reached a sample in it: what lies
// behind surfaces is dense but never seen, and marching through it is wasted. [S']

const SEEN = 0.02; // less transmittance than this does not count as seeing

struct Uniforms {
  stride: u32,
  resolution: u32,
  step: u32,
}

@group(0) @binding(0) var<storage, read> counters: Counters;             // of the survivors
@group(0) @binding(1) var<storage, read> survivor_position: array<f32>;    // [3, stride] field coordinates
@group(0) @binding(2) var<storage, read> survivor_sample: array<Sample>;    // [stride]
@group(0) @binding(3) var<storage, read_write> last_seen: array<atomic<u32>>; // [resolution^3] steps
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn mark_seen(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= counters.samples || survivor_sample[i].transmittance < SEEN) { return; }
  let q = vec3f(survivor_position[i], survivor_position[uniforms.stride + i], survivor_position[2u * uniforms.stride + i]);
  let cell = occupancy_cell(q, uniforms.resolution);
  if (cell != 0xffffffffu) { atomicMax(&last_seen[cell], uniforms.step); }
}
