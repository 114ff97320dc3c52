// Rows of W = J^T J_point of one point: of every unknown of cameras and lenses that sees it, three numbers.

export class PointRows {
  /** Index among the unknowns of each row. */
  at = new Int32Array(256);
  w = new Float64Array(768);
  length = 0;

  clear(): void {
    this.w.fill(0, 0, 3 * this.length);
    this.length = 0;
  }

  /** First row of a new block of unknowns. */
  append(at: number, size: number): number {
    const start = this.length;
    if (start + size > this.at.length) {
      const at2 = new Int32Array(2 * this.at.length + size);
      const w2 = new Float64Array(3 * at2.length);
      at2.set(this.at);
      w2.set(this.w);
      this.at = at2;
      this.w = w2;
    }
    for (let i = 0; i < size; i++) this.at[start + i] = at + i;
    this.length += size;
    return start;
  }
}
