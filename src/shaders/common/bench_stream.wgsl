// Ceiling of memory streaming: copies vec4f after vec4f, each invocation eight of them, neighbours side by side.
struct Uniforms {
  invocations: u32,
}

@group(0) @binding(0) var<storage, read> source: array<vec4f>; // [8 * invocations]
@group(0) @binding(1) var<storage, read_write> target_copy: array<vec4f>; // [8 * invocations]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn bench_stream(@builtin(global_invocation_id) id: vec3u) {
  let n = uniforms.invocations;
  if (id.x >= n) { return; }
  let a = source[id.x];
  let b = source[id.x + n];
  let c = source[id.x + 2u * n];
  let d = source[id.x + 3u * n];
  let e = source[id.x + 4u * n];
  let f = source[id.x + 5u * n];
  let g = source[id.x + 6u * n];
  let h = source[id.x + 7u * n];
  target_copy[id.x] = a;
  target_copy[id.x + n] = b;
  target_copy[id.x + 2u * n] = c;
  target_copy[id.x + 3u * n] = d;
  target_copy[id.x + 4u * n] = e;
  target_copy[id.x + 5u * n] = f;
  target_copy[id.x + 6u * n] = g;
  target_copy[id.x + 7u * n] = h;
}
