// As much of a WebAssembly assembler as two kernels need: functions of i32 parameters and i32 / v128 locals over one
// memory. Instructions are arrays of bytes; the names are the specification's, the stack order too.

type Code = readonly number[];

/** Unsigned LEB128. */
function leb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
}

/** Signed LEB128, as constants are. */
function signedLeb(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value | 0; ; ) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

const simd = (opcode: number, ...immediates: number[]): Code => [0xfd, ...leb(opcode), ...immediates];
/** Alignment is a hint only: 4 bytes. */
const memory = (offset: number): number[] => [2, ...leb(offset)];

export const get = (local: number): Code => [0x20, ...leb(local)];
export const set = (local: number): Code => [0x21, ...leb(local)];
export const tee = (local: number): Code => [0x22, ...leb(local)];
export const constant = (value: number): Code => [0x41, ...signedLeb(value)];
export const add: Code = [0x6a];
export const subtract: Code = [0x6b];
export const lessUnsigned: Code = [0x49];

/** Runs the body, and again as long as the condition that follows it leaves 1. */
export const doWhile = (body: Code, condition: Code): Code => [0x03, 0x40, ...body, ...condition, 0x0d, 0, 0x0b];

export const v128 = {
  load: (offset: number): Code => simd(0x00, ...memory(offset)),
  load32Splat: (offset: number): Code => simd(0x09, ...memory(offset)),
  store: (offset: number): Code => simd(0x0b, ...memory(offset)),
  /** Four i32 lanes. */
  constant: (lanes: readonly number[]): Code => [
    ...simd(0x0c),
    ...new Uint8Array(Int32Array.from(lanes).buffer), // WebAssembly is little-endian, and so is every host of ours
  ],
  /** Four 32-bit lanes out of the eight of two vectors. */
  shuffle32: (lanes: readonly number[]): Code =>
    simd(0x0d, ...lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte))),
  bitselect: simd(0x52),
};

export const i32x4 = {
  splat: simd(0x11),
  greater: simd(0x3b),
  add: simd(0xae),
  min: simd(0xb6),
  max: simd(0xb8),
  /** Sums of two neighbouring products of eight i16. */
  dotI16x8: simd(0xba),
};

export const f32x4 = { add: simd(0xe4), multiply: simd(0xe6) };

export interface WasmFunction {
  name: string;
  /** Number of i32 parameters; locals are numbered on from there: first the i32, then the v128. */
  parameters: number;
  i32Locals: number;
  v128Locals: number;
  body: Code;
}

/** A module that exports its memory ("memory") and the functions by name. */
export function assemble(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const text = (name: string): number[] => [name.length, ...[...name].map((letter) => letter.charCodeAt(0))];
  const vector = (items: readonly Code[]): number[] => [...leb(items.length), ...items.flat()];
  const section = (id: number, content: readonly number[]): number[] => [id, ...leb(content.length), ...content];
  const types = functions.map((f) => [0x60, ...vector(Array(f.parameters).fill([0x7f])), 0]);
  const bodies = functions.map((f) => {
    const locals = vector([
      [...leb(f.i32Locals), 0x7f],
      [...leb(f.v128Locals), 0x7b],
    ]);
    const code = [...locals, ...f.body, 0x0b];
    return [...leb(code.length), ...code];
  });
  const exports = functions.map((f, index) => [...text(f.name), 0, index]);
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(types)),
    ...section(3, vector(functions.map((_, index) => [index]))),
    ...section(5, vector([[0, 1]])),
    ...section(7, vector([[...text('memory'), 2, 0], ...exports])),
    ...section(10, vector(bodies)),
  ]);
}
