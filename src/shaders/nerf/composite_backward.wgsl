// Gradient of composite with respect to colours and raw densities. Depth and opacity are not differentiated. [R]
// d_sigma_i = dt_i * dot(d_pixel, T_{i+1} c_i - (everything behind i)), with what lies behind, the remaining
// colour, taken as the pixel minus the sum so far. Where the colour map is clamped, a gradient that would push further out is dropped.
// With `distortion` > 0 the distortion loss joins in (Barron et al. 2022, eq. 15): it draws the weights of a ray together,
// against fog and floaters. Its distances are s = t / (1 + t), so that near and far count alike.

struct Uniforms {
  ray_count: u32,
  stride: u32,
  first_pixel: u32,
  distortion: f32,   // weight beside the summed photometric loss
  colour_map: ColourMap,
}

@group(0) @binding(0) var<storage, read> survivor_span: array<Span>;      // [R]
@group(0) @binding(1) var<storage, read> survivor_sample: array<Sample>;    // [stride]
@group(0) @binding(2) var<storage, read> rgb: array<f32>;                  // [3, stride]
@group(0) @binding(3) var<storage, read> pixel_rgb: array<f32>;            // [P, 3] of the forward pass
@group(0) @binding(4) var<storage, read> d_pixel_rgb: array<f32>;          // [P, 3]
@group(0) @binding(5) var<storage, read_write> d_rgb: array<f32>;           // [3, stride]
@group(0) @binding(6) var<storage, read_write> d_raw_density: array<f32>;   // [stride]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn composite_backward(@builtin(global_invocation_id) id: vec3u) {
  let r = id.x;
  if (r >= uniforms.ray_count) { return; }
  let span = survivor_span[r];
  let p = 3u * (uniforms.first_pixel + r);
  let d_pixel = vec3f(d_pixel_rgb[p], d_pixel_rgb[p + 1u], d_pixel_rgb[p + 2u]);
  var remaining_colour = vec3f(pixel_rgb[p], pixel_rgb[p + 1u], pixel_rgb[p + 2u]);
  let rows = uniforms.colour_map.rows;
  var ray = RaySums();
  if (uniforms.distortion > 0.0) { ray = ray_sums(span); }
  var front = vec2f(0.0); // sums of w and w s before this sample
  var drawn = ray.pull; // sum of w_k g_k over the samples behind
  var transmittance = 1.0;
  for (var k = 0u; k < span.count; k++) {
    let i = span.first + k;
    let sample = survivor_sample[i];
    let density = density_of(sample.raw_density);
    let next = transmittance * exp(-density * sample.dt);
    let weight = transmittance - next;
    let value = vec3f(rgb[i], rgb[uniforms.stride + i], rgb[2u * uniforms.stride + i]);
    let mapped = map_colour(value, uniforms.colour_map);
    let colour = saturate(mapped);
    remaining_colour -= weight * colour;
    let d_colour = weight * d_pixel;
    let outward = ((mapped > vec3f(1.0)) & (d_colour < vec3f(0.0))) | ((mapped < vec3f(0.0)) & (d_colour > vec3f(0.0)));
    let d = select(d_colour, vec3f(0.0), outward);
    let d_value = d.x * rows[0].xyz + d.y * rows[1].xyz + d.z * rows[2].xyz;
    d_rgb[i] = d_value.x;
    d_rgb[uniforms.stride + i] = d_value.y;
    d_rgb[2u * uniforms.stride + i] = d_value.z;
    var d_density = dot(d_pixel, next * colour - remaining_colour);
    if (uniforms.distortion > 0.0) {
      let pull = pull_of(sample, weight, front, ray.sums);
      drawn -= weight * pull;
      front += weight * vec2f(1.0, sample.t / (1.0 + sample.t));
      d_density += uniforms.distortion * (next * pull - drawn);
    }
    d_raw_density[i] = density * sample.dt * d_density;
    transmittance = next;
  }
}

struct RaySums {
  sums: vec2f, // of w and w s
  pull: f32,   // of w_k g_k, g_k the distortion loss by w_k
}

// d(distortion) / d(w_k) = 2 sum_j w_j |s_k - s_j| + 2/3 w_k ds_k, from the sums before and behind.
fn pull_of(sample: Sample, weight: f32, front: vec2f, all: vec2f) -> f32 {
  let s = sample.t / (1.0 + sample.t);
  let length = sample.dt / ((1.0 + sample.t) * (1.0 + sample.t));
  let back = all - front - weight * vec2f(1.0, s);
  return 2.0 * (s * (front.x - back.x) - (front.y - back.y)) + 2.0 / 3.0 * weight * length;
}

fn ray_sums(span: Span) -> RaySums {
  var all = vec2f(0.0);
  var transmittance = 1.0;
  for (var k = 0u; k < span.count; k++) {
    let sample = survivor_sample[span.first + k];
    let next = transmittance * exp(-density_of(sample.raw_density) * sample.dt);
    all += (transmittance - next) * vec2f(1.0, sample.t / (1.0 + sample.t));
    transmittance = next;
  }
  var front = vec2f(0.0);
  var pull = 0.0;
  transmittance = 1.0;
  for (var k = 0u; k < span.count; k++) {
    let sample = survivor_sample[span.first + k];
    let next = transmittance * exp(-density_of(sample.raw_density) * sample.dt);
    let weight = transmittance - next;
    pull += weight * pull_of(sample, weight, front, all);
    front += weight * vec2f(1.0, sample.t / (1.0 + sample.t));
    transmittance = next;
  }
  return RaySums(all, pull);
}
