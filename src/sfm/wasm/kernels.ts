// The two inner loops of features and matching, four lanes at a time, in WebAssembly: the same bits on every machine.
// Nothing is allocated inside: callers lay out the memory and hand over byte offsets.

import {
  add,
  assemble,
  constant,
  doWhile,
  f32x4,
  get,
  i32x4,
  lessUnsigned,
  set,
  subtract,
  tee,
  v128,
  type WasmFunction,
} from './assembler.ts';

export interface Kernels {
  memory: WebAssembly.Memory;
  /**
   * out[i] = w[0] in[i] + sum over k of w[k] (in[i - k stride] + in[i + k stride]), f32.
   * @param byteCount of the output, a multiple of 32. @param stride in bytes. @param weights f32 [radius + 1]
   */
  convolve(source: number, target: number, byteCount: number, stride: number, weights: number, radius: number): void;
  /**
   * Best and second dot product of every row of `a` among the rows of `b` and the other way round; rows are 128 i16.
   * @param aCount even. @param bCount a multiple of 4.
   * @param rows [aCount, 3, 4] i32: best, second, index, for j mod 4 each; written
   * @param columns [bCount / 4, 3, 4] i32: best, second, index of each of 4 columns; must hold zeros; updated
   */
  nearest(a: number, aCount: number, b: number, bCount: number, rows: number, columns: number): void;
  /** Makes the memory at least so large. */
  reserve(byteCount: number): void;
}

const PAGE = 65536;

function convolve(): WasmFunction {
  const [source, target, byteCount, stride, weights, radius] = [0, 1, 2, 3, 4, 5];
  const [end, up, down, weight, weightEnd] = [6, 7, 8, 9, 10];
  const [sum0, sum1, w] = [11, 12, 13];
  const pair = (offset: number, sum: number) => [
    ...get(sum),
    ...get(w),
    ...get(up),
    ...v128.load(offset),
    ...get(down),
    ...v128.load(offset),
    ...f32x4.add,
    ...f32x4.multiply,
    ...f32x4.add,
    ...set(sum),
  ];
  const first = (offset: number, sum: number) => [
    ...get(w),
    ...get(source),
    ...v128.load(offset),
    ...f32x4.multiply,
    ...set(sum),
  ];
  const taps = [
    ...get(up),
    ...get(stride),
    ...subtract,
    ...set(up),
    ...get(down),
    ...get(stride),
    ...add,
    ...set(down),
    ...get(weight),
    ...constant(4),
    ...add,
    ...tee(weight),
    ...v128.load32Splat(0),
    ...set(w),
    ...pair(0, sum0),
    ...pair(16, sum1),
  ];
  const body = [
    ...[...get(target), ...get(byteCount), ...add, ...set(end)],
    // weightEnd = weights + 4 radius
    ...[...get(weights), ...get(radius), ...get(radius), ...add, ...get(radius), ...add, ...get(radius), ...add],
    ...[...add, ...set(weightEnd)],
    ...doWhile(
      [
        ...[...get(source), ...tee(up), ...set(down)],
        ...[...get(weights), ...tee(weight), ...v128.load32Splat(0), ...set(w)],
        ...first(0, sum0),
        ...first(16, sum1),
        ...doWhile(taps, [...get(weight), ...get(weightEnd), ...lessUnsigned]),
        ...[...get(target), ...get(sum0), ...v128.store(0), ...get(target), ...get(sum1), ...v128.store(16)],
        ...[...get(source), ...constant(32), ...add, ...set(source)],
        ...[...get(target), ...constant(32), ...add, ...set(target)],
      ],
      [...get(target), ...get(end), ...lessUnsigned],
    ),
  ];
  return { name: 'convolve', parameters: 6, i32Locals: 5, v128Locals: 3, body };
}

/** Bytes of a descriptor of 128 i16. */
const ROW = 256;

function nearest(): WasmFunction {
  const [a, aCount, b, bCount, rows, columns] = [0, 1, 2, 3, 4, 5];
  const [i, j, row, column] = [6, 7, 8, 9];
  const sums = [10, 11, 12, 13, 14, 15, 16, 17]; // of two rows of a and four of b
  const [a0, a1, vb, jLanes, scores, greater, low, high, best, second, index] = Array.from(
    { length: 11 },
    (_, n) => 18 + n,
  );
  const rowState = [29, 32]; // best, second, index of each of the two rows
  const zero = v128.constant([0, 0, 0, 0]);

  const products: number[] = [];
  for (let chunk = 0; chunk < ROW; chunk += 16) {
    products.push(...get(a), ...v128.load(chunk), ...set(a0), ...get(a), ...v128.load(ROW + chunk), ...set(a1));
    for (let q = 0; q < 4; q++) {
      products.push(...get(row), ...v128.load(q * ROW + chunk), ...set(vb));
      products.push(...get(sums[q]), ...get(a0), ...get(vb), ...i32x4.dotI16x8, ...i32x4.add, ...set(sums[q]));
      products.push(...get(sums[4 + q]), ...get(a1), ...get(vb), ...i32x4.dotI16x8, ...i32x4.add, ...set(sums[4 + q]));
    }
  }
  /** Lane q of the result is the sum of the lanes of sums[q]. */
  const across = (s: readonly number[]) => {
    const halves = (x: number, y: number) => [
      ...[...get(x), ...get(y), ...v128.shuffle32([0, 4, 1, 5])],
      ...[...get(x), ...get(y), ...v128.shuffle32([2, 6, 3, 7])],
      ...i32x4.add,
    ];
    return [
      ...[...halves(s[0], s[1]), ...set(low), ...halves(s[2], s[3]), ...set(high)],
      ...[...get(low), ...get(high), ...v128.shuffle32([0, 1, 4, 5])],
      ...[...get(low), ...get(high), ...v128.shuffle32([2, 3, 6, 7])],
      ...[...i32x4.add, ...set(scores)],
    ];
  };
  /** Takes the scores into best, second and index (locals); `where` leaves the index of each lane. */
  const take = (bestAt: number, secondAt: number, indexAt: number, where: readonly number[]) => [
    ...[...get(scores), ...get(bestAt), ...i32x4.greater, ...set(greater)],
    ...[...where, ...get(indexAt), ...get(greater), ...v128.bitselect, ...set(indexAt)],
    ...[...get(secondAt), ...get(scores), ...get(bestAt), ...i32x4.min, ...i32x4.max, ...set(secondAt)],
    ...[...get(bestAt), ...get(scores), ...i32x4.max, ...set(bestAt)],
  ];
  const perRow = (r: number) => [
    ...across(sums.slice(r * 4, r * 4 + 4)),
    ...take(rowState[r], rowState[r] + 1, rowState[r] + 2, get(jLanes)),
    ...take(best, second, index, [...get(i), ...constant(r), ...add, ...i32x4.splat]),
  ];
  const columnLocals = [best, second, index];
  const perColumns = [
    ...sums.flatMap((sum) => [...zero, ...set(sum)]),
    ...products,
    ...columnLocals.flatMap((local, n) => [...get(column), ...v128.load(16 * n), ...set(local)]),
    ...perRow(0),
    ...perRow(1),
    ...columnLocals.flatMap((local, n) => [...get(column), ...get(local), ...v128.store(16 * n)]),
    ...[...get(jLanes), ...v128.constant([4, 4, 4, 4]), ...i32x4.add, ...set(jLanes)],
    ...[...get(row), ...constant(4 * ROW), ...add, ...set(row)],
    ...[...get(column), ...constant(48), ...add, ...set(column)],
    ...[...get(j), ...constant(4), ...add, ...set(j)],
  ];
  const stateLocals = rowState.flatMap((first) => [first, first + 1, first + 2]);
  const perRows = [
    ...stateLocals.flatMap((local) => [...zero, ...set(local)]),
    ...[...v128.constant([0, 1, 2, 3]), ...set(jLanes), ...constant(0), ...set(j)],
    ...[...get(b), ...set(row), ...get(columns), ...set(column)],
    ...doWhile(perColumns, [...get(j), ...get(bCount), ...lessUnsigned]),
    ...stateLocals.flatMap((local, n) => [...get(rows), ...get(local), ...v128.store(16 * n)]),
    ...[...get(rows), ...constant(96), ...add, ...set(rows)],
    ...[...get(a), ...constant(2 * ROW), ...add, ...set(a)],
    ...[...get(i), ...constant(2), ...add, ...set(i)],
  ];
  const body = [...constant(0), ...set(i), ...doWhile(perRows, [...get(i), ...get(aCount), ...lessUnsigned])];
  return { name: 'nearest', parameters: 6, i32Locals: 4, v128Locals: 25, body };
}

let compiled: WebAssembly.Module | null = null;

/** A fresh memory with the kernels over it. */
export function openKernels(): Kernels {
  compiled ??= new WebAssembly.Module(assemble([convolve(), nearest()]));
  const exports = new WebAssembly.Instance(compiled).exports as unknown as Omit<Kernels, 'reserve'>;
  return {
    memory: exports.memory,
    convolve: exports.convolve,
    nearest: exports.nearest,
    reserve(byteCount) {
      const missing = byteCount - exports.memory.buffer.byteLength;
      if (missing > 0) exports.memory.grow(Math.ceil(missing / PAGE));
    },
  };
}
