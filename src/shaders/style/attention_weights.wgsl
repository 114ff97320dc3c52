// Scores of one tile to the weights of the gradient, in place: with a the softmax and E = sum of a times cosine, E
// changes with cosine j by a_j (1 + (cosine_j - E) / T).

struct Uniforms {
  query_stride: u32,
  tile: u32,              // columns of this tile that count
  inverse_temperature: f32,
}

@group(0) @binding(0) var<storage, read_write> scores: array<f32>; // [tile, query_stride]
@group(0) @binding(1) var<storage, read> states: array<vec4f>;     // [query_stride] (max cosine, sum, sum of cosines, 1 / |F|)
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn attention_weights(@builtin(global_invocation_id) id: vec3u) {
  let query = id.x;
  if (query >= uniforms.query_stride || id.y >= uniforms.tile) { return; }
  let at = id.y * uniforms.query_stride + query;
  let state = states[query];
  let cosine = scores[at] * state.w;
  let share = exp((cosine - state.x) * uniforms.inverse_temperature) / state.y;
  scores[at] = share * (1.0 + (cosine - state.z / state.y) * uniforms.inverse_temperature);
}
