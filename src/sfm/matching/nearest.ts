// Matches of two sets of descriptors: nearest both ways, and clearly nearer than the second nearest both ways (Lowe's
// ratio). One pass of dot products serves both directions; lengths are all but equal, so that dot products order as
// distances do.

import { DESCRIPTOR_NORM } from '../features/descriptor.ts';
import { DESCRIPTOR_LENGTH, type Matches } from '../types.ts';
import { type Kernels, openKernels } from '../wasm/kernels.ts';

export interface MatchOptions {
  /** Largest ratio of the angles to the nearest and the second nearest. */
  ratio: number;
  /** Largest angle between two descriptors, radians. */
  distance: number;
}

export const MATCHING: MatchOptions = { ratio: 0.8, distance: 0.7 };

/** Descriptors in the kernel's form: i16, padded with zeros to a multiple of four rows. */
export interface PreparedDescriptors {
  count: number;
  rows: Int16Array<ArrayBuffer>;
}

/** @param count the first so many only */
export function prepareDescriptors(descriptors: Uint8Array, count: number): PreparedDescriptors {
  const rows = new Int16Array(((count + 3) & ~3) * DESCRIPTOR_LENGTH);
  rows.set(descriptors.subarray(0, count * DESCRIPTOR_LENGTH));
  return { count, rows };
}

/** Nearest and second nearest of each row: dot products and the index of the nearest (-1: none). */
interface Neighbours {
  best: Int32Array;
  second: Int32Array;
  index: Int32Array;
}

export class Matcher {
  readonly #kernels: Kernels = openKernels();
  /** What is in the memory as first set already: many pairs of one picture come one after the other. */
  #loaded: PreparedDescriptors | null = null;

  match(a: PreparedDescriptors, b: PreparedDescriptors, options: MatchOptions = MATCHING): Matches {
    if (a.count === 0 || b.count === 0) return new Int32Array(0);
    const [forward, backward] = this.#neighbours(a, b);
    const pairs: number[] = [];
    for (let i = 0; i < a.count; i++) {
      const j = forward.index[i];
      if (j < 0 || backward.index[j] !== i) continue;
      if (isDistinct(forward, i, options) && isDistinct(backward, j, options)) pairs.push(i, j);
    }
    return Int32Array.from(pairs);
  }

  #neighbours(a: PreparedDescriptors, b: PreparedDescriptors): [Neighbours, Neighbours] {
    const [aRows, bRows] = [a.rows.length / DESCRIPTOR_LENGTH, b.rows.length / DESCRIPTOR_LENGTH];
    const bAt = a.rows.byteLength;
    const rowsAt = bAt + b.rows.byteLength;
    const columnsAt = rowsAt + aRows * 48;
    const end = columnsAt + bRows * 12;
    this.#kernels.reserve(end);
    const { buffer } = this.#kernels.memory;
    if (this.#loaded !== a) new Int16Array(buffer, 0, a.rows.length).set(a.rows);
    this.#loaded = a;
    new Int16Array(buffer, bAt, b.rows.length).set(b.rows);
    const columns = new Int32Array(buffer, columnsAt, bRows * 3).fill(0);
    this.#kernels.nearest(0, aRows, bAt, bRows, rowsAt, columnsAt);
    return [acrossLanes(new Int32Array(buffer, rowsAt, aRows * 12), a.count), ofColumns(columns, b.count)];
  }
}

/** Rows come as four partial results, of the columns 0, 1, 2, 3 mod 4. */
function acrossLanes(rows: Int32Array, count: number): Neighbours {
  const out = emptyNeighbours(count);
  for (let i = 0; i < count; i++) {
    let [best, second, index] = [0, 0, -1];
    for (let at = i * 12; at < i * 12 + 4; at++) {
      const value = rows[at];
      if (value > best || (value === best && value > 0 && rows[at + 8] < index)) {
        second = Math.max(second, best);
        best = value;
        index = rows[at + 8];
      } else {
        second = Math.max(second, value);
      }
      second = Math.max(second, rows[at + 4]);
    }
    [out.best[i], out.second[i], out.index[i]] = [best, second, index];
  }
  return out;
}

function ofColumns(columns: Int32Array, count: number): Neighbours {
  const out = emptyNeighbours(count);
  for (let j = 0; j < count; j++) {
    const at = (j >> 2) * 12 + (j & 3);
    out.best[j] = columns[at];
    out.second[j] = columns[at + 4];
    out.index[j] = columns[at] > 0 ? columns[at + 8] : -1;
  }
  return out;
}

function emptyNeighbours(count: number): Neighbours {
  return { best: new Int32Array(count), second: new Int32Array(count), index: new Int32Array(count) };
}

const SQUARED_NORM = DESCRIPTOR_NORM * DESCRIPTOR_NORM;

/** Angle between two descriptors of a dot product. */
export const angleOf = (product: number): number => Math.acos(Math.min(1, product / SQUARED_NORM));

function isDistinct({ best, second }: Neighbours, i: number, { ratio, distance }: MatchOptions): boolean {
  const angle = angleOf(best[i]);
  return angle <= distance && angle < ratio * angleOf(second[i]);
}
