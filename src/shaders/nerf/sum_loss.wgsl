// Adds a batch's losses to the running statistics, in a fixed order. One workgroup. [R]

const SUM_SIZE = 256u;

struct Uniforms {
  ray_count: u32,
}

@group(0) @binding(0) var<storage, read> counters: array<u32>;             // [20] 0: samples, 1: rays kept
@group(0) @binding(1) var<storage, read> ray_loss: array<vec2f>;           // [R]
// [4]: sum of Huber, sum of squared error, rays, samples; the reader clears them
@group(0) @binding(2) var<storage, read_write> statistics: array<f32>;
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
    statistics[0] += partial_loss[0].x;
    statistics[1] += partial_loss[0].y;
    statistics[2] += f32(counters[1]);
    statistics[3] += f32(counters[0]);
  }
}
