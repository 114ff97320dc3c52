// Hash-grid encoding: each sample interpolates the two features of its eight corners, on two levels. [S]
// Features are two halves in one u32: one load a corner. Which two levels is compiled in (hash-levels.ts), so that
// their sizes are constants and dense levels have no branch: one kernel for each pair.

struct Uniforms {
  stride: u32,       // samples that the buffers hold
}

@group(0) @binding(0) var<storage, read> counters: Counters;
@group(0) @binding(1) var<storage, read> sample_position: array<f32>;      // [3, stride] field coordinates
@group(0) @binding(2) var<storage, read> table: array<u32>;                // [entries] 2 x f16
@group(0) @binding(3) var<storage, read_write> encoded: array<vec2u>;       // [L / 2, stride] 4 x f16
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn encode(@builtin(global_invocation_id) id: vec3u) {
  let s = id.x;
  if (s >= counters.samples) { return; }
  let stride = uniforms.stride;
  let q = vec3f(sample_position[s], sample_position[stride + s], sample_position[2u * stride + s]);
  let coarse = features(q, LEVEL_PAIR[0]);
  let fine = features(q, LEVEL_PAIR[1]);
  encoded[PAIR * stride + s] = vec2u(pack2x16float(coarse), pack2x16float(fine));
}

fn features(q: vec3f, level: Level) -> vec2f {
  let corner = corner_of(q, level.scale);
  let entries = corner_entries(corner.base, level);
  let w = corner.weight;
  let near = mix(
    mix(entry(entries[0]), entry(entries[1]), w.x),
    mix(entry(entries[2]), entry(entries[3]), w.x),
    w.y,
  );
  let far = mix(
    mix(entry(entries[4]), entry(entries[5]), w.x),
    mix(entry(entries[6]), entry(entries[7]), w.x),
    w.y,
  );
  return mix(near, far, w.z);
}

fn entry(index: u32) -> vec2f {
  return unpack2x16float(table[index]);
}
