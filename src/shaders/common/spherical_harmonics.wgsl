// Real spherical harmonics to degree 2 (9 values, padded to 12) of a unit direction; the constants are the usual
// orthonormal ones. With the direction hidden only the constant term is left.

const SH_VEC4 = 3u;

fn spherical_harmonics(d: vec3f, use_direction: f32) -> array<vec4f, SH_VEC4> {
  let u = use_direction;
  return array<vec4f, SH_VEC4>(
    vec4f(0.28209479, -0.48860251 * d.y * u, 0.48860251 * d.z * u, -0.48860251 * d.x * u),
    u * vec4f(1.09254843 * d.x * d.y, -1.09254843 * d.y * d.z, 0.31539157 * (3.0 * d.z * d.z - 1.0), -1.09254843 * d.x * d.z),
    vec4f(u * 0.54627422 * (d.x * d.x - d.y * d.y), 0.0, 0.0, 0.0),
  );
}
