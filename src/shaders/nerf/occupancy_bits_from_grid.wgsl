// Bitfield of the cells worth marching through: thickness above min(0.01, mean), and seen of late by some training ray.
// Now and then (`everything`) all dense cells come back, so that what was hidden may be seen again. [resolution^3 / 32]

struct Uniforms {
  word_count: u32,
  seen_since: u32,   // step; cells not seen since are left out
  everything: u32,   // 1: whether seen or not
}

@group(0) @binding(0) var<storage, read> occupancy: array<f32>;            // [resolution^3]
@group(0) @binding(1) var<storage, read> mean_thickness: array<f32>;       // [1]
@group(0) @binding(2) var<storage, read> last_seen: array<u32>;            // [resolution^3] steps
@group(0) @binding(3) var<storage, read_write> occupancy_bits: array<u32>;  // [resolution^3 / 32]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn occupancy_bits_from_grid(@builtin(global_invocation_id) id: vec3u) {
  let word = id.x;
  if (word >= uniforms.word_count) { return; }
  let threshold = min(0.01, mean_thickness[0]);
  var bits = 0u;
  for (var k = 0u; k < 32u; k++) {
    let cell = 32u * word + k;
    let seen = uniforms.everything != 0u || last_seen[cell] >= uniforms.seen_since;
    if (seen && occupancy[cell] > threshold) { bits |= 1u << k; }
  }
  occupancy_bits[word] = bits;
}
