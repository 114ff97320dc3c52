// Counts the samples of each ray that light still reaches: the rest are never coloured nor trained. Rendering also
// leaves out samples until together they weigh `min_weight`; compact adds their matter to the one that stays, so that
// a ray loses less than one min_weight, however thin its fog. [R]

const STOP = 1e-4; // transmittance at which a ray ends

struct Uniforms {
  ray_count: u32,
  min_weight: f32,   // 0 keeps all
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
  var light = 1.0;
  var behind = 1.0; // light behind the last sample that stays
  var count = 0u;
  for (var k = 0u; k < span.y && light > STOP; k++) {
    let s = span.x + k;
    let next = light * exp(-density_of(raw_density[s]) * sample_t[s].y);
    if (behind - next >= uniforms.min_weight) {
      behind = next;
      count++;
    }
    light = next;
  }
  survivor_count[r] = count;
}
