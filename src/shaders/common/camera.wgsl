// A camera of the packed camera buffer [V, 32] and its pixel rays, lens distortion undone by Newton steps.
// Layout of a row: 0 fx, 1 fy, 2 cx, 3 cy, 4 model (0 none, 1 perspective, 2 fisheye), 5 k1, 6 k2, 7 k3, 8 k4, 9 p1,
// 10 p2, 11 width, 12 height, 13 first pixel (bits of u32), 14..25 camera-to-world rows 0..2 (3x4), 26..31 unused.

const CAMERA_STRIDE = 32u;

struct Ray {
  origin: vec3f,
  direction: vec3f, // unit length
}

// OpenCV's perspective model, inverted by Newton steps: a fixed-point iteration does not converge for wide lenses. Stops
// moving at a fold of the model, where there is no better point to be had. Same steps as scene/distortion.ts.
fn undistort(base: u32, distorted: vec2f) -> vec2f {
  let k1 = cameras[base + 5u];
  let k2 = cameras[base + 6u];
  let k3 = cameras[base + 7u];
  let p1 = cameras[base + 9u];
  let p2 = cameras[base + 10u];
  var p = distorted;
  for (var i = 0u; i < 10u; i++) {
    let r = dot(p, p);
    let d = 1.0 + r * (k1 + r * (k2 + r * k3));
    let slope = k1 + r * (2.0 * k2 + r * 3.0 * k3);
    let xy = 2.0 * p.x * p.y;
    let residual = p * d + vec2f(p1, p2) * xy + vec2f(p2, p1) * (r + 2.0 * p * p) - distorted;
    let xx = d + 2.0 * p.x * p.x * slope + 2.0 * p1 * p.y + 6.0 * p2 * p.x;
    let yy = d + 2.0 * p.y * p.y * slope + 2.0 * p2 * p.x + 6.0 * p1 * p.y;
    let cross = xy * slope + 2.0 * (p1 * p.x + p2 * p.y);
    let determinant = xx * yy - cross * cross;
    if (abs(determinant) < 1e-6) { break; }
    p -= vec2f(yy * residual.x - cross * residual.y, xx * residual.y - cross * residual.x) / determinant;
  }
  return p;
}

// Angle from its distorted value, theta_d = theta (1 + k1 theta^2 + ...), by Newton.
fn undistort_angle(base: u32, distorted: f32) -> f32 {
  let k = vec4f(cameras[base + 5u], cameras[base + 6u], cameras[base + 7u], cameras[base + 8u]);
  var a = distorted;
  for (var i = 0u; i < 8u; i++) {
    let s = a * a;
    let f = a * (1.0 + s * (k.x + s * (k.y + s * (k.z + s * k.w)))) - distorted;
    let slope = 1.0 + s * (3.0 * k.x + s * (5.0 * k.y + s * (7.0 * k.z + s * 9.0 * k.w)));
    a -= f / slope;
  }
  return a;
}

// Ray through a pixel position (centres at +0.5); the camera looks down -z, rows go down.
fn pixel_ray(camera: u32, pixel: vec2f) -> Ray {
  let base = camera * CAMERA_STRIDE;
  var p = (pixel - vec2f(cameras[base + 2u], cameras[base + 3u])) / vec2f(cameras[base], cameras[base + 1u]);
  let model = cameras[base + 4u];
  var local = vec3f(p.x, -p.y, -1.0);
  if (model == 1.0) {
    p = undistort(base, p);
    local = vec3f(p.x, -p.y, -1.0);
  } else if (model == 2.0) {
    let radius = length(p);
    let angle = undistort_angle(base, radius);
    let s = select(1.0, sin(angle) / radius, radius > 1e-8);
    local = vec3f(p.x * s, -p.y * s, -cos(angle));
  }
  let m = base + 14u;
  let direction = vec3f(
    cameras[m] * local.x + cameras[m + 1u] * local.y + cameras[m + 2u] * local.z,
    cameras[m + 4u] * local.x + cameras[m + 5u] * local.y + cameras[m + 6u] * local.z,
    cameras[m + 8u] * local.x + cameras[m + 9u] * local.y + cameras[m + 10u] * local.z,
  );
  return Ray(vec3f(cameras[m + 3u], cameras[m + 7u], cameras[m + 11u]), normalize(direction));
}

// Where the ray is inside the scene: x near, y far (near >= far: never).
fn ray_range(ray: Ray, unbounded: u32, near: f32, far: f32) -> vec2f {
  if (unbounded != 0u) { return vec2f(near, far); }
  let inverse = 1.0 / select(ray.direction, vec3f(1e-9), abs(ray.direction) < vec3f(1e-9));
  let a = (vec3f(-1.0) - ray.origin) * inverse;
  let b = (vec3f(1.0) - ray.origin) * inverse;
  let low = min(a, b);
  let high = max(a, b);
  return vec2f(max(near, max(max(low.x, low.y), low.z)), min(far, min(min(high.x, high.y), high.z)));
}
