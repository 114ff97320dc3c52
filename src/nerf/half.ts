// IEEE 754 half precision, as bits in a Uint16Array: what `.impasto` files keep their larger tensors in.
// Rounds to nearest, ties to even; keeps subnormals, infinities and NaN. Float16Array is not in Node 20.

const scratchF32 = new Float32Array(1);
const scratchU32 = new Uint32Array(scratchF32.buffer);

/** Bits of one number as f16. Beyond 65,519.99 it becomes infinity, as the standard says. */
function halfBits(value: number): number {
  scratchF32[0] = value;
  const bits = scratchU32[0];
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // Normal range: rebias the exponent (127 -> 15) and round away 13 bits; a carry runs into the exponent rightly.
  if (magnitude >= 0x38800000) return sign | ((magnitude - 0x38000000 + 0x0fff + ((magnitude >>> 13) & 1)) >>> 13);
  // Subnormal: adding 0.5 makes the f32 adder do the shift and the rounding, one unit being 2^-24.
  scratchU32[0] = magnitude;
  scratchF32[0] += 0.5;
  return sign | (scratchU32[0] - 0x3f000000);
}

/** Value of f16 bits. */
function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

export function f16FromF32(values: Float32Array): Uint16Array<ArrayBuffer> {
  const out = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) out[i] = halfBits(values[i]);
  return out;
}

export function f32FromF16(bits: Uint16Array): Float32Array<ArrayBuffer> {
  const out = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) out[i] = halfValue(bits[i]);
  return out;
}
