// Weights of regions 1 to 4 at field coordinates q, from a volume with `uniforms.resolution` cells a side (binding
// region_weights, [resolution^3] 4 x unorm8, x fastest): trilinear between the centres of its cells, constant beyond the
// outermost.

fn weights_at(q: vec3f) -> vec4f {
  let last = uniforms.resolution - 1u;
  let p = clamp(q * f32(uniforms.resolution) - 0.5, vec3f(0.0), vec3f(f32(last)));
  let low = vec3u(p);
  let high = min(low + 1u, vec3u(last));
  let f = p - vec3f(low);
  let near = mix(weights_row(low.x, high.x, low.y, low.z, f.x), weights_row(low.x, high.x, high.y, low.z, f.x), f.y);
  let far = mix(weights_row(low.x, high.x, low.y, high.z, f.x), weights_row(low.x, high.x, high.y, high.z, f.x), f.y);
  return mix(near, far, f.z);
}

fn weights_row(x0: u32, x1: u32, y: u32, z: u32, f: f32) -> vec4f {
  let row = uniforms.resolution * (y + uniforms.resolution * z);
  return mix(unpack4x8unorm(region_weights[row + x0]), unpack4x8unorm(region_weights[row + x1]), f);
}
