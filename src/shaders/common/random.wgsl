// Counter-based random numbers (PCG, Jarzynski and Olano 2020, "Hash Functions for GPU Rendering"): the same
// (seed, step, index) gives the same value on every adapter, so a run can be repeated bit for bit.

fn pcg(value: u32) -> u32 {
  let state = value * 747796405u + 2891336453u;
  let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  return (word >> 22u) ^ word;
}

fn random_u32(seed: u32, step: u32, index: u32, stream: u32) -> u32 {
  return pcg(index + pcg(step + pcg(seed + pcg(stream))));
}

// Uniform in [0, 1).
fn random_f32(seed: u32, step: u32, index: u32, stream: u32) -> f32 {
  return f32(random_u32(seed, step, index, stream) >> 8u) * (1.0 / 16777216.0);
}
