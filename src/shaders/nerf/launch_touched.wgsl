// From the number of entries listed, the size of adam_table's dispatch; the list starts anew. One thread.

const MOST = 65535u; // workgroups of one row of a dispatch

@group(0) @binding(0) var<storage, read_write> launch: array<u32>; // [5] 0..2 workgroups, 3 entries, 4 entries listed

@compute @workgroup_size(1)
fn launch_touched() {
  let count = launch[4];
  let groups = (count + 63u) / 64u;
  let rows = max(1u, (groups + MOST - 1u) / MOST);
  launch[0] = (groups + rows - 1u) / rows;
  launch[1] = rows;
  launch[2] = 1u;
  launch[3] = count;
  launch[4] = 0u;
}
