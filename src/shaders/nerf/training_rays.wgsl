// Picks a random pixel of a random training view for each ray, and its target colour. [R]
// Random background: alpha pictures are composited over a colour drawn for each ray, so that transparency is learned;
// opaque pictures see it only where the field lets light through. A share of the rays has its direction hidden, so
// that the view-independent reading of the field (which styles use) is trained beside the other. The ray of a masked pixel
// ends before it begins: with no sample it shows its background, which is its target, and so it has no loss.

/// RGBA8 of a pixel that nothing is to be learned from; scene/masks.ts has the same number.
const MASKED_PIXEL = 0x0053414du;

struct Uniforms {
  ray_count: u32,
  view_count: u32,
  seed: u32,
  step: u32,
  unbounded: u32,
  near: f32,         // scene units
  far: f32,          // scene units
  cone: f32,         // growth of the march step with distance
  step_min: f32,     // scene units
  direction_dropout: f32, // share of rays, 0..1
}

@group(0) @binding(0) var<storage, read> cameras: array<Camera>;            // [V]
@group(0) @binding(1) var<storage, read> pixels: array<u32>;               // [P] RGBA8, sRGB, straight alpha
@group(0) @binding(2) var<storage, read_write> rays: array<Ray>;            // [R] t_near jittered
@group(0) @binding(3) var<storage, read_write> ray_shading: array<RayShading>;   // [R]
@group(0) @binding(4) var<storage, read_write> ray_background: array<RayBackground>; // [R]
@group(0) @binding(5) var<storage, read_write> ray_target: array<vec4f>;    // [R] rgb over the background
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn training_rays(@builtin(global_invocation_id) id: vec3u) {
  let r = id.x;
  if (r >= uniforms.ray_count) { return; }
  let view = random_u32(uniforms.seed, uniforms.step, r, 0u) % uniforms.view_count;
  let size = cameras[view].size;
  let index = random_u32(uniforms.seed, uniforms.step, r, 1u) % (size.x * size.y);
  let pixel = vec2u(index % size.x, index / size.x);
  let ray = clipped(pixel_ray(view, vec2f(pixel) + 0.5), uniforms.unbounded, uniforms.near, uniforms.far);
  let jitter = random_f32(uniforms.seed, uniforms.step, r, 2u) * march_step(ray.t_near, uniforms.cone, uniforms.step_min);
  let background = vec3f(
    random_f32(uniforms.seed, uniforms.step, r, 3u),
    random_f32(uniforms.seed, uniforms.step, r, 4u),
    random_f32(uniforms.seed, uniforms.step, r, 5u),
  );
  let rgba = pixels[cameras[view].first_pixel + index];
  let colour = unpack4x8unorm(rgba);
  let keeps_direction = random_f32(uniforms.seed, uniforms.step, r, 6u) >= uniforms.direction_dropout;
  rays[r] = Ray(ray.origin, ray.t_near + jitter, ray.direction, select(ray.t_far, -1.0, rgba == MASKED_PIXEL));
  ray_shading[r] = RayShading(ray.direction, select(0.0, 1.0, keeps_direction));
  ray_background[r] = RayBackground(background, 1.0);
  ray_target[r] = vec4f(mix(background, colour.rgb, colour.a), 0.0);
}
