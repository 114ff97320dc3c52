// First of three steps of a 3x3 convolution by Winograd's F(4x4, 3x3) (Lavin and Gray 2016, eq. 8 and 13):
// each 6x6 patch d of the zero-padded input becomes V = B^T d B. Neighbouring patches overlap by two pixels,
// since each makes 4x4 outputs. One invocation per patch ("tile") and channel; all weights are in registers.

struct Uniforms {
  width: u32, // pixels
  height: u32, // pixels
  channel_count: u32,
  tiles_x: u32, // tiles in a row of the image
  first_tile: u32, // the chunk starts at this tile of the image
  tile_count: u32, // tiles in this chunk
  block_count: u32, // blocks of 32 tiles in v
}

@group(0) @binding(0) var<storage, read> x: array<f32>; // [C, H, W]
@group(0) @binding(1) var<storage, read_write> v: array<f32>; // [36, block_count, C, 32] tiles
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

override WORKGROUP = 64; // tiles a workgroup

@compute @workgroup_size(WORKGROUP)
fn winograd_input(@builtin(global_invocation_id) id: vec3u) {
  let tile = id.x;
  let channel = id.y;
  if (tile >= uniforms.tile_count) {
    return;
  }
  let image_tile = uniforms.first_tile + tile;
  // One up and left of the outputs: wraps to a huge number at the border, which counts as outside.
  let top = (image_tile / uniforms.tiles_x) * 4u - 1u;
  let left = (image_tile % uniforms.tiles_x) * 4u - 1u;
  let plane = channel * uniforms.width * uniforms.height;

  let r0 = load_row(plane, top, left);
  let r1 = load_row(plane, top + 1u, left);
  let r2 = load_row(plane, top + 2u, left);
  let r3 = load_row(plane, top + 3u, left);
  let r4 = load_row(plane, top + 4u, left);
  let r5 = load_row(plane, top + 5u, left);

  let c0 = transform(r0[0], r1[0], r2[0], r3[0], r4[0], r5[0]);
  let c1 = transform(r0[1], r1[1], r2[1], r3[1], r4[1], r5[1]);
  let c2 = transform(r0[2], r1[2], r2[2], r3[2], r4[2], r5[2]);
  let c3 = transform(r0[3], r1[3], r2[3], r3[3], r4[3], r5[3]);
  let c4 = transform(r0[4], r1[4], r2[4], r3[4], r4[4], r5[4]);
  let c5 = transform(r0[5], r1[5], r2[5], r3[5], r4[5], r5[5]);

  let out = ((tile / 32u) * uniforms.channel_count + channel) * 32u + tile % 32u;
  store_row(0u, out, transform(c0[0], c1[0], c2[0], c3[0], c4[0], c5[0]));
  store_row(1u, out, transform(c0[1], c1[1], c2[1], c3[1], c4[1], c5[1]));
  store_row(2u, out, transform(c0[2], c1[2], c2[2], c3[2], c4[2], c5[2]));
  store_row(3u, out, transform(c0[3], c1[3], c2[3], c3[3], c4[3], c5[3]));
  store_row(4u, out, transform(c0[4], c1[4], c2[4], c3[4], c4[4], c5[4]));
  store_row(5u, out, transform(c0[5], c1[5], c2[5], c3[5], c4[5], c5[5]));
}

/** B^T times a column. */
fn transform(d0: f32, d1: f32, d2: f32, d3: f32, d4: f32, d5: f32) -> array<f32, 6> {
  let even = d4 - 4.0 * d2;
  let odd = d3 - 4.0 * d1;
  let even_near = d4 - d2;
  let odd_near = 2.0 * (d3 - d1);
  return array<f32, 6>(
    4.0 * d0 - 5.0 * d2 + d4,
    even + odd,
    even - odd,
    even_near + odd_near,
    even_near - odd_near,
    4.0 * d1 - 5.0 * d3 + d5,
  );
}

fn load_row(plane: u32, row: u32, left: u32) -> array<f32, 6> {
  let start = plane + min(row, uniforms.height - 1u) * uniforms.width;
  let inside = row < uniforms.height;
  return array<f32, 6>(
    load(start, left, inside),
    load(start, left + 1u, inside),
    load(start, left + 2u, inside),
    load(start, left + 3u, inside),
    load(start, left + 4u, inside),
    load(start, left + 5u, inside),
  );
}

fn load(start: u32, column: u32, row_inside: bool) -> f32 {
  let value = x[start + min(column, uniforms.width - 1u)];
  return select(0.0, value, row_inside && column < uniforms.width);
}

fn store_row(row: u32, out: u32, value: array<f32, 6>) {
  let step = uniforms.block_count * uniforms.channel_count * 32u;
  let first = row * 6u * step + out;
  v[first] = value[0];
  v[first + step] = value[1];
  v[first + 2u * step] = value[2];
  v[first + 3u * step] = value[3];
  v[first + 4u * step] = value[4];
  v[first + 5u * step] = value[5];
}
