// Four f16 in two words, as encode packs two levels of a sample.

fn unpack_f16(packed: vec2u) -> vec4f {
  return vec4f(unpack2x16float(packed.x), unpack2x16float(packed.y));
}
