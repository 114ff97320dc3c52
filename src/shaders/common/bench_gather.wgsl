// Ceiling of random reads: one u32 (a hash grid's entry: two halves) at scattered places of a table whose size is a
// power of two, eight independent reads a turn.
struct Uniforms {
  turns: u32, // loop turns of 8 reads each
  mask: u32, // entries - 1
}

@group(0) @binding(0) var<storage, read> entries: array<u32>; // [mask + 1]
@group(0) @binding(1) var<storage, read_write> result: array<u32>; // [invocations]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn bench_gather(@builtin(global_invocation_id) id: vec3u) {
  let mask = uniforms.mask;
  var a = 0u;
  var b = 0u;
  var c = 0u;
  var d = 0u;
  var state = id.x * 2654435761u + 1u;
  for (var turn = 0u; turn < uniforms.turns; turn++) {
    // One multiply gives eight places: rotations of a linear congruential state.
    state = state * 1664525u + 1013904223u;
    a += entries[state & mask] + entries[(state >> 3u) & mask];
    b += entries[(state >> 6u) & mask] + entries[(state >> 9u) & mask];
    c += entries[((state >> 12u) ^ (state << 7u)) & mask] + entries[((state >> 13u) ^ (state << 5u)) & mask];
    d += entries[((state >> 11u) ^ (state << 9u)) & mask] + entries[((state >> 10u) ^ (state << 11u)) & mask];
  }
  if (id.x < arrayLength(&result)) {
    result[id.x] = a + b + c + d;
  }
}
