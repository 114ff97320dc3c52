// Gradient of density_forward with respect to its input, for the samples that survived compaction. [S']

struct Uniforms {
  stride: u32,
}

@group(0) @binding(0) var<storage, read> counters: array<u32>;             // [16] of the survivors
@group(0) @binding(1) var<storage, read> survivor_index: array<vec2u>;     // [stride] (sample, ray)
@group(0) @binding(2) var<storage, read> encoded: array<f32>;              // [ENCODED, stride] of all samples
@group(0) @binding(3) var<storage, read> weights: array<vec4f>;            // as density_forward
@group(0) @binding(4) var<storage, read> d_raw_density: array<f32>;        // [stride] of the survivors
@group(0) @binding(5) var<storage, read_write> d_encoded: array<f32>;       // [ENCODED, stride] of the survivors
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn density_backward(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  load_mlp_weights(lane);
  // As in density_forward: no lane returns early.
  let i = min(id.x, counters[0] - 1u);
  let s = survivor_index[i].x;
  let d_out = d_raw_density[i];
  var x: array<vec4f, ENCODED_VEC4>;
  for (var q = 0u; q < ENCODED_VEC4; q++) {
    let k = 4u * q * uniforms.stride + s;
    x[q] = vec4f(encoded[k], encoded[k + uniforms.stride], encoded[k + 2u * uniforms.stride], encoded[k + 3u * uniforms.stride]);
  }
  let d_x = density_mlp_backward(x, d_out);
  if (id.x >= counters[0]) { return; }
  for (var q = 0u; q < ENCODED_VEC4; q++) {
    let k = 4u * q * uniforms.stride + i;
    d_encoded[k] = d_x[q].x;
    d_encoded[k + uniforms.stride] = d_x[q].y;
    d_encoded[k + 2u * uniforms.stride] = d_x[q].z;
    d_encoded[k + 3u * uniforms.stride] = d_x[q].w;
  }
}
