// rgb = mix(rgb, other, amount): strength of a style and cross-fades. Exact on composited pictures, since compositing
// is linear and both pictures come from the same geometry. [N]

struct Uniforms {
  count: u32,
  amount: f32,
  row: u32,            // elements of one row of the dispatch
}

@group(0) @binding(0) var<storage, read> other: array<f32>;          // [N]
@group(0) @binding(1) var<storage, read_write> rgb: array<f32>;       // [N]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn lerp_rgb(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * uniforms.row;
  if (i >= uniforms.count) { return; }
  rgb[i] = mix(rgb[i], other[i], uniforms.amount);
}
