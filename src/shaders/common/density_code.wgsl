// Density as a baked field stores it in 0..1: logarithmic above a floor, linear below, exactly 0 for empty space, so that
// eight bits hold six decades and filtering between nodes acts as it does in the field, on the logarithm.
// range: ln(1 + highest density / floor).

fn coded_density(density: f32, density_floor: f32, range: f32) -> f32 {
  return saturate(log(1.0 + density / density_floor) / range);
}

fn density_of_code(code: f32, density_floor: f32, range: f32) -> f32 {
  return density_floor * (exp(code * range) - 1.0);
}
