// Colour and density of the nodes of a run of bricks into the atlas: mapped as composite maps them, density coded.
// Same nodes as bake_positions. [bricks x nodes^3]

struct Uniforms {
  sample_count: u32,
  first_brick: u32,
  nodes: u32,        // a side of a brick
  stride: u32,
  places: vec2u,     // bricks of the atlas along x and y
  density_floor: f32, // see density_code.wgsl
  density_range: f32,
  colour_map: ColourMap,
}

@group(0) @binding(0) var<storage, read> raw_density: array<f32>;          // [stride]
@group(0) @binding(1) var<storage, read> rgb: array<f32>;                  // [3, stride] after the logistic
@group(1) @binding(0) var<uniform> uniforms: Uniforms;
@group(2) @binding(0) var brick_atlas: texture_storage_3d<rgba8unorm, write>; // rgb sRGB, a coded density

@compute @workgroup_size(64)
fn bake_store(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= uniforms.sample_count) { return; }
  let n = uniforms.nodes;
  let node = i % (n * n * n);
  let brick = uniforms.first_brick + i / (n * n * n);
  let places = uniforms.places;
  let place = vec3u(brick % places.x, (brick / places.x) % places.y, brick / (places.x * places.y));
  let texel = place * n + vec3u(node % n, (node / n) % n, node / (n * n));
  let value = vec3f(rgb[i], rgb[uniforms.stride + i], rgb[2u * uniforms.stride + i]);
  let colour = saturate(map_colour(value, uniforms.colour_map));
  let code = coded_density(density_of(raw_density[i]), uniforms.density_floor, uniforms.density_range);
  textureStore(brick_atlas, texel, vec4f(colour, code));
}
