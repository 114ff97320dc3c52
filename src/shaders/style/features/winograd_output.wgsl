// Shared by the last steps of a Winograd convolution, forward and backward: a tile's 6x6 products become Y = A^T M A,
// 4x4 pixels, of which those inside the image go to `store`, which each kernel has of its own.

/** A^T times a column of six. */
fn transform(m0: f32, m1: f32, m2: f32, m3: f32, m4: f32, m5: f32) -> vec4f {
  let sum_near = m1 + m2;
  let difference_near = m1 - m2;
  let sum_far = m3 + m4;
  let difference_far = m3 - m4;
  return vec4f(
    m0 + sum_near + sum_far,
    difference_near + 2.0 * difference_far,
    sum_near + 4.0 * sum_far,
    difference_near + 8.0 * difference_far + m5,
  );
}

/** Column `column` of the 6x6 products, transformed from six to four. */
fn load_column(column: u32, at: u32) -> vec4f {
  let step = uniforms.padded_channels * uniforms.tile_stride;
  let first = column * step + at;
  return transform(
    m[first],
    m[first + 6u * step],
    m[first + 12u * step],
    m[first + 18u * step],
    m[first + 24u * step],
    m[first + 30u * step],
  );
}

fn store_row(channel: u32, row: u32, left: u32, value: vec4f) {
  if (row >= uniforms.height) {
    return;
  }
  let at = (channel * uniforms.height + row) * uniforms.width + left;
  store(at, value.x, left);
  store(at + 1u, value.y, left + 1u);
  store(at + 2u, value.z, left + 2u);
  store(at + 3u, value.w, left + 3u);
}
