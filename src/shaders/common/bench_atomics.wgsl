// Ceiling of scattered gradients: i32 atomicAdd at scattered places of a table, eight independent ones a turn.
struct Uniforms {
  turns: u32, // loop turns of 8 additions each
  mask: u32, // entries - 1
}

@group(0) @binding(0) var<storage, read_write> sums: array<atomic<i32>>; // [mask + 1]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn bench_atomics(@builtin(global_invocation_id) id: vec3u) {
  let mask = uniforms.mask;
  var state = id.x * 2654435761u + 1u;
  for (var turn = 0u; turn < uniforms.turns; turn++) {
    state = state * 1664525u + 1013904223u;
    atomicAdd(&sums[state & mask], 1);
    atomicAdd(&sums[(state >> 3u) & mask], 1);
    atomicAdd(&sums[(state >> 6u) & mask], 1);
    atomicAdd(&sums[(state >> 9u) & mask], 1);
    atomicAdd(&sums[((state >> 12u) ^ (state << 7u)) & mask], 1);
    atomicAdd(&sums[((state >> 13u) ^ (state << 5u)) & mask], 1);
    atomicAdd(&sums[((state >> 11u) ^ (state << 9u)) & mask], 1);
    atomicAdd(&sums[((state >> 10u) ^ (state << 11u)) & mask], 1);
  }
}
