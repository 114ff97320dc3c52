// Mean thickness of the cells in use, in a fixed order. One workgroup. [resolution^3]

const MEAN_SIZE = 256u;

struct Uniforms {
  cell_count: u32,
}

@group(0) @binding(0) var<storage, read> occupancy: array<f32>;            // [resolution^3]
@group(0) @binding(1) var<storage, read_write> mean_thickness: array<f32>;  // [1]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

var<workgroup> partial_mean: array<vec2f, MEAN_SIZE>;

@compute @workgroup_size(MEAN_SIZE)
fn occupancy_mean(@builtin(local_invocation_index) lane: u32) {
  var sum = vec2f(0.0);
  for (var cell = lane; cell < uniforms.cell_count; cell += MEAN_SIZE) {
    let value = occupancy[cell];
    sum += select(vec2f(0.0), vec2f(value, 1.0), value >= 0.0);
  }
  partial_mean[lane] = sum;
  workgroupBarrier();
  for (var half = MEAN_SIZE / 2u; half > 0u; half /= 2u) {
    if (lane < half) { partial_mean[lane] += partial_mean[lane + half]; }
    workgroupBarrier();
  }
  if (lane == 0u) { mean_thickness[0] = partial_mean[0].x / max(partial_mean[0].y, 1.0); }
}
