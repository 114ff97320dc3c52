// Corners of the multiresolution hash grid (Mueller et al. 2022, section 3): dense where a level fits its table,
// hashed where it does not.

struct Level {
  scale: f32,
  resolution: u32,     // corners a side
  first_entry: u32,    // of the table
  entries: u32,        // a power of two where it is hashed
}

struct Corner {
  base: vec3u,
  weight: vec3f, // of the upper corner on each axis
}

fn corner_of(q: vec3f, scale: f32) -> Corner {
  let p = q * scale + 0.5;
  let cell = floor(p);
  return Corner(vec3u(max(cell, vec3f(0.0))), p - cell);
}

fn entry_index(cell: vec3u, level: Level) -> u32 {
  let resolution = level.resolution;
  // Dense levels come with resolution^3 <= entries; resolution <= 1290 keeps the product in 32 bits, and larger
  // ones are hashed before it is formed.
  if (resolution <= 256u && resolution * resolution * resolution <= level.entries) {
    return level.first_entry + cell.x + resolution * (cell.y + resolution * cell.z);
  }
  // Entries of hashed levels are a power of two.
  return level.first_entry + ((cell.x ^ (cell.y * 2654435761u) ^ (cell.z * 805459861u)) & (level.entries - 1u));
}

// Entries of the eight corners of a cell, corner k at (k & 1, k >> 1 & 1, k >> 2): entry_index of each, with what they
// share worked out once and every index a constant.
fn corner_entries(base: vec3u, level: Level) -> array<u32, 8> {
  let resolution = level.resolution;
  let dense = resolution <= 256u && resolution * resolution * resolution <= level.entries;
  let x = vec2u(base.x, base.x + 1u);
  let y = vec2u(base.y, base.y + 1u) * select(2654435761u, resolution, dense);
  let z = vec2u(base.z, base.z + 1u) * select(805459861u, resolution * resolution, dense);
  if (dense) {
    let yz = level.first_entry + vec4u(y.x + z.x, y.y + z.x, y.x + z.y, y.y + z.y);
    let a = yz + x.x;
    let b = yz + x.y;
    return array<u32, 8>(a.x, b.x, a.y, b.y, a.z, b.z, a.w, b.w);
  }
  let mask = vec4u(level.entries - 1u);
  let yz = vec4u(y.x ^ z.x, y.y ^ z.x, y.x ^ z.y, y.y ^ z.y);
  let a = level.first_entry + ((yz ^ vec4u(x.x)) & mask);
  let b = level.first_entry + ((yz ^ vec4u(x.y)) & mask);
  return array<u32, 8>(a.x, b.x, a.y, b.y, a.z, b.z, a.w, b.w);
}
