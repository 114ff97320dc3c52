// Scales each column of the bank to unit length, so that the search needs only dot products. A column that is all
// zeros stays zero: its cosine with anything is 0.

struct Uniforms {
  channel_count: u32, // C, of all layers together
  column_count: u32,  // J
}

@group(0) @binding(0) var<storage, read_write> bank: array<f32>; // [C, J]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

const TINY = 1e-12; // squared length under which a column counts as zero

@compute @workgroup_size(64)
fn nnfm_normalise(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  if (column >= uniforms.column_count) { return; }
  var squares = 0.0;
  for (var c = 0u; c < uniforms.channel_count; c++) {
    let f = bank[c * uniforms.column_count + column];
    squares += f * f;
  }
  let scale = select(0.0, inverseSqrt(max(squares, TINY)), squares > TINY);
  for (var c = 0u; c < uniforms.channel_count; c++) {
    bank[c * uniforms.column_count + column] *= scale;
  }
}
