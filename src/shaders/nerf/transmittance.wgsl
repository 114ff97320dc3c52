// Counts the samples of each ray that light still reaches: the rest are never coloured nor trained. [R]

const STOP = 1e-4; // transmittance at which a ray ends

struct Uniforms {
  ray_count: u32,
}

@group(0) @binding(0) var<storage, read> ray_span: array<vec2u>;           // [R] first sample, sample count
@group(0) @binding(1) var<storage, read> sample_t: array<vec2f>;           // [stride] (middle, length)
@group(0) @binding(2) var<storage, read> raw_density: array<f32>;          // [stride]
@group(0) @binding(3) var<storage, read_write> survivor_count: array<u32>;  // [R]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn transmittance(@builtin(global_invocation_id) id: vec3u) {
  let r = id.x;
  if (r >= uniforms.ray_count) { return; }
  let span = ray_span[r];
  var depth = 0.0; // optical
  var count = 0u;
  while (count < span.y && depth < -log(STOP)) {
    let s = span.x + count;
    depth += density_of(raw_density[s]) * sample_t[s].y;
    count++;
  }
  survivor_count[r] = count;
}
