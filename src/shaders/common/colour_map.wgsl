// The field's final colour: an affine map of the MLP's rgb, clamped (the exact colour transfer of a style; identity
// on a plain field). Rows of the map are vec4f (matrix row, offset), in sRGB.

fn map_colour(rgb: vec3f, row0: vec4f, row1: vec4f, row2: vec4f) -> vec3f {
  let c = vec4f(rgb, 1.0);
  return vec3f(dot(row0, c), dot(row1, c), dot(row2, c));
}
