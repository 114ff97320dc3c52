// Bitfield of the cells worth marching through: thickness above min(0.01, mean). [resolution^3 / 32]

struct Uniforms {
  word_count: u32,
}

@group(0) @binding(0) var<storage, read> occupancy: array<f32>;            // [resolution^3]
@group(0) @binding(1) var<storage, read> mean_thickness: array<f32>;       // [1]
@group(0) @binding(2) var<storage, read_write> occupancy_bits: array<u32>;  // [resolution^3 / 32]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn occupancy_bits_from_grid(@builtin(global_invocation_id) id: vec3u) {
  let word = id.x;
  if (word >= uniforms.word_count) { return; }
  let threshold = min(0.01, mean_thickness[0]);
  var bits = 0u;
  for (var k = 0u; k < 32u; k++) {
    if (occupancy[32u * word + k] > threshold) { bits |= 1u << k; }
  }
  occupancy_bits[word] = bits;
}
