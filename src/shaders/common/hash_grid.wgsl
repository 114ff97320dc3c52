// Corners of the multiresolution hash grid (Mueller et al. 2022, section 3): dense where a level fits its table,
// hashed where it does not. A level is (bits of f32 scale, resolution, first entry, entries).

struct Corner {
  base: vec3u,
  weight: vec3f, // of the upper corner on each axis
}

fn corner_of(q: vec3f, scale: f32) -> Corner {
  let p = q * scale + 0.5;
  let cell = floor(p);
  return Corner(vec3u(max(cell, vec3f(0.0))), p - cell);
}

fn entry_index(cell: vec3u, level: vec4u) -> u32 {
  let resolution = level.y;
  // Dense levels come with resolution^3 <= entries; resolution <= 1290 keeps the product in 32 bits, and larger
  // ones are hashed before it is formed.
  if (resolution <= 256u && resolution * resolution * resolution <= level.w) {
    return level.z + cell.x + resolution * (cell.y + resolution * cell.z);
  }
  // Entries of hashed levels are a power of two.
  return level.z + ((cell.x ^ (cell.y * 2654435761u) ^ (cell.z * 805459861u)) & (level.w - 1u));
}
