// Adam on a hash table, one listed entry (two features) a thread. Entries without gradient are left alone, moments
// and all, and each counts its own steps (Mueller et al. 2022, section 4). Clears the gradient. [entries listed]

// As in touched_dispatch.wgsl.
struct TouchedDispatch {
  workgroups: array<u32, 3>,
  entries: u32,
  listed: u32,
}

struct Uniforms {
  learning_rate: f32,
  gradient_scale: f32,
  beta1: f32,
  beta2: f32,
}

struct Moments {
  first: vec2f,
  second: vec2f,
}

const EPSILON = 1e-15;

@group(0) @binding(0) var<storage, read> touched: array<u32>;               // [entries] which, see list_touched
@group(0) @binding(1) var<storage, read> dispatch: TouchedDispatch;         // how many
@group(0) @binding(2) var<storage, read_write> d_table: array<vec2i>;       // [entries] fixed point
@group(0) @binding(3) var<storage, read_write> master: array<vec2f>;        // [entries] the parameters in f32
@group(0) @binding(4) var<storage, read_write> moments: array<Moments>;     // [entries]
@group(0) @binding(5) var<storage, read_write> steps: array<u32>;           // [entries]
@group(0) @binding(6) var<storage, read_write> table: array<u32>;           // [entries] 2 x f16, what the encoder reads
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn adam_table(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * dispatch.workgroups[0] * 64u;
  if (i >= dispatch.entries) { return; }
  let e = touched[i];
  let fixed = d_table[e];
  d_table[e] = vec2i(0);
  let d = vec2f(fixed) / uniforms.gradient_scale;
  let step = steps[e] + 1u;
  let first = mix(d, moments[e].first, uniforms.beta1);
  let second = mix(d * d, moments[e].second, uniforms.beta2);
  let unbiased = vec2f(1.0 - pow(uniforms.beta1, f32(step)), 1.0 - pow(uniforms.beta2, f32(step)));
  let value = master[e] - uniforms.learning_rate * (first / unbiased.x) / (sqrt(second / unbiased.y) + EPSILON);
  master[e] = value;
  moments[e] = Moments(first, second);
  steps[e] = step;
  table[e] = pack2x16float(value);
}
