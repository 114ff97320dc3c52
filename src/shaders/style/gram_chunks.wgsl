// Partial Gram matrices F F^T over chunks of pixels (Gatys et al. 2016, eq. 3): chunks[z][a][b] = sum over the
// chunk's pixels of F[a] F[b]. A thread owns two columns b and ROWS rows a: rows are the same for all lanes (one
// broadcast load), columns are one load a lane. Chunks give work to wide adapters and keep f32 sums short.

struct Uniforms {
  channel_count: u32,
  pixel_count: u32, // H * W
  chunk_size: u32,  // pixels a chunk
}

@group(0) @binding(0) var<storage, read> features: array<f32>;       // [C, H, W]
@group(0) @binding(1) var<storage, read_write> chunks: array<f32>;  // [Z, C, C]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

const LANES = 32u;
const ROWS = 8u;

@compute @workgroup_size(LANES)
fn gram_chunks(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let channels = uniforms.channel_count;
  let pixels = uniforms.pixel_count;
  let first_row = group.y * ROWS;
  let column = group.x * 2u * LANES + lane;
  // Past the edge a channel is read again and not written: no branch in the loop.
  let last = channels - 1u;
  let at_b0 = min(column, last) * pixels;
  let at_b1 = min(column + LANES, last) * pixels;
  let a0 = min(first_row, last) * pixels;
  let a1 = min(first_row + 1u, last) * pixels;
  let a2 = min(first_row + 2u, last) * pixels;
  let a3 = min(first_row + 3u, last) * pixels;
  let a4 = min(first_row + 4u, last) * pixels;
  let a5 = min(first_row + 5u, last) * pixels;
  let a6 = min(first_row + 6u, last) * pixels;
  let a7 = min(first_row + 7u, last) * pixels;
  var low0 = vec4f();
  var high0 = vec4f();
  var low1 = vec4f();
  var high1 = vec4f();
  let start = group.z * uniforms.chunk_size;
  let end = min(start + uniforms.chunk_size, pixels);
  for (var n = start; n < end; n++) {
    let b0 = features[at_b0 + n];
    let b1 = features[at_b1 + n];
    let low = vec4f(features[a0 + n], features[a1 + n], features[a2 + n], features[a3 + n]);
    let high = vec4f(features[a4 + n], features[a5 + n], features[a6 + n], features[a7 + n]);
    low0 += b0 * low;
    high0 += b0 * high;
    low1 += b1 * low;
    high1 += b1 * high;
  }
  let base = group.z * channels * channels;
  for (var k = 0u; k < ROWS; k++) {
    let row = first_row + k;
    if (row >= channels) { break; }
    let at = base + row * channels + column;
    if (column < channels) { chunks[at] = select(high0[k & 3u], low0[k & 3u], k < 4u); }
    if (column + LANES < channels) { chunks[at + LANES] = select(high1[k & 3u], low1[k & 3u], k < 4u); }
  }
}
