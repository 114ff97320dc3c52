// Looks field coordinates up in a baked field. Every occupied cell of the occupancy grid is a brick of a 3D texture:
// brick_voxels^3 voxels between (brick_voxels + 1)^3 nodes, so that neighbours repeat the nodes of their common face and
// hardware filtering never reads across. Empty cells hold how far it is to the nearest brick instead.
// Needs: brick_index, brick_atlas, brick_sampler.

const BRICK = 0x80000000u;       // set: bits 0-9, 10-19, 20-29 are the brick's place in the atlas, in bricks
const OUTSIDE = 1u;              // as an empty cell beside a brick

// Entry of the cell that holds q: a brick, or a number d of cells: all that are nearer than d (maximum norm) are empty.
fn brick_entry(q: vec3f, resolution: u32) -> u32 {
  let cell = occupancy_cell(q, resolution);
  if (cell == 0xffffffffu) { return OUTSIDE; }
  return brick_index[cell];
}

// Colour (sRGB) and coded density at q, which must lie in the brick's cell.
fn sample_brick(entry: u32, q: vec3f, resolution: u32, voxels: u32, texel: vec3f) -> vec4f {
  let place = vec3f(vec3u(entry, entry >> 10u, entry >> 20u) & vec3u(1023u));
  let inside = fract(q * f32(resolution)) * f32(voxels);
  let at = place * f32(voxels + 1u) + inside + 0.5;
  return textureSampleLevel(brick_atlas, brick_sampler, at * texel, 0.0);
}
