// Last of three steps of a Winograd convolution, backward: the gradient of the convolution's input. Where that
// input came from a ReLU (masked = 1) the loss's own gradient at that layer is added and the sum goes through
// the ReLU at once: d_pre = (d_relu + d_feature) [relu > 0]; elsewhere it is stored as it is.

struct Uniforms {
  width: u32, // pixels
  height: u32, // pixels
  tiles_x: u32, // tiles in a row of the image
  first_tile: u32, // the chunk starts at this tile of the image
  tile_count: u32, // tiles in this chunk
  tile_stride: u32, // tiles per row of m
  padded_channels: u32, // rows of m for each of the 36
  masked: u32, // 1: through the ReLU
  added: u32, // 1: plus d_feature
}

@group(0) @binding(0) var<storage, read> m: array<f32>; // [36, padded_channels, tile_stride]
@group(0) @binding(1) var<storage, read> relu: array<f32>; // [C, H, W], read where masked
@group(0) @binding(2) var<storage, read> d_feature: array<f32>; // [C, H, W], read where added
@group(0) @binding(3) var<storage, read_write> d_x: array<f32>; // [C, H, W]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

override WORKGROUP = 64; // tiles a workgroup

@compute @workgroup_size(WORKGROUP)
fn winograd_output_gradient(@builtin(global_invocation_id) id: vec3u) {
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

  let image_tile = uniforms.first_tile + tile;
  let top = (image_tile / uniforms.tiles_x) * 4u;
  let left = (image_tile % uniforms.tiles_x) * 4u;
  store_row(channel, top, left, transform(c0.x, c1.x, c2.x, c3.x, c4.x, c5.x));
  store_row(channel, top + 1u, left, transform(c0.y, c1.y, c2.y, c3.y, c4.y, c5.y));
  store_row(channel, top + 2u, left, transform(c0.z, c1.z, c2.z, c3.z, c4.z, c5.z));
  store_row(channel, top + 3u, left, transform(c0.w, c1.w, c2.w, c3.w, c4.w, c5.w));
}

fn store(at: u32, value: f32, column: u32) {
  if (column >= uniforms.width) {
    return;
  }
  var d = value;
  if (uniforms.added == 1u) {
    d += d_feature[at];
  }
  if (uniforms.masked == 1u) {
    d = select(0.0, d, relu[at] > 0.0);
  }
  d_x[at] = d;
}
