// The surface that a ray sees, in a few points: where its weight, added up along it, passes the middle of each of so many
// equal shares. A soft shell of samples becomes one place or two, an outline the two that it lies between.

const OPAQUE = 1e-4; // transmittance behind the last point of an opaque ray
const LEAST_OPACITY = 1.0 / 256.0;

struct SurfacePoints {
  opacity: f32,
  transmittance: f32, // at the sample that comes next
  next: u32,          // point
  count: u32,         // points of this ray
}

fn ray_opacity(span: Span) -> f32 {
  var depth = 0.0;
  for (var k = 0u; k < span.count; k++) {
    depth += density_of(raw_density[span.first + k]) * sample_t[span.first + k].dt;
  }
  return 1.0 - exp(-depth);
}

fn surface_points(opacity: f32, count: u32) -> SurfacePoints {
  return SurfacePoints(opacity, 1.0, 0u, select(0u, count, opacity >= LEAST_OPACITY));
}

// Weight of the points that fall into a sample; samples come in their order along the ray.
fn share_of(points: ptr<function, SurfacePoints>, s: u32) -> f32 {
  let next = (*points).transmittance * exp(-density_of(raw_density[s]) * sample_t[s].dt);
  (*points).transmittance = next;
  let each = (*points).opacity / f32((*points).count);
  var share = 0.0;
  while ((*points).next < (*points).count && 1.0 - next >= (f32((*points).next) + 0.5) * each) {
    share += each;
    (*points).next++;
  }
  return share;
}
