// Adds one part of a blend to the survivors' colours: what composite would take of it alone, times its share where the
// survivor lies. Shares outside all regions and in each of four, by the weights of a volume over the field. [S']

struct Uniforms {
  stride: u32,
  resolution: u32,     // cells a side of the region volume; 0: there is none
  first: u32,          // 1: the first part, which replaces what is there
  share_outside: f32,
  share_inside: vec4f, // in regions 1 to 4
  colour_map: ColourMap,
}

@group(0) @binding(0) var<storage, read> counters: Counters;             // of the survivors
@group(0) @binding(1) var<storage, read> survivor_position: array<f32>;    // [3, stride] field coordinates
@group(0) @binding(2) var<storage, read> region_weights: array<u32>;       // [resolution^3] 4 x unorm8, x fastest
@group(0) @binding(3) var<storage, read> rgb: array<f32>;                  // [3, stride] of this part
@group(0) @binding(4) var<storage, read_write> blended: array<f32>;        // [3, stride] sRGB
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn blend_colour(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= counters.samples) { return; }
  let stride = uniforms.stride;
  var share = uniforms.share_outside;
  if (uniforms.resolution > 0u) {
    let q = vec3f(survivor_position[i], survivor_position[stride + i], survivor_position[2u * stride + i]);
    let weights = weights_at(q);
    share = (1.0 - dot(weights, vec4f(1.0))) * uniforms.share_outside + dot(weights, uniforms.share_inside);
  }
  let value = vec3f(rgb[i], rgb[stride + i], rgb[2u * stride + i]);
  var colour = share * saturate(map_colour(value, uniforms.colour_map));
  if (uniforms.first == 0u) {
    colour += vec3f(blended[i], blended[stride + i], blended[2u * stride + i]);
  }
  blended[i] = colour.x;
  blended[stride + i] = colour.y;
  blended[2u * stride + i] = colour.z;
}
