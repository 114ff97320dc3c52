// The products of winograd_multiply where subgroups are to be had: 4 tiles x 32 output channels an invocation.
// Eight lanes load one vector of weights each, and every lane then takes all 32 by broadcast, so that two loads
// feed 128 multiply-adds. Needs subgroups of at least 8 lanes, all of them inside one workgroup.

enable subgroups;

struct Uniforms {
  channel_count: u32, // channels of v, the depth of the product
  block_count: u32, // blocks of 8 tile quads in v
  quad_stride: u32, // tile quads per row of m
  group_count: u32, // groups of 32 output channels
}

@group(0) @binding(0) var<storage, read> v: array<vec4f>; // [36, block_count, C, 8] of four tiles
@group(0) @binding(1) var<storage, read> u: array<vec4f>; // [36, group_count, C, 8] of four channels
@group(0) @binding(2) var<storage, read_write> m: array<vec4f>; // [36, 32 group_count, quad_stride] of four tiles
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

override WORKGROUP = 8; // invocations, each with one tile quad

@compute @workgroup_size(WORKGROUP)
fn winograd_multiply_subgroups(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let quad = group.x * u32(WORKGROUP) + local.x;
  let depth = uniforms.channel_count;
  var v_at = (group.z * uniforms.block_count + quad / 8u) * depth * 8u + quad % 8u;
  var u_at = (group.z * uniforms.group_count + group.y) * depth * 8u + (lane & 7u);
  var a0 = vec4f();
  var a1 = vec4f();
  var a2 = vec4f();
  var a3 = vec4f();
  var a4 = vec4f();
  var a5 = vec4f();
  var a6 = vec4f();
  var a7 = vec4f();
  var a8 = vec4f();
  var a9 = vec4f();
  var a10 = vec4f();
  var a11 = vec4f();
  var a12 = vec4f();
  var a13 = vec4f();
  var a14 = vec4f();
  var a15 = vec4f();
  var a16 = vec4f();
  var a17 = vec4f();
  var a18 = vec4f();
  var a19 = vec4f();
  var a20 = vec4f();
  var a21 = vec4f();
  var a22 = vec4f();
  var a23 = vec4f();
  var a24 = vec4f();
  var a25 = vec4f();
  var a26 = vec4f();
  var a27 = vec4f();
  var a28 = vec4f();
  var a29 = vec4f();
  var a30 = vec4f();
  var a31 = vec4f();
  // No lane leaves early, since all lend their loads; quads past the end are not stored.
  for (var c = 0u; c < depth; c++) {
    let tiles = v[v_at];
    let weights = u[u_at];
    a0 += subgroupBroadcast(weights.x, 0u) * tiles;
    a1 += subgroupBroadcast(weights.y, 0u) * tiles;
    a2 += subgroupBroadcast(weights.z, 0u) * tiles;
    a3 += subgroupBroadcast(weights.w, 0u) * tiles;
    a4 += subgroupBroadcast(weights.x, 1u) * tiles;
    a5 += subgroupBroadcast(weights.y, 1u) * tiles;
    a6 += subgroupBroadcast(weights.z, 1u) * tiles;
    a7 += subgroupBroadcast(weights.w, 1u) * tiles;
    a8 += subgroupBroadcast(weights.x, 2u) * tiles;
    a9 += subgroupBroadcast(weights.y, 2u) * tiles;
    a10 += subgroupBroadcast(weights.z, 2u) * tiles;
    a11 += subgroupBroadcast(weights.w, 2u) * tiles;
    a12 += subgroupBroadcast(weights.x, 3u) * tiles;
    a13 += subgroupBroadcast(weights.y, 3u) * tiles;
    a14 += subgroupBroadcast(weights.z, 3u) * tiles;
    a15 += subgroupBroadcast(weights.w, 3u) * tiles;
    a16 += subgroupBroadcast(weights.x, 4u) * tiles;
    a17 += subgroupBroadcast(weights.y, 4u) * tiles;
    a18 += subgroupBroadcast(weights.z, 4u) * tiles;
    a19 += subgroupBroadcast(weights.w, 4u) * tiles;
    a20 += subgroupBroadcast(weights.x, 5u) * tiles;
    a21 += subgroupBroadcast(weights.y, 5u) * tiles;
    a22 += subgroupBroadcast(weights.z, 5u) * tiles;
    a23 += subgroupBroadcast(weights.w, 5u) * tiles;
    a24 += subgroupBroadcast(weights.x, 6u) * tiles;
    a25 += subgroupBroadcast(weights.y, 6u) * tiles;
    a26 += subgroupBroadcast(weights.z, 6u) * tiles;
    a27 += subgroupBroadcast(weights.w, 6u) * tiles;
    a28 += subgroupBroadcast(weights.x, 7u) * tiles;
    a29 += subgroupBroadcast(weights.y, 7u) * tiles;
    a30 += subgroupBroadcast(weights.z, 7u) * tiles;
    a31 += subgroupBroadcast(weights.w, 7u) * tiles;
    v_at += 8u;
    u_at += 8u;
  }
  if (quad >= uniforms.quad_stride) {
    return;
  }
  let step = uniforms.quad_stride;
  let out = (group.z * uniforms.group_count + group.y) * 32u * step + quad;
  m[out + 0u * step] = a0;
  m[out + 1u * step] = a1;
  m[out + 2u * step] = a2;
  m[out + 3u * step] = a3;
  m[out + 4u * step] = a4;
  m[out + 5u * step] = a5;
  m[out + 6u * step] = a6;
  m[out + 7u * step] = a7;
  m[out + 8u * step] = a8;
  m[out + 9u * step] = a9;
  m[out + 10u * step] = a10;
  m[out + 11u * step] = a11;
  m[out + 12u * step] = a12;
  m[out + 13u * step] = a13;
  m[out + 14u * step] = a14;
  m[out + 15u * step] = a15;
  m[out + 16u * step] = a16;
  m[out + 17u * step] = a17;
  m[out + 18u * step] = a18;
  m[out + 19u * step] = a19;
  m[out + 20u * step] = a20;
  m[out + 21u * step] = a21;
  m[out + 22u * step] = a22;
  m[out + 23u * step] = a23;
  m[out + 24u * step] = a24;
  m[out + 25u * step] = a25;
  m[out + 26u * step] = a26;
  m[out + 27u * step] = a27;
  m[out + 28u * step] = a28;
  m[out + 29u * step] = a29;
  m[out + 30u * step] = a30;
  m[out + 31u * step] = a31;
}
