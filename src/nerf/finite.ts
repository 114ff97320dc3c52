// Numbers that are none: NaN and infinities, found before they are kept or believed.

/** Index of the first value that is NaN or infinite; -1 where there is none. */
export function firstNotFinite(values: ArrayLike<number>): number {
  // x - x is 0 for every number and NaN for all else.
  for (let i = 0; i < values.length; i++) if (values[i] - values[i] !== 0) return i;
  return -1;
}

/** The same of half precision in bits: all ones in the exponent are infinity or NaN. */
export function firstNotFiniteHalf(bits: Uint16Array): number {
  for (let i = 0; i < bits.length; i++) if ((bits[i] & 0x7c00) === 0x7c00) return i;
  return -1;
}
