// One layer's term of LPIPS (Zhang et al. 2018, equation 1) at every place: both feature vectors scaled to length 1,
// squared differences weighted by the layer's head and summed over channels. The mean over places is the caller's.

struct Uniforms {
  channel_count: u32,
  pixel_count: u32, // H * W
  row: u32,         // pixels of one row of the dispatch
}

@group(0) @binding(0) var<storage, read> a: array<f32>;              // [C, H, W]
@group(0) @binding(1) var<storage, read> b: array<f32>;              // [C, H, W]
@group(0) @binding(2) var<storage, read> head: array<f32>;           // [C]
@group(0) @binding(3) var<storage, read_write> distance_map: array<f32>; // [H, W]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

// Added to lengths, as published: a place without any feature has the direction 0.
const EPSILON: f32 = 1e-10;

@compute @workgroup_size(64)
fn lpips_distance(@builtin(global_invocation_id) id: vec3u) {
  let p = id.x + id.y * uniforms.row;
  if (p >= uniforms.pixel_count) { return; }
  var length_a = 0.0;
  var length_b = 0.0;
  for (var c = 0u; c < uniforms.channel_count; c++) {
    let i = c * uniforms.pixel_count + p;
    length_a += a[i] * a[i];
    length_b += b[i] * b[i];
  }
  length_a = sqrt(length_a) + EPSILON;
  length_b = sqrt(length_b) + EPSILON;
  var sum = 0.0;
  for (var c = 0u; c < uniforms.channel_count; c++) {
    let i = c * uniforms.pixel_count + p;
    let difference = a[i] / length_a - b[i] / length_b;
    sum += head[c] * difference * difference;
  }
  distance_map[p] = sum;
}
