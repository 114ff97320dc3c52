// The field's final colour: an affine map of the MLP's rgb, clamped (the exact colour transfer of a style; identity
// on a plain field).

struct ColourMap {
  rows: array<vec4f, 3>, // matrix row, offset; sRGB
}

fn map_colour(rgb: vec3f, map: ColourMap) -> vec3f {
  let c = vec4f(rgb, 1.0);
  return vec3f(dot(map.rows[0], c), dot(map.rows[1], c), dot(map.rows[2], c));
}
