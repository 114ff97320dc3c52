// Last of three steps of a Winograd convolution, forward: each tile's 6x6 products become Y = A^T M A, 4x4 pixels,
// to which the channel's bias is added and of which the negative part is cut. One invocation per tile and channel.

struct Uniforms {
  width: u32, // pixels
  height: u32, // pixels
  tiles_x: u32, // tiles in a row of the image
  first_tile: u32, // the chunk starts at this tile of the image
  tile_count: u32, // tiles in this chunk
  tile_stride: u32, // tiles per row of m
  padded_channels: u32, // rows of m for each of the 36
}

@group(0) @binding(0) var<storage, read> m: array<f32>; // [36, padded_channels, tile_stride]
@group(0) @binding(1) var<storage, read> bias: array<f32>; // [C]
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // [C, H, W] after ReLU
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

override WORKGROUP = 64; // tiles a workgroup

@compute @workgroup_size(WORKGROUP)
fn winograd_output_relu(@builtin(global_invocation_id) id: vec3u) {
  let tile = id.x;
  let channel = id.y;
  if (tile >= uniforms.tile_count) {
    return;
  }
  let at = channel * uniforms.tile_stride + tile;
  let c0 = load_column(0u, at);
  let c1 = load_column(1u, at);
  let c2 = load_column(2u, at);
  let c3 = load_column(3u, at);
  let c4 = load_column(4u, at);
  let c5 = load_column(5u, at);

  let channel_bias = bias[channel];
  let image_tile = uniforms.first_tile + tile;
  let top = (image_tile / uniforms.tiles_x) * 4u;
  let left = (image_tile % uniforms.tiles_x) * 4u;
  store_row(channel, top, left, transform(c0.x, c1.x, c2.x, c3.x, c4.x, c5.x) + channel_bias);
  store_row(channel, top + 1u, left, transform(c0.y, c1.y, c2.y, c3.y, c4.y, c5.y) + channel_bias);
  store_row(channel, top + 2u, left, transform(c0.z, c1.z, c2.z, c3.z, c4.z, c5.z) + channel_bias);
  store_row(channel, top + 3u, left, transform(c0.w, c1.w, c2.w, c3.w, c4.w, c5.w) + channel_bias);
}

fn store(at: u32, value: f32, column: u32) {
  if (column < uniforms.width) {
    y[at] = max(value, 0.0);
  }
}
