// 3x3 patches of features [C, H, W] as columns: channel c and offset k of the patch become row 9 c + k. Serves both
// sides of the patch loss, the style's bank at chosen pixels and the render's queries at all. Beyond the edge is zero.

struct Uniforms {
  height: u32,
  width: u32,
  column_count: u32, // patches to write
  stride: u32,       // columns of a row of the result, at least column_count
}

@group(0) @binding(0) var<storage, read> features: array<f32>;       // [C, H, W]
@group(0) @binding(1) var<storage, read> columns: array<u32>;        // [column_count] pixel at the patch's centre
@group(0) @binding(2) var<storage, read_write> patches: array<f32>;  // [9 C, stride]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn patch_columns(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  let channel = id.y;
  if (column >= uniforms.column_count) { return; }
  let size = vec2i(vec2u(uniforms.width, uniforms.height));
  let pixel = columns[column];
  let centre = vec2i(vec2u(pixel % uniforms.width, pixel / uniforms.width));
  let plane = channel * uniforms.width * uniforms.height;
  for (var k = 0; k < 9; k++) {
    let at = centre + vec2i(k % 3 - 1, k / 3 - 1);
    let inside = all(at >= vec2i(0)) && all(at < size);
    let clamped = vec2u(clamp(at, vec2i(0), size - 1));
    let value = features[plane + clamped.y * uniforms.width + clamped.x];
    patches[(9u * channel + u32(k)) * uniforms.stride + column] = select(0.0, value, inside);
  }
}
