// Ceiling of scattered gradients: i32 atomicAdd at scattered places of a table, both sums of four entries a turn, as
// an entry of the hash grid has two.
struct Uniforms {
  turns: u32, // loop turns of 8 additions each
  mask: u32, // entries - 1
}

@group(0) @binding(0) var<storage, read_write> sums: array<atomic<i32>>; // [mask + 1, 2]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn bench_atomics(@builtin(global_invocation_id) id: vec3u) {
  let mask = uniforms.mask;
  var state = id.x * 2654435761u + 1u;
  for (var turn = 0u; turn < uniforms.turns; turn++) {
    state = state * 1664525u + 1013904223u;
    add_pair(2u * (state & mask));
    add_pair(2u * ((state >> 5u) & mask));
    add_pair(2u * ((state >> 9u) & mask));
    add_pair(2u * (((state >> 12u) ^ (state << 7u)) & mask));
  }
}

fn add_pair(first: u32) {
  atomicAdd(&sums[first], 1);
  atomicAdd(&sums[first + 1u], 1);
}
