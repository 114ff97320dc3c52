// Activation of the density: sigma = exp(raw - 1), per scene unit; the exponent is held within +-15, where its
// derivative is the density itself (Mueller et al. 2022, section 5.4).

fn density_of(raw_density: f32) -> f32 {
  return exp(clamp(raw_density - 1.0, -15.0, 15.0));
}
