// Adds a batch's losses to the running statistics, in a fixed order. One workgroup. [R]

const SUM_SIZE = 256u;

// Sums since the reader cleared them.
struct Statistics {
  huber: f32,
  squared_error: f32,
  rays: f32,
  samples: f32,
}

struct Uniforms {
  ray_count: u32,
}

@group(0) @binding(0) var<storage, read> counters: Counters;
@group(0) @binding(1) var<storage, read> ray_loss: array<vec2f>;           // [R]
@group(0) @binding(2) var<storage, read_write> statistics: Statistics;
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

var<workgroup> partial_loss: array<vec2f, SUM_SIZE>;

@compute @workgroup_size(SUM_SIZE)
fn sum_loss(@builtin(local_invocation_index) lane: u32) {
  var sum = vec2f(0.0);
  for (var r = lane; r < uniforms.ray_count; r += SUM_SIZE) { sum += ray_loss[r]; }
  partial_loss[lane] = sum;
  workgroupBarrier();
  for (var half = SUM_SIZE / 2u; half > 0u; half /= 2u) {
    if (lane < half) { partial_loss[lane] += partial_loss[lane + half]; }
    workgroupBarrier();
  }
  if (lane == 0u) {
    statistics.huber += partial_loss[0].x;
    statistics.squared_error += partial_loss[0].y;
    statistics.rays += f32(counters.rays_kept);
    statistics.samples += f32(counters.samples);
  }
}
