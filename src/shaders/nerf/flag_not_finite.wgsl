// Says whether any of a tensor's numbers is NaN or infinite. By their bits, all ones in the exponent: compilers may take it
// that no NaN is ever met, and compare as if none were. Eight values a thread, a workgroup's width apart. [values / 8]

const EACH = 8u;

struct Uniforms {
  count: u32,
  row: u32,            // workgroups of one row of the dispatch
}

@group(0) @binding(0) var<storage, read> values: array<u32>;                // [count] bits of f32
@group(0) @binding(1) var<storage, read_write> not_finite: atomic<u32>;     // 0 until one is found
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn flag_not_finite(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = (group.x + group.y * uniforms.row) * 64u * EACH + lane;
  var found = false;
  for (var k = 0u; k < EACH; k++) {
    let i = first + 64u * k;
    if (i < uniforms.count) { found = found || (values[i] & 0x7f800000u) == 0x7f800000u; }
  }
  if (found) { atomicStore(&not_finite, 1u); }
}
