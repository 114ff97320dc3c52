// Samples on rays. A survivor is a sample that light reaches, packed again by compact.

// A marched sample: the middle of a step and its length, scene units.
struct Interval {
  t: f32,
  dt: f32,
}

struct Sample {
  t: f32,              // of the middle, scene units
  dt: f32,             // length, with what was left out before it
  raw_density: f32,
  transmittance: f32,  // that reaches it
}

// Where a survivor comes from.
struct Source {
  sample: u32,
  ray: u32,
}
