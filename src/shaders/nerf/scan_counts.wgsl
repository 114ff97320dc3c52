// Exclusive prefix sum of the samples of each ray; rays that no longer fit the sample buffers are dropped whole.
// The inclusive sum grows with the ray index, so the rays kept are a prefix. One workgroup does all. [R]
// Also writes the sizes of the dispatches that follow, so that nothing is read back.

const SCAN_SIZE = 256u;
const SAMPLE_GROUP = 64u;  // samples a workgroup in the kernels over S
const MLP_GROUP = 256u;    // and in the MLPs, whose workgroups each load all weights

struct Uniforms {
  ray_count: u32,
  capacity: u32,     // samples that the buffers hold
  levels: u32,
  chunk: u32,        // samples a workgroup in the weight gradients
  density_neurons: u32, // workgroups over neurons there
  colour_neurons: u32,
}

@group(0) @binding(0) var<storage, read> counts: array<u32>;               // [R]
@group(0) @binding(1) var<storage, read_write> ray_span: array<Span>;      // [R]
@group(0) @binding(2) var<storage, read_write> counters: Counters;
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

var<workgroup> partial: array<u32, SCAN_SIZE>;

@compute @workgroup_size(SCAN_SIZE)
fn scan_counts(@builtin(local_invocation_index) lane: u32) {
  let each = (uniforms.ray_count + SCAN_SIZE - 1u) / SCAN_SIZE;
  let first = min(lane * each, uniforms.ray_count);
  let last = min(first + each, uniforms.ray_count);
  var sum = 0u;
  for (var r = first; r < last; r++) { sum += counts[r]; }
  partial[lane] = sum;
  workgroupBarrier();
  for (var offset = 1u; offset < SCAN_SIZE; offset *= 2u) {
    var before = 0u;
    if (lane >= offset) { before = partial[lane - offset]; }
    workgroupBarrier();
    partial[lane] += before;
    workgroupBarrier();
  }
  var start = partial[lane] - sum;
  for (var r = first; r < last; r++) {
    let count = counts[r];
    let kept = start + count <= uniforms.capacity;
    ray_span[r] = Span(select(0u, start, kept), select(0u, count, kept));
    // The last ray kept, and the first dropped, are each seen by exactly one lane.
    let next_dropped = r + 1u == uniforms.ray_count || start + count + counts[min(r + 1u, uniforms.ray_count - 1u)] > uniforms.capacity;
    if (kept && next_dropped) { finish(start + count, r + 1u); }
    if (r == 0u && !kept) { finish(0u, 0u); }
    start += count;
  }
  if (lane == SCAN_SIZE - 1u) { counters.samples_wanted = partial[lane]; }
}

fn finish(samples: u32, rays: u32) {
  counters.samples = samples;
  counters.rays_kept = rays;
  let groups = (samples + SAMPLE_GROUP - 1u) / SAMPLE_GROUP;
  let chunks = (samples + uniforms.chunk - 1u) / uniforms.chunk;
  counters.over_levels = array<u32, 3>(groups, uniforms.levels, 1u);
  counters.over_samples = array<u32, 3>(groups, 1u, 1u);
  counters.over_colour_neurons = array<u32, 3>(chunks, uniforms.colour_neurons, 1u);
  counters.over_density_neurons = array<u32, 3>(chunks, uniforms.density_neurons, 1u);
  counters.over_mlp_groups = array<u32, 3>((samples + MLP_GROUP - 1u) / MLP_GROUP, 1u, 1u);
}
