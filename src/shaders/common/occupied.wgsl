// Looks field coordinates up in the occupancy bitfield (binding occupancy_bits of the kernel).

fn occupied(q: vec3f, resolution: u32) -> bool {
  let cell = occupancy_cell(q, resolution);
  if (cell == 0xffffffffu) { return false; }
  return (occupancy_bits[cell >> 5u] & (1u << (cell & 31u))) != 0u;
}
