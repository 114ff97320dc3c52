// A ray, and what of it is not geometry. Colours are sRGB.

struct Ray {
  origin: vec3f,
  t_near: f32,
  direction: vec3f,    // unit length
  t_far: f32,          // where it leaves the scene; t_near >= t_far: it never enters
}

// What colours see of a ray's direction: nothing where direction_share is 0.
struct RayShading {
  direction: vec3f,
  direction_share: f32,
}

struct RayBackground {
  colour: vec3f,
  cosine: f32,         // to the view axis: turns ray length into view-space z
}

// Where the samples of a ray lie in the packed ones.
struct Span {
  first: u32,
  count: u32,
}
