// Cameras (binding `cameras`) and their pixel rays, lens distortion undone by Newton steps.

struct Camera {
  focal: vec2f,                      // pixels
  centre: vec2f,                     // pixels
  k: vec4f,                          // radial distortion, k1 to k4
  p: vec2f,                          // tangential, p1 and p2
  lens: u32,                         // 0 pinhole, 1 perspective, 2 fisheye
  first_pixel: u32,                  // where its picture begins in the packed pixels
  size: vec2u,                       // pixels
  camera_to_world: array<vec4f, 3>,  // rows
}

const PERSPECTIVE = 1u;
const FISHEYE = 2u;

// OpenCV's perspective model, inverted by Newton steps: a fixed-point iteration does not converge for wide lenses. Stops
// moving at a fold of the model, where there is no better point to be had. Same steps as scene/distortion.ts.
fn undistort(camera: u32, distorted: vec2f) -> vec2f {
  let k1 = cameras[camera].k.x;
  let k2 = cameras[camera].k.y;
  let k3 = cameras[camera].k.z;
  let p1 = cameras[camera].p.x;
  let p2 = cameras[camera].p.y;
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
fn undistort_angle(camera: u32, distorted: f32) -> f32 {
  let k = cameras[camera].k;
  var a = distorted;
  for (var i = 0u; i < 8u; i++) {
    let s = a * a;
    let f = a * (1.0 + s * (k.x + s * (k.y + s * (k.z + s * k.w)))) - distorted;
    let slope = 1.0 + s * (3.0 * k.x + s * (5.0 * k.y + s * (7.0 * k.z + s * 9.0 * k.w)));
    a -= f / slope;
  }
  return a;
}

// Ray through a pixel position (centres at +0.5), with no range yet; the camera looks down -z, rows go down.
fn pixel_ray(camera: u32, pixel: vec2f) -> Ray {
  var p = (pixel - cameras[camera].centre) / cameras[camera].focal;
  let lens = cameras[camera].lens;
  var local = vec3f(p.x, -p.y, -1.0);
  if (lens == PERSPECTIVE) {
    p = undistort(camera, p);
    local = vec3f(p.x, -p.y, -1.0);
  } else if (lens == FISHEYE) {
    let radius = length(p);
    let angle = undistort_angle(camera, radius);
    let s = select(1.0, sin(angle) / radius, radius > 1e-8);
    local = vec3f(p.x * s, -p.y * s, -cos(angle));
  }
  let rows = cameras[camera].camera_to_world;
  let direction = vec3f(
    rows[0].x * local.x + rows[0].y * local.y + rows[0].z * local.z,
    rows[1].x * local.x + rows[1].y * local.y + rows[1].z * local.z,
    rows[2].x * local.x + rows[2].y * local.y + rows[2].z * local.z,
  );
  return Ray(vec3f(rows[0].w, rows[1].w, rows[2].w), 0.0, normalize(direction), 0.0);
}

// Where the camera looks, unit length: down its -z, the third column of camera-to-world.
fn view_axis(camera: u32) -> vec3f {
  let rows = cameras[camera].camera_to_world;
  return -vec3f(rows[0].z, rows[1].z, rows[2].z);
}

// The ray with its range inside the scene.
fn clipped(ray: Ray, unbounded: u32, near: f32, far: f32) -> Ray {
  let range = ray_range(ray, unbounded, near, far);
  return Ray(ray.origin, range.x, ray.direction, range.y);
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
