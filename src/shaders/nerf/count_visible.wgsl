// Counts the samples of each ray that are visible, that is where transmittance is left: the rest are never coloured nor trained. Rendering also
// leaves out samples until together they weigh `min_weight`; compact adds their matter to the one that stays, so that
// a ray loses less than one min_weight, however thin its fog. [R]

const STOP = 1e-4; // transmittance at which a ray ends

struct Uniforms {
  ray_count: u32,
  min_weight: f32,   // 0 keeps all
  points: u32,       // 0 keeps samples by weight; else see surface_points.wgsl
}

@group(0) @binding(0) var<storage, read> ray_span: array<Span>;           // [R]
@group(0) @binding(1) var<storage, read> sample_t: array<Interval>;           // [stride]
@group(0) @binding(2) var<storage, read> raw_density: array<f32>;          // [stride]
@group(0) @binding(3) var<storage, read_write> survivor_count: array<u32>;  // [R]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn count_visible(@builtin(global_invocation_id) id: vec3u) {
  let r = id.x;
  if (r >= uniforms.ray_count) { return; }
  let span = ray_span[r];
  if (uniforms.points > 0u) {
    var points = surface_points(ray_opacity(span), uniforms.points);
    var hits = 0u;
    for (var k = 0u; k < span.count && points.next < points.count; k++) {
      if (share_of(&points, span.first + k) > 0.0) { hits++; }
    }
    survivor_count[r] = hits;
    return;
  }
  var transmittance = 1.0;
  var kept_transmittance = 1.0; // behind the last sample that stays
  var count = 0u;
  for (var k = 0u; k < span.count && transmittance > STOP; k++) {
    let s = span.first + k;
    let next = transmittance * exp(-density_of(raw_density[s]) * sample_t[s].dt);
    if (kept_transmittance - next >= uniforms.min_weight) {
      kept_transmittance = next;
      count++;
    }
    transmittance = next;
  }
  survivor_count[r] = count;
}
