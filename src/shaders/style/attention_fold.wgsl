// Folds one tile of scores into each query's streaming softmax (Milakov and Gimelshein 2018): when a greater cosine
// comes, what was summed before is scaled down. Keeps the sum of weights and of weighted cosines, both relative to it.

struct Uniforms {
  query_stride: u32,
  tile: u32,              // columns of this tile that count
  inverse_temperature: f32,
}

@group(0) @binding(0) var<storage, read> scores: array<f32>;         // [tile, query_stride]
@group(0) @binding(1) var<storage, read_write> states: array<vec4f>; // [query_stride] (max cosine, sum, sum of cosines, 1 / |F|)
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn attention_fold(@builtin(global_invocation_id) id: vec3u) {
  let query = id.x;
  if (query >= uniforms.query_stride) { return; }
  var state = states[query];
  for (var j = 0u; j < uniforms.tile; j++) {
    let cosine = scores[j * uniforms.query_stride + query] * state.w;
    let largest = max(state.x, cosine);
    let kept = exp((state.x - largest) * uniforms.inverse_temperature);
    let share = exp((cosine - largest) * uniforms.inverse_temperature);
    state = vec4f(largest, kept * state.y + share, kept * state.z + share * cosine, state.w);
  }
  states[query] = state;
}
