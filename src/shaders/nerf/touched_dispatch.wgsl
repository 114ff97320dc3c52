// From the number of entries listed, the size of adam_table's dispatch; the list starts anew. One thread.

const MOST = 65535u; // workgroups of one row of a dispatch

struct TouchedDispatch {
  workgroups: array<u32, 3>, // of adam_table
  entries: u32,              // that it steps
  listed: u32,               // by list_touched, so far
}

@group(0) @binding(0) var<storage, read_write> dispatch: TouchedDispatch;

@compute @workgroup_size(1)
fn touched_dispatch() {
  let count = dispatch.listed;
  let groups = (count + 63u) / 64u;
  let rows = max(1u, (groups + MOST - 1u) / MOST);
  dispatch.workgroups[0] = (groups + rows - 1u) / rows;
  dispatch.workgroups[1] = rows;
  dispatch.workgroups[2] = 1u;
  dispatch.entries = count;
  dispatch.listed = 0u;
}
