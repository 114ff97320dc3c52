// Which region each cell of the volume belongs to: a byte a cell, 0 for none of them. Edits are told as what they changed,
// so that they can be undone.

import { REGION_COUNT } from '../../nerf/blend.ts';

/** What an edit changed. */
export interface LabelChange {
  /** Cells, ascending. */
  cells: Uint32Array;
  before: Uint8Array;
  after: Uint8Array;
}

export class RegionLabels {
  /** 0..4. [resolution^3] x fastest */
  readonly of: Uint8Array<ArrayBuffer>;

  constructor(
    readonly resolution: number,
    labels?: Uint8Array<ArrayBuffer>,
  ) {
    this.of = labels ?? new Uint8Array(resolution ** 3);
  }

  /** @param label the new one of a cell; what it returns for a cell without change is that cell's own */
  edit(label: (cell: number, present: number) => number): LabelChange {
    const cells: number[] = [];
    const after: number[] = [];
    for (let cell = 0; cell < this.of.length; cell++) {
      const next = label(cell, this.of[cell]);
      if (next === this.of[cell]) continue;
      cells.push(cell);
      after.push(next);
    }
    const change = {
      cells: Uint32Array.from(cells),
      before: Uint8Array.from(cells, (cell) => this.of[cell]),
      after: Uint8Array.from(after),
    };
    this.redo(change);
    return change;
  }

  redo({ cells, after }: LabelChange): void {
    for (let i = 0; i < cells.length; i++) this.of[cells[i]] = after[i];
  }

  undo({ cells, before }: LabelChange): void {
    for (let i = 0; i < cells.length; i++) this.of[cells[i]] = before[i];
  }

  /** Cells that belong to a region. */
  count(region: number): number {
    let n = 0;
    for (const label of this.of) if (label === region) n++;
    return n;
  }
}

/** Runs of equal labels, as [label, length in 7-bit groups, lowest first, the top bit saying that one more follows] ... */
export function runsOf(labels: Uint8Array): Uint8Array<ArrayBuffer> {
  const out: number[] = [];
  for (let from = 0; from < labels.length; ) {
    let to = from + 1;
    while (to < labels.length && labels[to] === labels[from]) to++;
    out.push(labels[from]);
    let length = to - from;
    for (; length > 127; length >>>= 7) out.push((length & 127) | 128);
    out.push(length);
    from = to;
  }
  return Uint8Array.from(out);
}

/** @returns null where the runs do not fill so many cells, or name a region that cannot be */
export function labelsOfRuns(runs: ArrayLike<number>, cells: number): Uint8Array<ArrayBuffer> | null {
  const labels = new Uint8Array(cells);
  let at = 0;
  for (let i = 0; i < runs.length; ) {
    const label = runs[i++];
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      if (i >= runs.length || shift > 28) return null;
      const group = runs[i++];
      length += (group & 127) * 2 ** shift;
      if (group < 128) break;
    }
    if (label > REGION_COUNT || length === 0 || at + length > cells) return null;
    labels.fill(label, at, at + length);
    at += length;
  }
  return at === cells ? labels : null;
}
