// Lists the entries of a hash table that got a gradient, for adam_table: most get none in a step, and to work on all
// costs more than to find those. Their order is as the threads come, which changes no result. Eight entries a
// thread. [entries / 8]

const EACH = 4u; // pairs of entries a thread, a workgroup's width apart

// As in touched_dispatch.wgsl.
struct TouchedDispatch {
  workgroups: array<u32, 3>,
  entries: u32,
  listed: atomic<u32>,
}

struct Uniforms {
  entry_count: u32,    // of those that may move
  row: u32,            // workgroups of one row of the dispatch
}

@group(0) @binding(0) var<storage, read> d_table: array<vec4i>;             // [entries / 2] fixed point, two entries
@group(0) @binding(1) var<storage, read_write> touched: array<u32>;         // [entries]
@group(0) @binding(2) var<storage, read_write> dispatch: TouchedDispatch;   // listed: how many, from 0
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn list_touched(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = (group.x + group.y * uniforms.row) * 64u * EACH + lane;
  var found = 0u; // bit 2 k: the first of pair k, bit 2 k + 1: the second
  for (var k = 0u; k < EACH; k++) {
    let pair = first + 64u * k;
    if (2u * pair < uniforms.entry_count) {
      let d = d_table[pair];
      found |= (select(0u, 1u, any(d.xy != vec2i(0))) | select(0u, 2u, any(d.zw != vec2i(0)))) << (2u * k);
    }
  }
  // Of an odd number of entries the last pair has only one.
  if (found == 0u) { return; }
  var at = atomicAdd(&dispatch.listed, countOneBits(found));
  for (var k = 0u; k < 2u * EACH; k++) {
    if (((found >> k) & 1u) == 1u) {
      touched[at] = 2u * (first + 64u * (k >> 1u)) + (k & 1u);
      at++;
    }
  }
}
