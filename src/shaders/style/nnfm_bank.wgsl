// Gathers chosen columns of one style layer [C, N] into the bank of all layers [C_all, J], whose channels are the
// layers' channels one after another. Not yet normalised: nnfm_normalise does that over all channels.

struct Uniforms {
  channel_count: u32,  // of this layer
  channel_offset: u32, // of this layer in the bank
  pixel_count: u32,    // N of the style picture's features
  column_count: u32,   // J, a multiple of 8
}

@group(0) @binding(0) var<storage, read> features: array<f32>;   // [C, N]
@group(0) @binding(1) var<storage, read> columns: array<u32>;    // [J] pixel of each column
@group(0) @binding(2) var<storage, read_write> bank: array<f32>; // [C_all, J]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn nnfm_bank(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  let channel = id.y;
  if (column >= uniforms.column_count) { return; }
  let at = (uniforms.channel_offset + channel) * uniforms.column_count + column;
  bank[at] = features[channel * uniforms.pixel_count + columns[column]];
}
