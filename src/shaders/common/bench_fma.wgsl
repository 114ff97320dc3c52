// Ceiling of f32 arithmetic: ten independent chains a lane, so that latency is hidden, 160 multiply-adds a turn; more
// chains no longer fit the registers of an AVX2 adapter, fewer leave its units idle. fma() and not a * x + y: software
// adapters do not contract the latter (measured 77 against 48 GFLOP/s). The factors come from a uniform, so nothing
// can be folded away.
struct Uniforms {
  turns: u32, // loop turns of 160 multiply-adds each
  factor: f32, // a little below 1: chains stay bounded and never become subnormal
  addend: f32,
}

@group(0) @binding(0) var<storage, read_write> result: array<f32>; // [invocations]
@group(1) @binding(0) var<uniform> uniforms: Uniforms;

@compute @workgroup_size(64)
fn bench_fma(@builtin(global_invocation_id) id: vec3u) {
  let x = uniforms.factor;
  let y = uniforms.addend;
  var a = f32(id.x);
  var b = a + 1.0;
  var c = a + 2.0;
  var d = a + 3.0;
  var e = a + 4.0;
  var f = a + 5.0;
  var g = a + 6.0;
  var h = a + 7.0;
  var i = a + 8.0;
  var j = a + 9.0;
  for (var turn = 0u; turn < uniforms.turns; turn++) {
    a = fma(a, x, y); b = fma(b, x, y); c = fma(c, x, y); d = fma(d, x, y); e = fma(e, x, y);
    f = fma(f, x, y); g = fma(g, x, y); h = fma(h, x, y); i = fma(i, x, y); j = fma(j, x, y);
    a = fma(a, x, y); b = fma(b, x, y); c = fma(c, x, y); d = fma(d, x, y); e = fma(e, x, y);
    f = fma(f, x, y); g = fma(g, x, y); h = fma(h, x, y); i = fma(i, x, y); j = fma(j, x, y);
    a = fma(a, x, y); b = fma(b, x, y); c = fma(c, x, y); d = fma(d, x, y); e = fma(e, x, y);
    f = fma(f, x, y); g = fma(g, x, y); h = fma(h, x, y); i = fma(i, x, y); j = fma(j, x, y);
    a = fma(a, x, y); b = fma(b, x, y); c = fma(c, x, y); d = fma(d, x, y); e = fma(e, x, y);
    f = fma(f, x, y); g = fma(g, x, y); h = fma(h, x, y); i = fma(i, x, y); j = fma(j, x, y);
    a = fma(a, x, y); b = fma(b, x, y); c = fma(c, x, y); d = fma(d, x, y); e = fma(e, x, y);
    f = fma(f, x, y); g = fma(g, x, y); h = fma(h, x, y); i = fma(i, x, y); j = fma(j, x, y);
    a = fma(a, x, y); b = fma(b, x, y); c = fma(c, x, y); d = fma(d, x, y); e = fma(e, x, y);
    f = fma(f, x, y); g = fma(g, x, y); h = fma(h, x, y); i = fma(i, x, y); j = fma(j, x, y);
    a = fma(a, x, y); b = fma(b, x, y); c = fma(c, x, y); d = fma(d, x, y); e = fma(e, x, y);
    f = fma(f, x, y); g = fma(g, x, y); h = fma(h, x, y); i = fma(i, x, y); j = fma(j, x, y);
    a = fma(a, x, y); b = fma(b, x, y); c = fma(c, x, y); d = fma(d, x, y); e = fma(e, x, y);
    f = fma(f, x, y); g = fma(g, x, y); h = fma(h, x, y); i = fma(i, x, y); j = fma(j, x, y);
    a = fma(a, x, y); b = fma(b, x, y); c = fma(c, x, y); d = fma(d, x, y); e = fma(e, x, y);
    f = fma(f, x, y); g = fma(g, x, y); h = fma(h, x, y); i = fma(i, x, y); j = fma(j, x, y);
    a = fma(a, x, y); b = fma(b, x, y); c = fma(c, x, y); d = fma(d, x, y); e = fma(e, x, y);
    f = fma(f, x, y); g = fma(g, x, y); h = fma(h, x, y); i = fma(i, x, y); j = fma(j, x, y);
    a = fma(a, x, y); b = fma(b, x, y); c = fma(c, x, y); d = fma(d, x, y); e = fma(e, x, y);
    f = fma(f, x, y); g = fma(g, x, y); h = fma(h, x, y); i = fma(i, x, y); j = fma(j, x, y);
    a = fma(a, x, y); b = fma(b, x, y); c = fma(c, x, y); d = fma(d, x, y); e = fma(e, x, y);
    f = fma(f, x, y); g = fma(g, x, y); h = fma(h, x, y); i = fma(i, x, y); j = fma(j, x, y);
    a = fma(a, x, y); b = fma(b, x, y); c = fma(c, x, y); d = fma(d, x, y); e = fma(e, x, y);
    f = fma(f, x, y); g = fma(g, x, y); h = fma(h, x, y); i = fma(i, x, y); j = fma(j, x, y);
    a = fma(a, x, y); b = fma(b, x, y); c = fma(c, x, y); d = fma(d, x, y); e = fma(e, x, y);
    f = fma(f, x, y); g = fma(g, x, y); h = fma(h, x, y); i = fma(i, x, y); j = fma(j, x, y);
    a = fma(a, x, y); b = fma(b, x, y); c = fma(c, x, y); d = fma(d, x, y); e = fma(e, x, y);
    f = fma(f, x, y); g = fma(g, x, y); h = fma(h, x, y); i = fma(i, x, y); j = fma(j, x, y);
    a = fma(a, x, y); b = fma(b, x, y); c = fma(c, x, y); d = fma(d, x, y); e = fma(e, x, y);
    f = fma(f, x, y); g = fma(g, x, y); h = fma(h, x, y); i = fma(i, x, y); j = fma(j, x, y);
  }
  if (id.x < arrayLength(&result)) {
    result[id.x] = a + b + c + d + e + f + g + h + i + j;
  }
}
