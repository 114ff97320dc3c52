// Style columns of one tile summed by each query's weights: pulls[c][q] += sum over j of S_j[c] w[j][q]. A thread owns
// four queries and four channels, the columns the same for all lanes. The first tile begins from nothing.

struct Uniforms {
  query_stride: u32,  // Q rounded up to a multiple of 4
  channel_count: u32, // C
  column_count: u32,  // J
  first_column: u32,  // of the tile
  tile: u32,          // columns of the tile
}

@group(0) @binding(0) var<storage, read> scores: array<vec4f>;      // [tile, query_stride / 4] weights by now
@group(0) @binding(1) var<storage, read> bank: array<f32>;          // [C, J]
@group(0) @binding(2) var<storage, read_write> pulls: array<vec4f>; // [C, query_stride / 4]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn attention_gather(@builtin(global_invocation_id) id: vec3u) {
  let quads = uniforms.query_stride / 4u;
  let quad = id.x;
  if (quad >= quads) { return; }
  let last = uniforms.channel_count - 1u;
  // Past the last channel it is summed again, and not written.
  let c = 4u * id.y + vec4u(0u, 1u, 2u, 3u);
  let at = min(c, vec4u(last)) * uniforms.column_count + uniforms.first_column;
  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  for (var j = 0u; j < uniforms.tile; j++) {
    let w = scores[j * quads + quad];
    sum0 += bank[at.x + j] * w;
    sum1 += bank[at.y + j] * w;
    sum2 += bank[at.z + j] * w;
    sum3 += bank[at.w + j] * w;
  }
  add(c.x, quads, quad, sum0);
  add(c.y, quads, quad, sum1);
  add(c.z, quads, quad, sum2);
  add(c.w, quads, quad, sum3);
}

fn add(channel: u32, quads: u32, quad: u32, sum: vec4f) {
  if (channel >= uniforms.channel_count) { return; }
  let at = channel * quads + quad;
  pulls[at] = select(pulls[at], vec4f(), uniforms.first_column == 0u) + sum;
}
