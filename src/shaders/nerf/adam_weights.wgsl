// Adam on MLP weights; l2 joins the gradient, as in tiny-cuda-nn. Clears the gradient. [N]

struct Uniforms {
  weight_count: u32,
  learning_rate: f32,
  gradient_scale: f32,
  step: u32,           // of this parameter set, from 1
  l2: f32,
}

struct Moments {
  first: f32,
  second: f32,
}

const BETA1 = 0.9;
const BETA2 = 0.99;
const EPSILON = 1e-15;

@group(0) @binding(0) var<storage, read_write> d_weights: array<i32>;       // [N] fixed point
@group(0) @binding(1) var<storage, read_write> weights: array<f32>;         // [N]
@group(0) @binding(2) var<storage, read_write> moments: array<Moments>;     // [N]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn adam_weights(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  if (n >= uniforms.weight_count) { return; }
  let d = f32(d_weights[n]) / uniforms.gradient_scale + uniforms.l2 * weights[n];
  d_weights[n] = 0;
  let first = mix(d, moments[n].first, BETA1);
  let second = mix(d * d, moments[n].second, BETA2);
  let step = f32(uniforms.step);
  let unbiased_first = first / (1.0 - pow(BETA1, step));
  let unbiased_second = second / (1.0 - pow(BETA2, step));
  weights[n] -= uniforms.learning_rate * unbiased_first / (sqrt(unbiased_second) + EPSILON);
  moments[n] = Moments(first, second);
}
