// Packs the surviving samples of each ray without gaps, with the transmittance that reaches each. The
// optical depth of those left out joins the next that stays, as length, so that transmittance falls exactly. Chooses as
// count_visible does, in the same words. [R]

struct Uniforms {
  ray_count: u32,
  stride: u32,
  min_weight: f32,   // as in count_visible
  points: u32,       // as in count_visible
}

@group(0) @binding(0) var<storage, read> ray_span: array<Span>;             // [R] of all samples
@group(0) @binding(1) var<storage, read> survivor_span: array<Span>;        // [R] of the survivors
@group(0) @binding(2) var<storage, read> sample_position: array<f32>;        // [3, stride]
@group(0) @binding(3) var<storage, read> sample_t: array<Interval>;             // [stride]
@group(0) @binding(4) var<storage, read> raw_density: array<f32>;            // [stride]
@group(0) @binding(5) var<storage, read_write> survivor_position: array<f32>; // [3, stride]
@group(0) @binding(6) var<storage, read_write> survivor_sample: array<Sample>; // [stride]
@group(0) @binding(7) var<storage, read_write> survivor_index: array<Source>;  // [stride]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn compact(@builtin(global_invocation_id) id: vec3u) {
  let r = id.x;
  if (r >= uniforms.ray_count) { return; }
  let from_span = ray_span[r];
  let to_span = survivor_span[r];
  if (uniforms.points > 0u) {
    var points = surface_points(ray_opacity(from_span), uniforms.points);
    var reached = 1.0;
    var hits = 0u;
    for (var k = 0u; k < from_span.count && hits < to_span.count; k++) {
      let s = from_span.first + k;
      let share = share_of(&points, s);
      if (share > 0.0) {
        let next = max(reached - share, OPAQUE);
        let raw = raw_density[s];
        let i = to_span.first + hits;
        keep(i, s, r, Sample(sample_t[s].t, log(reached / next) / density_of(raw), raw, reached));
        reached = next;
        hits++;
      }
    }
    return;
  }
  var transmittance = 1.0;
  var kept_transmittance = 1.0; // behind the last sample that stays
  var left_out = 0.0; // optical depth
  var kept = 0u;
  for (var k = 0u; k < from_span.count && kept < to_span.count; k++) {
    let s = from_span.first + k;
    let raw = raw_density[s];
    let interval = sample_t[s];
    let density = density_of(raw);
    let next = transmittance * exp(-density * interval.dt);
    if (kept_transmittance - next >= uniforms.min_weight) {
      let i = to_span.first + kept;
      keep(i, s, r, Sample(interval.t, interval.dt + left_out / density, raw, kept_transmittance));
      kept_transmittance = next;
      left_out = 0.0;
      kept++;
    } else {
      left_out += density * interval.dt;
    }
    transmittance = next;
  }
}

fn keep(i: u32, s: u32, r: u32, sample: Sample) {
  survivor_position[i] = sample_position[s];
  survivor_position[uniforms.stride + i] = sample_position[uniforms.stride + s];
  survivor_position[2u * uniforms.stride + i] = sample_position[2u * uniforms.stride + s];
  survivor_sample[i] = sample;
  survivor_index[i] = Source(s, r);
}
