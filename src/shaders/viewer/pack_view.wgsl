// Packs a rendered view for showing and for export: colour to 8 bits a channel, rows padded so that one
// copyBufferToTexture takes them (a row must be a multiple of 256 bytes), and the wipe between two
// renderings of the same pose done on the way: columns left of `wipe` come from `original_rgb`.
// Layouts: [H, W, *] row-major, row 0 at the top; the packed ones are [H, P] with P >= W.

struct PackViewUniforms {
  width: u32,
  height: u32,
  // Texels from one packed row to the next, a multiple of 64.
  pitch: u32,
  // First column that shows `rgb`; 0 shows it everywhere.
  wipe: u32,
  // 1 keeps the opacity as alpha; 0: pictures are opaque.
  alpha: u32,
}

@group(0) @binding(0) var<storage, read> rgb: array<f32>;                    // [H, W, 3] sRGB 0..1
@group(0) @binding(1) var<storage, read> original_rgb: array<f32>;           // [H, W, 3] sRGB 0..1
@group(0) @binding(2) var<storage, read> opacity: array<f32>;                // [H, W]
@group(0) @binding(3) var<storage, read> depth: array<f32>;                  // [H, W] view z, scene units
@group(0) @binding(4) var<storage, read_write> packed_rgba: array<u32>;      // [H, P] rgba8unorm
@group(0) @binding(5) var<storage, read_write> packed_depth: array<f32>;     // [H, P] view z

@group(1) @binding(0) var<uniform> uniforms: PackViewUniforms;

@compute @workgroup_size(8, 8)
fn pack_view(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= uniforms.width || id.y >= uniforms.height) { return; }
  let pixel = id.y * uniforms.width + id.x;
  var colour: vec3f;
  if (id.x < uniforms.wipe) {
    colour = vec3f(original_rgb[3u * pixel], original_rgb[3u * pixel + 1u], original_rgb[3u * pixel + 2u]);
  } else {
    colour = vec3f(rgb[3u * pixel], rgb[3u * pixel + 1u], rgb[3u * pixel + 2u]);
  }
  let at = id.y * uniforms.pitch + id.x;
  packed_rgba[at] = pack4x8unorm(vec4f(colour, select(1.0, opacity[pixel], uniforms.alpha == 1u)));
  packed_depth[at] = depth[pixel];
}
