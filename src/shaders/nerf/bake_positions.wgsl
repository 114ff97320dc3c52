// Field coordinates of the nodes of a run of bricks, as samples of the density pass and survivors of the colour pass.
// Node n of a brick is x fastest; all are shaded by ray 0, whose direction the caller hides. [bricks x nodes^3]

struct Uniforms {
  sample_count: u32,
  first_brick: u32,
  nodes: u32,        // a side of a brick
  resolution: u32,   // of the occupancy grid
  stride: u32,
}

@group(0) @binding(0) var<storage, read> brick_cell: array<u32>;              // [B] cell number of each brick
@group(0) @binding(1) var<storage, read_write> sample_position: array<f32>;    // [3, stride] field coordinates
@group(0) @binding(2) var<storage, read_write> survivor_position: array<f32>;  // [3, stride] the same
@group(0) @binding(3) var<storage, read_write> survivor_index: array<Source>;   // [stride]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

// Just inside the field, whose last cell ends at 1.
const LAST = 0.999999;

@compute @workgroup_size(64)
fn bake_positions(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= uniforms.sample_count) { return; }
  let n = uniforms.nodes;
  let node = i % (n * n * n);
  let cell = brick_cell[uniforms.first_brick + i / (n * n * n)];
  let r = uniforms.resolution;
  let corner = vec3f(vec3u(cell % r, (cell / r) % r, cell / (r * r)));
  let inside = vec3f(vec3u(node % n, (node / n) % n, node / (n * n))) / f32(n - 1u);
  let q = min((corner + inside) / f32(r), vec3f(LAST));
  sample_position[i] = q.x;
  sample_position[uniforms.stride + i] = q.y;
  sample_position[2u * uniforms.stride + i] = q.z;
  survivor_position[i] = q.x;
  survivor_position[uniforms.stride + i] = q.y;
  survivor_position[2u * uniforms.stride + i] = q.z;
  survivor_index[i] = Source(i, 0u);
}
