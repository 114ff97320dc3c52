// Second of three steps of a Winograd convolution: 36 independent products M = U V over the input channels.
// Each invocation keeps 8 tiles x 8 output channels in registers, so that four vector loads feed 64
// multiply-adds; a load costs ten of those on software adapters. Its two tile quads lie a workgroup apart,
// so that neighbours read neighbouring memory. winograd_multiply_subgroups does the same where it can share loads.

struct Uniforms {
  channel_count: u32, // channels of v, the depth of the product
  block_count: u32, // blocks of 8 tile quads in v
  quad_stride: u32, // tile quads per row of m
  group_count: u32, // groups of 8 output channels
}

@group(0) @binding(0) var<storage, read> v: array<vec4f>; // [36, block_count, C, 8] of four tiles
@group(0) @binding(1) var<storage, read> u: array<vec4f>; // [36, group_count, C, 2] of four channels
@group(0) @binding(2) var<storage, read_write> m: array<vec4f>; // [36, 8 group_count, quad_stride] of four tiles
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

override WORKGROUP = 8; // invocations, each with two tile quads

@compute @workgroup_size(WORKGROUP)
fn winograd_multiply(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let quad_a = group.x * u32(WORKGROUP) * 2u + local.x;
  let quad_b = quad_a + u32(WORKGROUP);
  let depth = uniforms.channel_count;
  var va_at = first_of_quad(group.z, quad_a);
  var vb_at = first_of_quad(group.z, quad_b);
  var u_at = (group.z * uniforms.group_count + group.y) * depth * 2u;
  var a0 = vec4f();
  var b0 = vec4f();
  var a1 = vec4f();
  var b1 = vec4f();
  var a2 = vec4f();
  var b2 = vec4f();
  var a3 = vec4f();
  var b3 = vec4f();
  var a4 = vec4f();
  var b4 = vec4f();
  var a5 = vec4f();
  var b5 = vec4f();
  var a6 = vec4f();
  var b6 = vec4f();
  var a7 = vec4f();
  var b7 = vec4f();
  // Quads past the end read other values and are not stored.
  for (var c = 0u; c < depth; c++) {
    let va = v[va_at];
    let vb = v[vb_at];
    let u0 = u[u_at];
    let u1 = u[u_at + 1u];
    a0 += u0.x * va;
    b0 += u0.x * vb;
    a1 += u0.y * va;
    b1 += u0.y * vb;
    a2 += u0.z * va;
    b2 += u0.z * vb;
    a3 += u0.w * va;
    b3 += u0.w * vb;
    a4 += u1.x * va;
    b4 += u1.x * vb;
    a5 += u1.y * va;
    b5 += u1.y * vb;
    a6 += u1.z * va;
    b6 += u1.z * vb;
    a7 += u1.w * va;
    b7 += u1.w * vb;
    va_at += 8u;
    vb_at += 8u;
    u_at += 2u;
  }
  let row = (group.z * uniforms.group_count + group.y) * 8u;
  if (quad_a < uniforms.quad_stride) {
    let out = row * uniforms.quad_stride + quad_a;
    m[out + 0u * uniforms.quad_stride] = a0;
    m[out + 1u * uniforms.quad_stride] = a1;
    m[out + 2u * uniforms.quad_stride] = a2;
    m[out + 3u * uniforms.quad_stride] = a3;
    m[out + 4u * uniforms.quad_stride] = a4;
    m[out + 5u * uniforms.quad_stride] = a5;
    m[out + 6u * uniforms.quad_stride] = a6;
    m[out + 7u * uniforms.quad_stride] = a7;
  }
  if (quad_b < uniforms.quad_stride) {
    let out = row * uniforms.quad_stride + quad_b;
    m[out + 0u * uniforms.quad_stride] = b0;
    m[out + 1u * uniforms.quad_stride] = b1;
    m[out + 2u * uniforms.quad_stride] = b2;
    m[out + 3u * uniforms.quad_stride] = b3;
    m[out + 4u * uniforms.quad_stride] = b4;
    m[out + 5u * uniforms.quad_stride] = b5;
    m[out + 6u * uniforms.quad_stride] = b6;
    m[out + 7u * uniforms.quad_stride] = b7;
  }
}

/** Where a tile quad's first channel lies in v. */
fn first_of_quad(position: u32, quad: u32) -> u32 {
  return (position * uniforms.block_count + quad / 8u) * uniforms.channel_count * 8u + quad % 8u;
}
