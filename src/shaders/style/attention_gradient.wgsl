// Gradient of mean (1 - E) and the loss itself, one partial sum a workgroup: d_F = d_scale (f (f . G) - G) / |F| with
// f = F / |F| and G what pulls at the query. A query of all zeros has loss 1 and no gradient.

struct Uniforms {
  query_count: u32,   // Q
  query_stride: u32,
  channel_count: u32, // C
  d_scale: f32,       // weight / Q
}

@group(0) @binding(0) var<storage, read> queries: array<f32>;          // [C, query_stride]
@group(0) @binding(1) var<storage, read> pulls: array<f32>;            // [C, query_stride]
@group(0) @binding(2) var<storage, read> states: array<vec4f>;         // [query_stride] (max cosine, sum, sum of cosines, 1 / |F|)
@group(0) @binding(3) var<storage, read_write> d_features: array<f32>; // [C, Q], added to
@group(0) @binding(4) var<storage, read_write> partials: array<f32>;   // [workgroups]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

const LANES = 64u;
var<workgroup> lane_sums: array<f32, LANES>;

@compute @workgroup_size(LANES)
fn attention_gradient(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let query = group.x * LANES + lane;
  var distance = 0.0;
  // No early return: every lane must reach the barrier.
  if (query < uniforms.query_count) {
    let state = states[query];
    distance = 1.0 - state.z / state.y;
    push(query, state.w);
  }
  lane_sums[lane] = distance;
  workgroupBarrier();
  if (lane != 0u) { return; }
  var total = 0.0;
  for (var i = 0u; i < LANES; i++) {
    total += lane_sums[i];
  }
  partials[group.x] = total;
}

fn push(query: u32, inverse_length: f32) {
  var along = 0.0;
  for (var c = 0u; c < uniforms.channel_count; c++) {
    let at = c * uniforms.query_stride + query;
    along += queries[at] * pulls[at];
  }
  along *= inverse_length * inverse_length;
  let scale = uniforms.d_scale * inverse_length;
  for (var c = 0u; c < uniforms.channel_count; c++) {
    let at = c * uniforms.query_stride + query;
    d_features[c * uniforms.query_count + query] += scale * (queries[at] * along - pulls[at]);
  }
}
