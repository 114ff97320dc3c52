// Hash-grid encoding: each sample and level interpolates the two features of its eight corners. [S, L]
// Features are two halves in one u32: one load a corner. Grid y is the level, so a workgroup works in one table.

struct Uniforms {
  stride: u32,       // samples that the buffers hold
}

@group(0) @binding(0) var<storage, read> counters: array<u32>;             // [16], see scan_counts
@group(0) @binding(1) var<storage, read> levels: array<vec4u>;             // [L] (f32 scale, resolution, first, entries)
@group(0) @binding(2) var<storage, read> sample_position: array<f32>;      // [3, stride] field coordinates
@group(0) @binding(3) var<storage, read> table: array<u32>;                // [entries] 2 x f16
@group(0) @binding(4) var<storage, read_write> encoded: array<f32>;         // [2 L, stride]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn encode(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) group: vec3u) {
  let s = id.x;
  if (s >= counters[0]) { return; }
  let stride = uniforms.stride;
  // By the workgroup's own index, so that compilers know that all lanes share the level.
  let level = levels[group.y];
  let q = vec3f(sample_position[s], sample_position[stride + s], sample_position[2u * stride + s]);
  let corner = corner_of(q, bitcast<f32>(level.x));
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
  let value = mix(near, far, w.z);
  encoded[2u * group.y * stride + s] = value.x;
  encoded[(2u * group.y + 1u) * stride + s] = value.y;
}

fn entry(index: u32) -> vec2f {
  return unpack2x16float(table[index]);
}
