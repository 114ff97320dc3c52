// Packs the surviving samples of each ray without gaps, with the light (transmittance) that reaches each. The optical
// depth of those left out joins the next that stays, as length, so that light is lost exactly. Chooses as transmittance
// does, in the same words. [R]

struct Uniforms {
  ray_count: u32,
  stride: u32,
  min_weight: f32,   // as in transmittance
}

@group(0) @binding(0) var<storage, read> ray_span: array<vec2u>;             // [R] of all samples
@group(0) @binding(1) var<storage, read> survivor_span: array<vec2u>;        // [R] of the survivors
@group(0) @binding(2) var<storage, read> sample_position: array<f32>;        // [3, stride]
@group(0) @binding(3) var<storage, read> sample_t: array<vec2f>;             // [stride] (middle, length)
@group(0) @binding(4) var<storage, read> raw_density: array<f32>;            // [stride]
@group(0) @binding(5) var<storage, read_write> survivor_position: array<f32>; // [3, stride]
@group(0) @binding(6) var<storage, read_write> survivor_sample: array<vec4f>; // [stride] (middle, length, raw density, light)
@group(0) @binding(7) var<storage, read_write> survivor_index: array<vec2u>;  // [stride] (sample, ray)
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn compact(@builtin(global_invocation_id) id: vec3u) {
  let r = id.x;
  if (r >= uniforms.ray_count) { return; }
  let from_span = ray_span[r];
  let to_span = survivor_span[r];
  var light = 1.0;
  var behind = 1.0; // light behind the last sample that stays
  var left_out = 0.0; // optical depth
  var kept = 0u;
  for (var k = 0u; k < from_span.y && kept < to_span.y; k++) {
    let s = from_span.x + k;
    let raw = raw_density[s];
    let t = sample_t[s];
    let density = density_of(raw);
    let next = light * exp(-density * t.y);
    if (behind - next >= uniforms.min_weight) {
      let i = to_span.x + kept;
      survivor_position[i] = sample_position[s];
      survivor_position[uniforms.stride + i] = sample_position[uniforms.stride + s];
      survivor_position[2u * uniforms.stride + i] = sample_position[2u * uniforms.stride + s];
      survivor_sample[i] = vec4f(t.x, t.y + left_out / density, raw, behind);
      survivor_index[i] = vec2u(s, r);
      behind = next;
      left_out = 0.0;
      kept++;
    } else {
      left_out += density * t.y;
    }
    light = next;
  }
}
